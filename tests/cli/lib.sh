# What the tests of the command share: `. lib.sh` with REGATTA set to the binary. Works in
# a folder of its own that goes away at the end; `finish` reports.
set -u
export LC_ALL=C
work=$(mktemp -d) || exit 2
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 2
checks=0
failures=0

fail() {
    failures=$((failures + 1))
    printf 'FAILED: %s\n' "$*"
}

# expect CODE COMMAND...: runs it, output in the files out and err.
expect() {
    wanted=$1
    shift
    "$@" >out 2>err
    got=$?
    checks=$((checks + 1))
    [ "$got" -eq "$wanted" ] && return 0
    fail "exit $got instead of $wanted: $*"
    sed 's/^/    /' err
    return 1
}

# refuse CODE REGEX COMMAND...: it fails with that code and one line on stderr that
# matches.
refuse() {
    code=$1 words=$2
    shift 2
    expect "$code" "$@" || return 1
    check "one line, not $(wc -l <err): $*" [ "$(wc -l <err)" -eq 1 ]
    check "'$(cat err)' does not say '$words': $*" grep -Eq -e "$words" err
}

# check WHAT COMMAND...: the command succeeds.
check() {
    what=$1
    shift
    checks=$((checks + 1))
    "$@" >/dev/null 2>&1 || fail "$what"
}

same() {
    checks=$((checks + 1))
    cmp -s "$1" "$2" || fail "$1 and $2 differ"
}

finish() {
    echo "$checks checks, $failures failed"
    [ "$failures" -eq 0 ]
    exit
}

# planted USERS ITEMS GROUPS SEED: `user item weight timestamp` with a header. Users and
# items belong to groups; nine of ten interactions stay inside. The numbers are Lehmer's
# generator, the same with every awk.
planted() {
    awk -v users="$1" -v items="$2" -v groups="$3" -v seed="$4" '
        function next_number() { seed = (seed * 16807) % 2147483647; return seed / 2147483647 }
        BEGIN {
            print "user\titem\tweight\ttimestamp"
            for (u = 0; u < users; u++) {
                split("", had)
                n = 8 + int(next_number() * 12)
                for (j = 0; j < n; j++) {
                    i = int(next_number() * items)
                    if (next_number() < 0.9) i = i - i % groups + u % groups
                    if (i >= items || i in had) continue
                    had[i] = 1
                    printf "u%d\ti%d\t%d\t%d\n", u, i, 1 + int(next_number() * 5), \
                        1600000000 + int(next_number() * 1000000)
                }
            }
        }'
}

# A small model, quickly: data.tsv, train.tsv, test.tsv, model.
small_model() {
    planted 90 60 3 7 >data.tsv
    "$REGATTA" prepare -q data.tsv --split leave-last:2,0 -o split &&
        "$REGATTA" train -q split/train.tsv -o model --dim 8 --steps 20 --temperature 0.2
}
