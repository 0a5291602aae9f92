#!/bin/sh
# Builds a small program in a project that has regatta as a part (FetchContent), without
# optimisation, and runs it. Tests, benchmarks and installation of regatta are not part of it.
#
#   fetch_consumer.sh CMAKE SOURCE CONSUMER CC VERSION
set -eu
cmake=$1 source=$2 consumer=$3 cc=$4 version=$5
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"$cmake" -S "$consumer" -B "$work/build" -DCMAKE_C_COMPILER="$cc" -DCMAKE_BUILD_TYPE=None \
    -DREGATTA_SOURCE="$source" >"$work/log" 2>&1 &&
    "$cmake" --build "$work/build" --parallel 2 --target consumer >>"$work/log" 2>&1 ||
    { tail -40 "$work/log"; exit 1; }
output=$("$work/build/consumer")
echo "$output"
[ "$output" = "regatta $version: 2 users, 3 edges" ]
if "$cmake" --build "$work/build" --target help | grep -q 'test_\|bench_'; then
    echo 'the project got tests or benchmarks'
    exit 1
fi
"$cmake" --install "$work/build" --prefix "$work/prefix" >"$work/log" 2>&1 || true
[ ! -e "$work/prefix/bin/regatta" ] || { echo 'the project installs regatta'; exit 1; }
