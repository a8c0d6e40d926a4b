#!/usr/bin/env bash
# Counts the instructions that a KiB of payload costs both ends in the simulator, and compares them with
# bench/instructions.tsv: a measure of speed that does not depend on what else the machine does.
#   tools/instructions.sh [--record] [TABLE]
# bench/scaling.tsv is the same from 1 to 8192 segments in flight and beside 10,000 streams and 1,000 sessions; it takes
# ten minutes.
# Needs valgrind, and the native simulator (default artifacts/sim-native/kcptun-sim, or $KCPTUN_SIM). Exit 1 when a
# count is more than 3 % off in either direction: a gain is to be recorded as well.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

record=
if [ "${1:-}" = --record ]; then
  record=yes
  shift
fi
table=${1:-bench/instructions.tsv}
margin=3
sim=${KCPTUN_SIM:-artifacts/sim-native/kcptun-sim}
command -v valgrind >/dev/null || { echo "tools/instructions.sh: needs valgrind" >&2; exit 2; }
[ -x "$sim" ] || { echo "tools/instructions.sh: there is no $sim; publish src/KcpTun.Sim natively first" >&2; exit 2; }

# valgrind does not read the compiler's debug information, so the copy has no link to it.
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
objcopy --strip-debug --remove-section=.gnu_debuglink "$sim" "$work/kcptun-sim"
cp "$(dirname "$sim")"/*.so "$work/" 2>/dev/null || true

count() { # flags, workload
  # shellcheck disable=SC2086 # the flags are words
  DOTNET_GCHeapHardLimit=0x20000000 valgrind --tool=cachegrind --cache-sim=no --cachegrind-out-file=/dev/null \
    "$work/kcptun-sim" run --mode fast $1 --workload "$2" --seed 1 --seeds 1 2>&1 >/dev/null |
    sed -n 's/.*I *refs: *//p' | tr -d ,
}

# The difference of two lengths leaves out the start of the program.
per_kib() { # flags, workload with % for the MiB, those of the shorter and the longer run
  local large
  count "$1" "${2/\%/$3}" >"$work/shorter" &
  large=$(count "$1" "${2/\%/$4}")
  wait
  echo $(((large - $(<"$work/shorter")) / (($4 - $3) * 1024)))
}

status=0
: >"$work/new"
while IFS=$'\t' read -r name flags workload short long known; do
  now=$(per_kib "$flags" "$workload" "$short" "$long")
  printf '%s\t%s\t%s\t%s\t%s\t%s\n' "$name" "$flags" "$workload" "$short" "$long" "$now" >>"$work/new"
  verdict=ok
  if [ $(((now > known ? now - known : known - now) * 100)) -gt $((known * margin)) ]; then
    verdict="was $known"
    status=1
  fi
  printf '%-24s %8d instructions/KiB  %s\n' "$name" "$now" "$verdict"
done <"$table"

if [ -n "$record" ]; then
  cp "$work/new" "$table"
  exit 0
fi
[ $status -eq 0 ] || echo "tools/instructions.sh: more than $margin % off; if that is meant: tools/instructions.sh --record" >&2
exit $status
