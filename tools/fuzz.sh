#!/usr/bin/env bash
# Fuzzes targets with afl++ and coverage from SharpFuzz; fails on a crash or a hang.
#   tools/fuzz.sh [TARGET…] [--seconds N] [--minimize]
# Without targets all of them; N seconds each, 60 if not given. --minimize adds to the corpus what reaches new branches.
# Needs afl++ (Debian: apt-get install afl++). docs/fuzzing.md says more.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

seconds=60
minimize=false
targets=()
while [ $# -gt 0 ]; do
  case $1 in
    --seconds) seconds=${2:?--seconds needs a number}; shift ;;
    --minimize) minimize=true ;;
    -*) echo "tools/fuzz.sh: unknown option $1; there are --seconds N and --minimize" >&2; exit 2 ;;
    *) targets+=("$1") ;;
  esac
  shift
done
[[ $seconds =~ ^[1-9][0-9]*$ ]] || { echo "tools/fuzz.sh: --seconds $seconds: write a whole number" >&2; exit 2; }
command -v afl-fuzz >/dev/null || { echo 'tools/fuzz.sh: needs afl++ (Debian: apt-get install afl++)' >&2; exit 2; }

# The instrumented assemblies live here and nowhere else: no other build sees them.
bin=artifacts/fuzz/bin
work=artifacts/fuzz/afl
dotnet build -c Release tests/Fuzz --nologo -v quiet
plain=artifacts/bin/KcpTun.Fuzz/release
rm -rf "$bin"
mkdir -p artifacts/fuzz
cp -r "$plain" "$bin"
for assembly in KcpTun KcpTun.Sim; do
  if [ -f "$bin/$assembly.dll" ]; then "$plain/KcpTun.Fuzz" --instrument "$bin/$assembly.dll"; fi
done
if [ ${#targets[@]} -eq 0 ]; then mapfile -t targets < <("$bin/KcpTun.Fuzz" --list | cut -d' ' -f1); fi

export AFL_NO_UI=1 AFL_SKIP_CPUFREQ=1 AFL_SKIP_BIN_CHECK=1 AFL_NO_AFFINITY=1 AFL_QUIET=1 AFL_NO_COLOR=1
export AFL_I_DONT_CARE_ABOUT_MISSING_CRASHES=1 AFL_FORKSRV_INIT_TMOUT=60000 DOTNET_TieredPGO=0
fuzz() { # target
  local target=$1 status=0 out dictionary stats number finding kept
  out=$work/$target
  rm -rf "$out"
  mkdir -p "$out"
  dictionary=()
  "$bin/KcpTun.Fuzz" "$target" --tokens >"$out.dict"
  if [ -s "$out.dict" ]; then dictionary=(-x "$out.dict"); fi
  # -t: what takes five seconds is a hang. -d: short runs skip the deterministic stages.
  if ! afl-fuzz -i "tests/Fuzz/corpus/$target" -o "$out" -m none -t 5000 -V "$seconds" -d "${dictionary[@]}" \
    -- "$bin/KcpTun.Fuzz" "$target" --afl >"$out.log" 2>&1; then
    echo "$target: afl-fuzz failed:"; tail -n 20 "$out.log"; return 1
  fi

  stats=$out/default/fuzzer_stats
  awk -F' *: ' -v target="$target" '
    $1 == "execs_done" { runs = $2 } $1 == "execs_per_sec" { rate = $2 } $1 == "bitmap_cvg" { cover = $2 }
    $1 == "corpus_found" { found = $2 }
    END { printf "%-10s %9d inputs, %8.0f a second, %s of the map, %d new\n", target, runs, rate, cover, found }' "$stats"
  number=0
  while read -r finding; do
    status=1
    number=$((number + 1))
    kept=artifacts/fuzz/findings/$target/afl-$number
    mkdir -p "$(dirname "$kept")"
    cp "$finding" "$kept"
    echo "$target: $(basename "$(dirname "$finding")"):"
    timeout 60 "$plain/KcpTun.Fuzz" "$target" "$kept" || true
  done < <(find "$out/default/crashes" "$out/default/hangs" -type f -name 'id*' | sort | head -n 5)

  if $minimize; then
    afl-cmin -i "$out/default/queue" -o "$out.min" -m none -t 5000 -- "$bin/KcpTun.Fuzz" "$target" --afl >>"$out.log" 2>&1
    echo "$target: $(find "$out.min" -type f | wc -l) inputs are enough for all branches reached: $out.min"
  fi
  return "$status"
}

# A target keeps one core busy.
status=0
running=0
for target in "${targets[@]}"; do
  if [ "$running" -ge "$(nproc)" ]; then
    wait -n || status=1
    running=$((running - 1))
  fi
  fuzz "$target" &
  running=$((running + 1))
done
for ((; running > 0; running--)); do wait -n || status=1; done
exit "$status"
