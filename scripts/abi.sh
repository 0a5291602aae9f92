#!/bin/sh
# Compares the library's binary interface with the baseline in the tree (docs/abi.md).
#
#   scripts/abi.sh check LIBRARY    prints every change; 0 none, 1 changed, 77 cannot tell
#   scripts/abi.sh update LIBRARY   makes LIBRARY the baseline
#
# LIBRARY is a libregatta.so with debug information, as the preset dev builds it:
# build/dev/src/libregatta.so. Only exported functions and what the public headers define
# count. Needs abidw and abidiff (abigail-tools).
set -eu
export LC_ALL=C
root=$(cd "$(dirname "$0")/.." && pwd)
baseline=$root/tests/abi/libregatta.abi

say() { echo "abi: $*" >&2; }

if [ $# -ne 2 ] || [ ! -f "$2" ]; then
    echo "usage: scripts/abi.sh check|update LIBRARY" >&2
    exit 2
fi
if ! command -v abidw >/dev/null || ! command -v abidiff >/dev/null; then
    say 'abidw and abidiff are missing: scripts/setup.sh installs them'
    exit 77
fi
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# The same XML wherever the library was built.
abidw --suppressions "$root/tests/abi/public.suppr" --exported-interfaces-only \
    --no-architecture --no-corpus-path --no-comp-dir-path --no-show-locs --no-elf-needed \
    --type-id-style hash --out-file "$work/built.abi" "$2"
sed "s|path='[^']*/src/|path='src/|" "$work/built.abi" >"$work/now.abi"
if ! grep -q '<parameter ' "$work/now.abi"; then
    say "$2 has no debug information about types: build it with -g"
    exit 77
fi

case $1 in
check)
    # 4: a change of any kind, 8: an incompatible one
    if abidiff --no-show-locs "$baseline" "$work/now.abi"; then
        exit 0
    fi
    say 'the interface is not that of tests/abi/libregatta.abi. If that is intended, follow'
    say "docs/abi.md, note the change in CHANGELOG.md, and run scripts/abi.sh update $2"
    exit 1
    ;;
update)
    mkdir -p "${baseline%/*}"
    cp "$work/now.abi" "$baseline"
    say "wrote ${baseline#"$root/"}"
    ;;
*)
    echo "usage: scripts/abi.sh check|update LIBRARY" >&2
    exit 2
    ;;
esac
