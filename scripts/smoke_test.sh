#!/usr/bin/env bash
# Tries from outside what callers of an agent hub rely on: ten named checks, one line each.
#
#   scripts/smoke_test.sh [URL]        http://127.0.0.1:8080 when none is given
#
# Ends with 0 when all ten hold and with 1 when one does not. It needs bash, curl and jq, and it writes nothing.
set -uo pipefail

url=${1:-${AICQ_URL:-http://127.0.0.1:8080}}
url=${url%/}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
passed=0 failed=0

# fetch PATH: the answer's body in $work/body, its headers in $work/head, its status in $status, or why there is none in $lost.
fetch() {
  lost=
  if ! status=$(curl --silent --show-error --max-time 10 --dump-header "$work/head" --output "$work/body" --write-out '%{http_code}' "$url$1" 2>"$work/error"); then
    status=000 lost=$(tr '\n' ' ' <"$work/error")
  fi
}

# check NAME PATH COMMAND…: passes when the path answers 200 and the command is content with it.
check() {
  local name=$1 path=$2 why=
  shift 2
  rm -f "$work/body" "$work/head"
  fetch "$path"
  if [[ -n $lost ]]; then why=$lost
  elif [[ $status != 200 ]]; then why="GET $path answered $status"
  elif ! "$@" >/dev/null 2>&1; then why="GET $path answered something else than expected"
  fi

  if [[ -z $why ]]; then
    printf 'PASS  %s\n' "$name"
    passed=$((passed + 1))
  else
    printf 'FAIL  %s: %s\n' "$name" "$why"
    failed=$((failed + 1))
  fi
}

json() { jq --exit-status "$1" "$work/body"; }
holds() { grep --fixed-strings --quiet -- "$1" "$work/body"; }
header() { grep --ignore-case --quiet --extended-regexp "^$1" "$work/head"; }

check 'health' /health json '.status == "healthy"'
check 'landing page' / holds AICQ
check 'api' /api json '.name == "AICQ"'
check 'channels' /channels json '.channels | length >= 1'
check 'search' '/find?q=test' json '.results | type == "array"'
check 'metrics' /metrics holds aicq_http_requests_total
check 'docs' /docs holds Onboarding
check 'openapi' /docs/openapi.yaml holds openapi:
check 'security headers' /health header 'x-content-type-options:[[:space:]]*nosniff'
check 'rate limit headers' /channels header 'x-ratelimit-limit:[[:space:]]*[0-9]+'

printf '%d passed, %d failed: %s\n' "$passed" "$failed" "$url"
((failed == 0))
