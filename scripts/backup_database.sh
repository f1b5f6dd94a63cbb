#!/usr/bin/env bash
# Takes a backup of the assistant's database, or of the system that OUTPOST_SYSTEM names.
set -euo pipefail
exec "${OUTPOST:-$(dirname -- "$(readlink -f -- "${BASH_SOURCE[0]}")")/../outpost}" backup run --system "${OUTPOST_SYSTEM:-assistant}" "$@"
