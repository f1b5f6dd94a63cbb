#!/usr/bin/env bash
# Shows the current revision and what is pending, and compares the schema with what its migrations made.
set -euo pipefail
outpost=${OUTPOST:-$(dirname -- "$(readlink -f -- "${BASH_SOURCE[0]}")")/../outpost}
system=(${OUTPOST_SYSTEM:+--system "$OUTPOST_SYSTEM"})
"$outpost" migrate status "${system[@]}" "$@"
exec "$outpost" migrate verify "${system[@]}" "$@"
