#!/usr/bin/env bash
# Formats the tree with clang-format and checks it with clang-tidy. May be run any
# number of times.
#
#   scripts/tidy.sh          formats, then checks
#   scripts/tidy.sh --check  changes nothing: fails where it would
set -euo pipefail
. "$(dirname "$0")/common.sh"
check=0
case "${1-}" in
'') ;;
--check) check=1 ;;
*)
    echo "usage: scripts/tidy.sh [--check]" >&2
    exit 2
    ;;
esac

step "packages"
./scripts/setup.sh --tools

step "clang-format"
mapfile -t files < <(find src include tests examples bench fuzz -name '*.[ch]' | sort)
if [ $check -eq 1 ]; then
    clang-format --dry-run --Werror "${files[@]}"
else
    clang-format -i "${files[@]}"
fi
echo "${#files[@]} files"

step "clang-tidy"
cmake -S . -B build/tidy -G Ninja -DCMAKE_C_COMPILER=clang -DCMAKE_BUILD_TYPE=Debug \
    >build/tidy.log 2>&1 || { cat build/tidy.log >&2; exit 1; }
mapfile -t sources < <(find src -name '*.c' | sort)
printf '%s\n' "${sources[@]}" |
    xargs -P "$jobs" -n 4 clang-tidy --quiet -p build/tidy 2>build/tidy.err ||
    { grep -v 'warnings\? generated' build/tidy.err >&2; exit 1; }
echo "${#sources[@]} files"
