# Sourced by the tests of a cluster: the one that KUBECONFIG names. HELM names another program than helm.
# TW_TEST_VALUES names a file of values for it: where images come from, and MongoDB and Redis, unless a trial's shall do.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
chart=$here/../chart
helm=${HELM:-helm}
namespace=tallyworks-test-$(date +%s)
release=tallyworks
work=$(mktemp -d)

say() { printf '\n=== %s (after %d s)\n' "$1" "$SECONDS"; }
fail() { echo "FAILED: $1" >&2; exit 1; }
k() { kubectl -n "$namespace" "$@"; }
h() { "$helm" -n "$namespace" "$@"; }

values=(--set trial.enabled=true)
if [ -n "${TW_TEST_VALUES:-}" ]; then values=(-f "$TW_TEST_VALUES"); fi

at_end() {
  local status=$?
  trap - EXIT
  stopping
  if [ "$status" -ne 0 ]; then
    k get pods -o wide || true
    k get events --sort-by=.lastTimestamp | tail -20 || true
    k logs -l app.kubernetes.io/part-of=tallyworks --all-containers --tail=20 | grep -E "ERROR|WARN" | cut -c1-400 | tail -20 || true
  fi
  h uninstall "$release" --ignore-not-found >/dev/null 2>&1 || true
  kubectl delete namespace "$namespace" --wait=false --ignore-not-found >/dev/null || true
  rm -rf "$work"
  say "$([ "$status" -eq 0 ] && echo passed || echo "FAILED, exit code $status")"
  exit "$status"
}
stopping() { # What runs beside the test.
  local job
  for job in $(jobs -p); do kill "$job" 2>/dev/null || true; done
  wait 2>/dev/null || true
}
trap at_end EXIT
trap 'exit 143' TERM
trap 'exit 130' INT

# Whatever breaks its rules is refused there.
make_namespace() {
  kubectl create namespace "$namespace" >/dev/null
  kubectl label namespace "$namespace" pod-security.kubernetes.io/{enforce,warn}=restricted >/dev/null
}

install() {
  h upgrade --install "$release" "$chart" "${values[@]}" --wait --timeout 5m "$@" >/dev/null
}

# Waits up to $1 seconds until the rest, a command, succeeds.
within() {
  local end=$((SECONDS + $1))
  shift
  until "$@"; do
    [ "$SECONDS" -lt "$end" ] || fail "not in time: $*"
    sleep 0.5
  done
}

# Sets api to where ingest-api's Service answers: its own address if that is reached from here, else a forwarded port.
reach() {
  local address
  address=$(k get service "$release-ingest" -o jsonpath='{.spec.clusterIP}:{.spec.ports[0].port}')
  api=http://$address
  if curl -sf -m 3 "$api/q/health/live" >/dev/null; then return; fi
  local port=18080
  # It ends with the pod it leads to.
  (while true; do
    k port-forward "service/$release-ingest" "$port:http" >/dev/null 2>&1 || true
    sleep 0.2
  done) &
  api=http://127.0.0.1:$port
  within 30 curl -sf -m 3 -o /dev/null "$api/q/health/live"
}

# JSON to the path $1 by POST.
post() { curl -sS -m 30 --fail-with-body -H 'Content-Type: application/json' "$api/api/v1$1" -d "$2"; }
# The text or number of the member $1 that comes first in standard input.
member() { sed -n 's/.*"'"$1"'":"\{0,1\}\([^",}]*\).*/\1/p' | head -1; }

# Makes the source "shop" and a report on it; sets report.
define() {
  post /sources '{"name": "shop", "openTypes": true}' >/dev/null
  report=$(post /reports '{"name": "Revenue", "aggregations": [{"targetCollection": "aggr_revenue", "filter": {"sources": ["shop"]}}]}' |
    sed 's/^{"id":"\([^"]*\)".*/\1/')
}
ask() { # Of the metric $1, over all time.
  curl -sS -m 30 "$api/api/v1/reports/$report/query?metric=$1&granularity=all&start=2026-01-01T00:00:00Z&end=2026-02-01T00:00:00Z"
}
says() { # Whether the answer to the metric $1 is whole and its value $2.
  local answer
  answer=$(ask "$1" || true)
  [[ $answer == *"\"value\":$2"[,}]* && $answer == *'"partial":false'* ]]
}
