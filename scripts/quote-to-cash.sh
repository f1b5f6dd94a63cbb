#!/usr/bin/env bash
# Takes one piece of work from the quote to the paid invoice over the API, as the office would, and prints the paid invoice.
#
#   OUTPOST_EMAIL=owner@example.com OUTPOST_PASSWORD=… scripts/quote-to-cash.sh [BASE_URL]
#
# Steps go to stderr, one line each; the invoice goes to stdout as JSON. An answer with another status than the expected
# one ends it with the server's error. It needs bash, curl and jq. It writes real records: use a trial account.
set -euo pipefail

base=${1:-http://127.0.0.1:3000}
base=${base%/}
: "${OUTPOST_EMAIL:?set OUTPOST_EMAIL to the e-mail of an owner or admin}"
: "${OUTPOST_PASSWORD:?set OUTPOST_PASSWORD to its password}"

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
run=$(date +%s)-$$

say() { printf '%-10s %s\n' "$1" "$2" >&2; }

# request METHOD PATH STATUS [curl option…] <body: the answer's body on stdout
# The body travels on stdin and the cookie in a file, so neither can be read from the list of processes.
request() {
  local method=$1 path=$2 expected=$3 status
  shift 3
  if ! status=$(curl --silent --show-error --max-time 30 --cookie "$work/cookies" --cookie-jar "$work/cookies" \
      --request "$method" --header 'Content-Type: application/json' --data-binary @- \
      --output "$work/answer" --write-out '%{http_code}' "$@" "$base/api/v1$path"); then
    echo "quote-to-cash: $base does not answer" >&2
    return 1
  fi
  if [ "$status" != "$expected" ]; then
    printf 'quote-to-cash: %s %s answered %s, expected %s\n' "$method" "$path" "$status" "$expected" >&2
    jq --raw-output '.error | "\(.code): \(.message)"' "$work/answer" >&2 2>/dev/null || cat "$work/answer" >&2
    return 1
  fi
  cat "$work/answer"
}

get() { request GET "$1" 200 </dev/null; }

export OUTPOST_EMAIL OUTPOST_PASSWORD
jq --null-input '{email: env.OUTPOST_EMAIL, password: env.OUTPOST_PASSWORD}' | request POST /auth/login 200 >"$work/login"
say signed-in "as $(jq --raw-output .user.role "$work/login")"

client=$(jq --null-input --arg name "Quote to cash $run" '{name: $name}' | request POST /clients 201 | jq --raw-output .data.id)
say client "$client"

property=$(jq --null-input --arg client "$client" '{client_id: $client, address: "1 Mill Road"}' | request POST /properties 201 | jq --raw-output .data.id)
say property "$property"

job=$(jq --null-input --arg client "$client" --arg property "$property" '{client_id: $client, property_id: $property, title: "Replace the boiler"}' |
  request POST /jobs 201 | jq --raw-output .data.id)
say job "$job"

estimate=$(jq --null-input --arg client "$client" --arg property "$property" --arg job "$job" '{
    client_id: $client, property_id: $property, job_id: $job, tax_rate: 8.25,
    line_items: [
      {description: "Boiler", quantity: 1, unit_price_cents: 189900},
      {description: "Labour, hours", quantity: 6.5, unit_price_cents: 9500, tax_rate: 9.975}
    ]}' | request POST /estimates 201 --header "Idempotency-Key: estimate-$run" | jq --raw-output .id)
say estimate "$estimate"

echo '{"status":"sent"}' | request POST "/estimates/$estimate/transition" 200 >/dev/null
say sent "the client has the estimate"

echo '{"status":"approved"}' | request POST "/estimates/$estimate/transition" 200 >/dev/null
say approved "the client said yes"

invoice=$(request POST "/estimates/$estimate/convert" 201 --header "Idempotency-Key: convert-$run" </dev/null | jq --raw-output .invoice_id)
say converted "to invoice $invoice"

echo '{"status":"sent"}' | request POST "/invoices/$invoice/transition" 200 >"$work/issued"
total=$(jq .data.total_cents "$work/issued")
say issued "$(jq --raw-output '"\(.data.invoice_number), \(.data.total_cents) cents, due on \(.data.due_date)"' "$work/issued")"

# pay KEY CENTS
pay() {
  jq --null-input --argjson cents "$2" '{amount_cents: $cents, method: "transfer"}' |
    request POST "/invoices/$invoice/payments" 201 --header "Idempotency-Key: $1"
}

half=$((total / 2))
pay "payment-1-$run" "$half" >"$work/first"
say paid "$half cents: the invoice is $(jq --raw-output .data.invoice_status "$work/first")"

pay "payment-2-$run" "$((total - half))" >"$work/second"
say paid "$((total - half)) cents: the invoice is $(jq --raw-output .data.invoice_status "$work/second")"

# As if the answer had been lost: the same request again is the same payment.
pay "payment-2-$run" "$((total - half))" >"$work/again"
cmp --silent "$work/second" "$work/again" || { echo "quote-to-cash: the retried payment got another answer" >&2; exit 1; }
say retried "the same payment, the same answer"

get "/invoices/$invoice" >"$work/invoice"
jq --exit-status '.data | .status == "paid" and .balance_cents == 0 and .paid_cents == .total_cents' "$work/invoice" >/dev/null ||
  { echo "quote-to-cash: the invoice should be paid" >&2; exit 1; }
jq .data "$work/invoice"
