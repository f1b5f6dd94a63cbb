#!/usr/bin/env bash
# Takes a backup of the field service: database and documents.
set -euo pipefail
exec "${OUTPOST:-$(dirname -- "$(readlink -f -- "${BASH_SOURCE[0]}")")/../outpost}" backup run --system fsm "$@"
