#!/usr/bin/env bash
# Which lines of src/ the tests reach: a table on standard output, pages in
# build/coverage-html/index.html. May be run any number of times.
set -euo pipefail
. "$(dirname "$0")/common.sh"

step "packages"
./scripts/setup.sh --tools

step "build with counters"
build coverage -DCMAKE_BUILD_TYPE=Debug -DREGATTA_BUILD_BENCH=OFF \
    -DCMAKE_C_FLAGS="--coverage -fprofile-update=atomic" -DCMAKE_C_FLAGS_DEBUG="-O1 -g"
find build/coverage -name '*.gcda' -delete

step "tests"
ctest --test-dir build/coverage --parallel "$jobs" --timeout 600 --output-on-failure \
    --no-tests=error -E '^(install|format|structure)'

step "coverage"
mkdir -p build/coverage-html
gcovr --root . --filter 'src/' --object-directory build/coverage \
    --html-details build/coverage-html/index.html --print-summary \
    --exclude-unreachable-branches build/coverage
echo "pages: build/coverage-html/index.html"
