#!/usr/bin/env bash
# Builds regatta and runs all its tests, on a machine that needs nothing but Debian 12.
# May be run any number of times.
#
#   scripts/test.sh          everything: a few minutes on two cores
#   scripts/test.sh --quick  without the run under the sanitizers
set -euo pipefail
. "$(dirname "$0")/common.sh"
quick=0
case "${1-}" in
'') ;;
--quick) quick=1 ;;
*)
    echo "usage: scripts/test.sh [--quick]" >&2
    exit 2
    ;;
esac

step "packages"
./scripts/setup.sh

step "build: optimised, assertions on, warnings are errors"
build test -DCMAKE_BUILD_TYPE=RelWithDebInfo -DCMAKE_C_FLAGS_RELWITHDEBINFO="-O2 -g1" \
    -DREGATTA_WERROR=ON

if [ $quick -eq 0 ]; then
    step "build: AddressSanitizer and UndefinedBehaviorSanitizer"
    # gcc gives false warnings here: it loses track of sizes in instrumented code
    build test-sanitize -DCMAKE_BUILD_TYPE=RelWithDebInfo \
        -DCMAKE_C_FLAGS_RELWITHDEBINFO="-O1 -g1 -Wno-format-truncation" -DREGATTA_BUILD_BENCH=OFF \
        -DREGATTA_BUILD_EXAMPLES=OFF \
        -DCMAKE_C_FLAGS="-fsanitize=address,undefined -fno-sanitize-recover=undefined"

    step "unit tests under the sanitizers"
    ctest --test-dir build/test-sanitize -R '^test_' --parallel "$jobs" \
        --output-on-failure --no-tests=error
fi

step "all tests"
ctest --test-dir build/test --parallel "$jobs" --output-on-failure \
    --no-tests=error
