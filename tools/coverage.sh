#!/usr/bin/env bash
# Branch coverage of the protocol folders of src/KcpTun by the tests that belong to them:
#   tools/coverage.sh [PERCENT]
# Needs a Release build of tests/Conformance. Writes artifacts/coverage/summary.md, and fails if one of the folders is
# below PERCENT (95).
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
least=${1:-95}
folders='Kcp Fec Crypt Smux Snappy Qpp Tuncrypt Link Primitives'
out=$PWD/artifacts/coverage
mkdir -p "$out"

filter=''
for area in $folders Tunnel; do
  filter+="${filter:+|}FullyQualifiedName~KcpTun.Conformance.$area"
done
artifacts/bin/KcpTun.Conformance/release/KcpTun.Conformance --no-ansi --progress off --filter "($filter)&TestCategory!=Figures" \
  --coverage --coverage-settings "$PWD/tools/coverage.settings.xml" \
  --coverage-output-format cobertura --coverage-output "$out/cobertura.xml"

# A line that belongs to several classes (a closure, an instance of a generic type) counts once, as its best.
awk -v folders="$folders" -v least="$least" '
  match($0, /filename="[^"]*"/) {
    file = substr($0, RSTART + 10, RLENGTH - 11)
    if (!sub(/^.*\/src\/KcpTun\//, "", file)) file = ""
  }
  file != "" && match($0, /<line number="[0-9]+"/) {
    line = substr($0, RSTART + 14, RLENGTH - 15)
    if (match($0, /\([0-9]+\/[0-9]+\)/)) {
      split(substr($0, RSTART + 1, RLENGTH - 2), part, "/")
      place = file ":" line
      if (part[2] > all[place] || (part[2] == all[place] && part[1] > hit[place])) {
        all[place] = part[2] + 0
        hit[place] = part[1] + 0
      }
    }
  }
  END {
    for (place in all) {
      folder = substr(place, 1, index(place, "/") - 1)
      branches[folder] += all[place]
      covered[folder] += hit[place]
    }
    print "| folder | branches | covered | share |\n|---|---|---|---|"
    count = split(folders, name, " ")
    for (i = 1; i <= count; i++) {
      n = branches[name[i]]; c = covered[name[i]]
      share = n ? 100 * c / n : 0
      printf "| %s | %d | %d | %.1f %% |\n", name[i], n, c, share
      if (share < least) low = low " " name[i]
      total += n; hits += c
    }
    printf "| all | %d | %d | %.1f %% |\n", total, hits, total ? 100 * hits / total : 0
    print "\nBranches that no test takes:\n"
    for (place in all) {
      folder = substr(place, 1, index(place, "/") - 1)
      if (hit[place] < all[place] && (" " folders " ") ~ (" " folder " "))
        printf "* %s: %d of %d\n", place, hit[place], all[place] | "sort -V"
    }
    close("sort -V")
    if (low != "") { print "below " least " %:" low > "/dev/stderr"; exit 1 }
  }' "$out/cobertura.xml" > "$out/summary.md" || { cat "$out/summary.md"; exit 1; }
cat "$out/summary.md"
