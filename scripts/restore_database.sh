#!/usr/bin/env bash
# restore_database.sh FILE [--yes]: restores a dump beside what runs, proves it, and puts it in its place.
set -euo pipefail
if (($# == 0)); then
  printf 'usage: %s FILE [--yes]\n' "$0" >&2
  exit 2
fi
exec "${OUTPOST:-$(dirname -- "$(readlink -f -- "${BASH_SOURCE[0]}")")/../outpost}" restore --file "$@"
