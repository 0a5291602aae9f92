#!/usr/bin/env bash
# Runs the fuzzers for a stated time each, from a copy of their corpus that grows from run
# to run, and prints how many inputs were executed. Ends with 1 at the first finding, which
# it keeps. May be run any number of times.
#
#   scripts/fuzz.sh [--minutes N] [NAME ...]   10 minutes each, all when none is named;
#                                              NAME: checkpoint, features, histories, json, model, option_file,
#                                              options, pairs, reader
set -euo pipefail
. "$(dirname "$0")/common.sh"

all=(fuzz/fuzz_*.c)
all=("${all[@]#fuzz/fuzz_}")
all=("${all[@]%.c}")

usage() {
    echo "usage: scripts/fuzz.sh [--minutes N] [$(IFS='|' && echo "${all[*]}") ...]" >&2
    exit 2
}

minutes=10
names=()
while [ $# -gt 0 ]; do
    case "$1" in
    --minutes)
        minutes=${2-}
        [[ $minutes =~ ^[1-9][0-9]{0,4}$ ]] || usage
        shift 2
        ;;
    *)
        [ -f "fuzz/fuzz_$1.c" ] || usage
        names+=("$1")
        shift
        ;;
    esac
done
if [ ${#names[@]} -eq 0 ]; then
    names=("${all[@]}")
fi

# Which finding a run left, by its log; -print_final_stats gives the number of executions.
run() { # NAME
    local corpus=build/fuzz/corpus/$1 log=build/fuzz/$1.log findings=build/fuzz/findings
    mkdir -p "$corpus" "$findings"
    cp fuzz/corpus/"$1"/* "$corpus"/
    if ! OMP_WAIT_POLICY=passive "build/fuzz/fuzz/fuzz_$1" "$corpus" \
        -max_total_time=$((minutes * 60)) -timeout=60 -rss_limit_mb=2048 \
        -artifact_prefix="$findings/$1-" -print_final_stats=1 >"$log" 2>&1; then
        tail -n 60 "$log" >&2
        echo "fuzz_$1: a finding; inputs are in $findings, the log is $log" >&2
        exit 1
    fi
    awk -v name="$1" -v minutes="$minutes" '
        /stat::number_of_executed_units/ { n = $2 }
        END { printf "fuzz_%s: %d executions in %d minutes, no finding\n", name, n, minutes }
    ' "$log"
}

step "packages"
./scripts/setup.sh --tools
step "build"
targets=$(printf 'fuzz_%s ' "${names[@]}")
build fuzz -DCMAKE_C_COMPILER=clang -DCMAKE_BUILD_TYPE=RelWithDebInfo \
    -DREGATTA_BUILD_FUZZ=ON \
    -DCMAKE_C_FLAGS="-fsanitize=address,undefined -fsanitize=fuzzer-no-link"
for name in "${names[@]}"; do
    step "$name, $minutes minutes"
    run "$name"
done
