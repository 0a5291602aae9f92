#!/usr/bin/env bash
# Runs the tests under the instruments that find what tests alone do not. Slow: for a
# change of memory, threads or files. May be run any number of times.
#
#   scripts/sanitize.sh [asan|tsan|valgrind ...]   all three when none is named
#   scripts/sanitize.sh tsan TEST ...              only these tests, such as test_threads
#
# ThreadSanitizer needs clang and libomp: gcc's libgomp is not instrumented and gives
# false reports.
set -euo pipefail
. "$(dirname "$0")/common.sh"
[ $# -gt 0 ] || set -- asan tsan valgrind

run() { # FOLDER [ctest option ...]
    local folder=$1
    shift
    ctest --test-dir "$folder" --output-on-failure --no-tests=error "$@"
}

asan() {
    build asan -DCMAKE_C_COMPILER=clang -DCMAKE_BUILD_TYPE=RelWithDebInfo \
        -DCMAKE_C_FLAGS_RELWITHDEBINFO="-O1 -g" -DREGATTA_BUILD_EXAMPLES=OFF \
        -DREGATTA_TEST_SECONDS=3600 -DCMAKE_C_FLAGS="-fsanitize=address,undefined -fno-sanitize-recover=undefined -fno-omit-frame-pointer"
    run build/asan -R '^(test_|cli)' --parallel "$jobs"
}

tsan() {
    build tsan -DCMAKE_C_COMPILER=clang -DCMAKE_BUILD_TYPE=RelWithDebInfo \
        -DCMAKE_C_FLAGS_RELWITHDEBINFO="-O1 -g" -DREGATTA_BUILD_EXAMPLES=OFF \
        -DREGATTA_TEST_SECONDS=3600 -DCMAKE_C_FLAGS="-fsanitize=thread -fno-omit-frame-pointer"
    run build/tsan -R "^(${tests:-test_.*})\$"
}

valgrind() {
    build valgrind -DCMAKE_BUILD_TYPE=RelWithDebInfo -DREGATTA_BUILD_EXAMPLES=OFF \
        -DCMAKE_C_FLAGS_RELWITHDEBINFO="-O1 -g"
    local program
    for program in build/valgrind/tests/{tests_*,test_*}; do
        [ -x "$program" ] && [ -f "$program" ] || continue
        case "$program" in
        */tests_*) "$program" | sed "s|^|$program |" ;;
        *) echo "$program ${program##*/}" ;;
        esac
    done | OMP_NUM_THREADS=2 xargs -P "$jobs" -L 1 sh -c '
            log=$0-$1.valgrind
            valgrind --quiet --error-exitcode=99 --leak-check=full \
                --suppressions=tests/valgrind.supp \
                --errors-for-leak-kinds=definite,indirect \
                --show-leak-kinds=definite,indirect "$0" "$1" >"$log" 2>&1 &&
                { echo "clean: $1"; exit 0; }
            cat "$log"
            echo "failed: $1"
            exit 1'
}

tests=
if [ $# -gt 1 ] && [ "$1" = tsan ] && [[ $2 == test_* ]]; then
    tests=$(IFS='|'; echo "${*:2}")
    targets=
    for test in "${@:2}"; do # the room's program, or its own (tests/CMakeLists.txt)
        room=$(dirname tests/*/"$test.c")
        grep -q "own_programs.* $test\\b" tests/CMakeLists.txt || test=tests_${room##*/}
        targets="$targets $test"
    done
    set -- tsan
fi
step "packages"
./scripts/setup.sh --tools
for instrument; do
    case "$instrument" in
    asan | tsan | valgrind) ;;
    *)
        echo "usage: scripts/sanitize.sh [asan|tsan|valgrind ...]" >&2
        exit 2
        ;;
    esac
    step "$instrument"
    "$instrument"
done
