#!/usr/bin/env bash
# Which lines and branches of src/ the tests reach: a table on standard output, pages in
# build/coverage-html/index.html. Ends with 1 below 95 % of lines or 85 % of branches. May be
# run any number of times.
#
# Branches are those that gcc counts, without those of lines that have no code of their own
# and of assert(), which is not in the library that is installed. A test that fails does not end
# the run: the counters are files, which tests that limit the size of files do not allow.
#
#   scripts/coverage.sh           build, run all tests, report
#   scripts/coverage.sh --report  report what the last run has counted
set -euo pipefail
. "$(dirname "$0")/common.sh"

least_lines=95
least_branches=85

report() {
    mkdir -p build/coverage-html
    if ! gcovr --root . --filter 'src/' --object-directory build/coverage \
        --html-details build/coverage-html/index.html --print-summary \
        --gcov-ignore-parse-errors --exclude-unreachable-branches --exclude-lines-by-pattern '\s*assert\(.*' \
        --fail-under-line "$least_lines" --fail-under-branch "$least_branches" build/coverage; then
        echo "coverage: below $least_lines % of lines or $least_branches % of branches" >&2
        return 1
    fi
    echo "pages: build/coverage-html/index.html"
}

case "${1-}" in
'') ;;
--report)
    report
    exit
    ;;
*)
    echo "usage: scripts/coverage.sh [--report]" >&2
    exit 2
    ;;
esac

step "packages"
./scripts/setup.sh --tools

# Counters that are not atomic may lose a count where threads meet, never a whole line, and
# do not make the training tests ten times slower. A few become negative, which gcovr 5 leaves out.
step "build with counters"
build coverage -DCMAKE_BUILD_TYPE=Debug -DREGATTA_BUILD_BENCH=OFF \
    -DCMAKE_C_FLAGS="--coverage -fprofile-update=single" -DCMAKE_C_FLAGS_DEBUG="-O1 -g"
find build/coverage -name '*.gcda' -delete

step "tests"
ctest --test-dir build/coverage --parallel "$jobs" --timeout 600 --output-on-failure \
    --no-tests=error -E '^(install|format|structure|fetch_consumer|debian_packages)' ||
    echo "coverage: some tests failed" >&2

step "coverage"
report
