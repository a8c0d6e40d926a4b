#!/usr/bin/env bash
# Gets both Go releases of kcptun out of Debian's archive into artifacts/go/<release>/, without root and without touching
# the machine's own package lists. Does nothing, and needs no network, when they are there and intact.
#
#   tools/GoInterop/fetch.sh [--force]
#
# KCPTUN_DEBIAN_MIRROR overrides the mirror. The result is described in artifacts/go/manifest.json.
set -euo pipefail
export LC_ALL=C

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
store=$root/artifacts/go
keyring=/usr/share/keyrings/debian-archive-keyring.gpg
attempts=3

# release: suites that may serve it, best first (a release moves down the suites as Debian releases).
releases=(20210922 20260314)
declare -A suites=([20210922]='stable oldstable' [20260314]='sid testing stable')
# A flag that tells the releases apart: both are built without a version stamp.
declare -A has_closewait=([20210922]=no [20260314]=yes)

fail() { echo "fetch.sh: $*" >&2; exit 1; }
note() { echo "fetch.sh: $*"; }

# The mirror this machine is configured with, else Debian's own.
mirror() {
  local uri
  uri=$(cat /etc/apt/sources.list /etc/apt/sources.list.d/*.list /etc/apt/sources.list.d/*.sources 2>/dev/null \
    | grep -v '^[[:space:]]*#' | grep -oE 'https?://[^ ]+/debian/?([[:space:]]|$)' | head -n 1 | tr -d '[:space:]') || true
  echo "${KCPTUN_DEBIAN_MIRROR:-${uri:-http://deb.debian.org/debian}}"
}

is_intact() {
  local release=$1
  [ -s "$store/$release/release.json" ] && (cd "$store/$release" && sha256sum --status --check SHA256SUMS 2>/dev/null)
}

# A package manager configuration of its own. Of the machine's it keeps how to reach a mirror and how old the mirror may be
# (a frozen mirror needs Check-Valid-Until off); hooks and extra indexes stay out.
configure_apt() {
  local dir=$1 suite=$2 uri=$3
  mkdir -p "$dir"/state/lists/partial "$dir"/cache/archives/partial
  : >"$dir/status"
  echo "deb [signed-by=$keyring] $uri $suite main" >"$dir/sources.list"
  {
    apt-config dump | grep -E '^Acquire::((http|https)::|Check-)' || true
    cat <<CONF
Dir::Etc::parts "/dev/null";
Dir::Etc::sourcelist "$dir/sources.list";
Dir::Etc::sourceparts "/dev/null";
Dir::State "$dir/state";
Dir::State::status "$dir/status";
Dir::Cache "$dir/cache";
APT::Sandbox::User "$(id -un)";
Acquire::Languages "none";
Acquire::Retries "1";
APT::Update::Error-Mode "any";
Debug::NoLocking "1";
CONF
  } >"$dir/apt.conf"
}

# Runs a command up to $attempts times and keeps its output in a file.
persistently() {
  local log=$1 try
  shift
  for ((try = 1; try <= attempts; try++)); do
    if "$@" >"$log" 2>&1; then return 0; fi
    [ "$try" -eq "$attempts" ] || sleep "$try"
  done
  return 1
}

served_version() {
  APT_CONFIG=$1/apt.conf apt-cache policy kcptun | awk '$1 == "Candidate:" { print $2 }'
}

# Refuses a binary that does not start or is not the release its package says.
verify_binary() {
  local release=$1 binary=$2 flag=no
  "$binary" -v | grep "^kcptun version " >/dev/null || fail "$binary -v does not print a version"
  if "$binary" --help | grep -- "--closewait" >/dev/null; then flag=yes; fi
  [ "$flag" = "${has_closewait[$release]}" ] || fail "$binary is not release $release"
}

digest() { sha256sum "$1" | cut -d ' ' -f 1; }

describe() {
  local release=$1 suite=$2 version=$3 deb=$4 dir=$5
  cat <<JSON
    {
      "release": "$release",
      "suite": "$suite",
      "package": "kcptun",
      "version": "$version",
      "deb": { "file": "$(basename "$deb")", "sha256": "$(digest "$deb")" },
      "client": { "sha256": "$(digest "$dir/kcptun-client")", "reports": "$("$dir/kcptun-client" -v)" },
      "server": { "sha256": "$(digest "$dir/kcptun-server")", "reports": "$("$dir/kcptun-server" -v)" }
    }
JSON
}

fetch() {
  local release=$1 uri=$2 work suite version='' tried='' deb out
  work=$store/.work-$release
  rm -rf "$work"
  for suite in ${suites[$release]}; do
    configure_apt "$work/$suite" "$suite" "$uri"
    if APT_CONFIG=$work/$suite/apt.conf persistently "$work/log" apt-get update; then
      version=$(served_version "$work/$suite")
      [[ $version == "$release"* ]] && break
      tried+=" $suite has ${version:-none};"
    else
      tried+=" $suite cannot be read;"
    fi
    version=''
  done
  [ -n "$version" ] || fail "no kcptun $release at $uri:${tried%;}"

  mkdir -p "$work/deb"
  (cd "$work/deb" && APT_CONFIG=$work/$suite/apt.conf persistently "$work/log" apt-get download "kcptun=$version") \
    || fail "cannot download kcptun $version from $uri: $(tail -n 1 "$work/log")"
  deb=$(echo "$work"/deb/kcptun_*.deb)
  dpkg-deb --extract "$deb" "$work/root"

  out=$work/out
  mkdir -p "$out"
  mv "$work/root/usr/bin/kcptun-client" "$work/root/usr/bin/kcptun-server" "$out/"
  verify_binary "$release" "$out/kcptun-client"
  verify_binary "$release" "$out/kcptun-server"
  describe "$release" "$suite" "$version" "$deb" "$out" >"$out/release.json"
  (cd "$out" && sha256sum kcptun-client kcptun-server >SHA256SUMS)
  rm -rf "${store:?}/$release"
  mv "$out" "$store/$release"
  rm -rf "$work"
  note "$release: kcptun $version from $suite"
}

write_manifest() {
  local architecture=$1 uri=$2
  {
    printf '{\n  "architecture": "%s",\n  "mirror": "%s",\n  "releases": [\n' "$architecture" "$uri"
    local separator='' release
    for release in "${releases[@]}"; do
      printf '%b' "$separator"
      printf '%s' "$(cat "$store/$release/release.json")"
      separator=',\n'
    done
    printf '\n  ]\n}\n'
  } >"$store/manifest.json.new"
  mv "$store/manifest.json.new" "$store/manifest.json"
}

main() {
  local release missing=() uri
  mkdir -p "$store"
  exec 9>"$store/.lock"
  flock --timeout 300 9 || fail "another fetch has held $store/.lock for 5 minutes"

  for release in "${releases[@]}"; do
    if [ "${1:-}" = --force ] || ! is_intact "$release"; then missing+=("$release"); fi
  done
  if [ ${#missing[@]} -eq 0 ] && [ -s "$store/manifest.json" ]; then
    note "both releases are in ${store#"$root"/}"
    return
  fi

  command -v apt-get >/dev/null && command -v dpkg-deb >/dev/null || fail 'needs apt-get and dpkg-deb (Debian or Ubuntu)'
  [ -r "$keyring" ] || fail "needs $keyring (package debian-archive-keyring)"
  uri=$(mirror)
  for release in "${missing[@]}"; do fetch "$release" "$uri"; done
  write_manifest "$(dpkg --print-architecture)" "$uri"
}

main "$@"
