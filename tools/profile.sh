#!/usr/bin/env bash
# Profiles both ends of a saturated tunnel on loopback: flame graphs, and where the time of a packet goes.
#   tools/profile.sh [OUTPUT=docs/performance]
# Writes client.svg, server.svg (upload through the tunnel: the client sends) and budget.md there. Needs iperf3, perf,
# flamegraph.pl (Debian: libdevel-nytprof-perl) and a native build in artifacts/native.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

out=${1:-docs/performance}
exe=artifacts/native/kcptun
flags='--mode fast --sndwnd 1024 --rcvwnd 1024 --key profile'
flamegraph=$(command -v flamegraph.pl || echo /usr/share/perl5/Devel/NYTProf/flamegraph.pl)
for need in iperf3 perf "$flamegraph" "$exe"; do
  command -v "$need" >/dev/null || [ -e "$need" ] || { echo "tools/profile.sh: needs $need" >&2; exit 2; }
done
work=$(mktemp -d)
trap 'kill $(jobs -p) 2>/dev/null || true; rm -rf "$work"' EXIT
mkdir -p "$out"

iperf3 -s -p 35201 -1 >/dev/null &
# shellcheck disable=SC2086 # the flags are words
$exe server -l 127.0.0.1:35900 -t 127.0.0.1:35201 $flags >/dev/null 2>&1 &
server=$!
# shellcheck disable=SC2086
$exe client -l 127.0.0.1:35948 -r 127.0.0.1:35900 $flags >/dev/null 2>&1 &
client=$!
for _ in {1..100}; do
  ss -Hltn 'sport = 35948' | grep -q . && break
  sleep 0.1
done
iperf3 -c 127.0.0.1 -p 35948 -t 10 -i 1 >"$work/iperf" &
load=$!
sleep 2
perf record -q -e cpu-clock -F 2000 -g -o "$work/client.data" -p $client -- sleep 6 &
perf record -q -e cpu-clock -F 2000 -g -o "$work/server.data" -p $server -- sleep 6
wait $load
sleep 1
mbits=$(awk '/receiver/ { for (i = 2; i <= NF; i++) if ($i ~ /bits/) print $(i - 1) * ($i ~ /^G/ ? 1000 : 1) }' "$work/iperf")

# One line a stack, root first, with its samples; names as the sources have them.
fold() {
  perf script -i "$1" 2>/dev/null | awk '
    /^[^[:space:]]/ { name = $1; stack = ""; next }
    NF == 0 { if (stack != "") count[name stack]++; stack = ""; next }
    {
      frame = $2
      sub(/\+0x[0-9a-f]+$/, "", frame)
      gsub(/KcpTun_KcpTun_/, "", frame)
      gsub(/S_P_CoreLib_/, "", frame)
      gsub(/System_Net_Sockets_System_Net_Sockets_/, "Sockets_", frame)
      gsub(/[;<>].*/, "", frame)
      stack = ";" frame stack
    }
    END { for (s in count) print s, count[s] }'
}

# The innermost frame that belongs to a part decides.
budget() {
  awk -v mbits="$mbits" -v seconds=6 '
    function part(frame) {
      if (frame ~ /[Mm]emmove|memset|memcpy|SpanHelpers__Fill/) return "copies"
      if (frame ~ /Crypt_|IO_Hashing/) return "cipher and checksum"
      if (frame ~ /^Fec_/) return "FEC"
      if (frame ~ /Snapp/) return "snappy"
      if (frame ~ /^Smux_/) return "smux"
      if (frame ~ /^Kcp_/) return "KCP"
      if (frame ~ /sendmmsg|recvmmsg|LinuxSender|LinuxReceiver|Gro__|Gso__/) return "UDP"
      if (frame ~ /sys_sendto|sys_recvfrom|sys_sendmsg|sys_recvmsg|Sockets_|StreamPump/) return "TCP"
      if (frame ~ /futex|epoll_wait|sys_ppoll|LibC__Poll|sched_yield|try_to_wake_up|eventfd|ThreadPool|Threading/)
        return "wake-ups"
      if (frame ~ /Tunnel_|Link_|Primitives_/) return "driver"
      return ""
    }
    {
      samples = $NF
      n = split($1, frames, ";")
      found = "other"
      for (i = n; i > 1; i--) if ((p = part(frames[i])) != "") { found = p; break }
      sum[found] += samples
      total += samples
    }
    END {
      # 1,282 bytes of payload fit into a packet of 1,350 with aes, FEC, KCP, snappy and smux around them.
      packets = mbits * 1e6 / 8 * seconds / 1282
      n = split("UDP;TCP;cipher and checksum;FEC;KCP;smux;snappy;copies;driver;wake-ups;other", order, ";")
      for (i = 1; i <= n; i++)
        printf "%s %.0f\n", order[i], sum[order[i]] * 500000 / packets
      printf "all %.0f\n", total * 500000 / packets
    }' "$1"
}

for end in client server; do
  fold "$work/$end.data" >"$work/$end.folded"
  perl "$flamegraph" --title "$end of a tunnel, upload on loopback, $mbits Mbit/s" --width 1200 --minwidth 1 \
    --hash "$work/$end.folded" >"$out/$end.svg" 2>/dev/null
  budget "$work/$end.folded" >"$work/$end.budget"
done

{
  echo "Written by tools/profile.sh at $(git describe --always), $mbits Mbit/s."
  echo
  echo '| part | sender, ns a packet | receiver, ns a packet |'
  echo '|---|---:|---:|'
  paste -d ' ' "$work/client.budget" "$work/server.budget" | awk '
    { half = NF / 2; name = $1; for (i = 2; i < half; i++) name = name " " $i; print "| " name " | " $half " | " $NF " |" }'
} >"$out/budget.md"
cat "$out/budget.md"
