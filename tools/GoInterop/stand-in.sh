#!/usr/bin/env bash
# Go's release 20260314 under our command line: with KCPTUN_EXE set to this file the interop suite and the benchmark run
# Go in our place. What fails then is the harness, or Go: as "ours" it drops data in the half-close cells and recovers too
# slowly in the restart cells, which shows that those cells can fail.
#
#   KCPTUN_EXE=tools/GoInterop/stand-in.sh dotnet test ...
set -euo pipefail
verb=${1:?client or server}
shift
exec "$(dirname "${BASH_SOURCE[0]}")/../../artifacts/go/20260314/kcptun-$verb" "$@"
