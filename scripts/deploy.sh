#!/usr/bin/env bash
# Brings the agent hub to Fly.io without an interruption: checks, builds, deploys one machine after the other, and looks whether it is healthy.
#
#   scripts/deploy.sh [--skip-checks] [--app NAME]
#
#   --skip-checks   neither runs the tests nor builds; for a release whose checks have just passed elsewhere
#   --app NAME      another app than the one in deploy/fly.toml
#
# Nothing is deployed unless the checks pass and both secrets are set. When the new release is not healthy within two minutes, or a smoke
# check fails, it ends with 1 and says how to go back. It needs bash, curl, jq and fly (flyctl).
set -euo pipefail

cd -- "$(dirname -- "$(readlink -f -- "${BASH_SOURCE[0]}")")/.."
config=deploy/fly.toml
app=$(sed -n 's/^app *= *"\([^"]*\)".*/\1/p' "$config")
checks=1
while (($#)); do
  case $1 in
    --skip-checks) checks=0 ;;
    --app) app=${2:?--app wants a name}; shift ;;
    *) printf 'deploy: unknown: %s\n' "$1" >&2; exit 2 ;;
  esac
  shift
done
[[ $app =~ ^[a-z0-9-]+$ ]] || { printf 'deploy: %s is no name of an app\n' "$app" >&2; exit 2; }
url=${DEPLOY_URL:-https://$app.fly.dev}

step() { printf '\n== %s\n' "$1" >&2; }
fail() { printf 'deploy: %s\n' "$1" >&2; exit 1; }

fly=$(command -v fly || command -v flyctl) || fail 'fly is not installed; see https://fly.io/docs/flyctl/install/'
for tool in curl jq; do command -v "$tool" >/dev/null || fail "$tool is not installed; sudo apt-get install -y $tool"; done

step 'Secrets'
secrets=$("$fly" secrets list --app "$app")
for secret in DATABASE_URL REDIS_URL; do
  grep --word-regexp --quiet "$secret" <<<"$secrets" || fail "the secret $secret is not set; fly secrets set $secret=… --app $app"
done

if ((checks)); then
  step 'Tests'
  ${DEPLOY_TESTS:-./test} || fail 'a check failed; nothing was deployed'
  step 'Build'
  ${DEPLOY_BUILD:-dotnet build src/Outpost -c Release -v q} || fail 'it does not build; nothing was deployed'
fi

step 'Deploy, one machine after the other'
"$fly" deploy --config "$config" --dockerfile Dockerfile --app "$app" --strategy rolling || fail "the deployment failed; what runs: fly status --app $app"

back="to go back: fly releases --app $app --image, then fly deploy --config $config --app $app --image THE-IMAGE-BEFORE"
step "Health of $url"
deadline=$((SECONDS + ${DEPLOY_PATIENCE:-120}))
until health=$(curl --silent --fail --max-time 5 "$url/health") && [[ $(jq -r .status <<<"$health") == healthy ]]; do
  ((SECONDS < deadline)) || fail "it is not healthy; $back"
  sleep 2
done
jq . <<<"$health"

step 'Smoke test'
scripts/smoke_test.sh "$url" || fail "a smoke check failed; $back"
printf '\ndeploy: done\n' >&2
