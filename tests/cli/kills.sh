# Commands that are killed (SIGKILL) at random moments: each output is the former file or
# the new one, whole, and the next run removes what the killed one left.
#
#   KILLS=200 REGATTA=build/release/bin/regatta sh tests/cli/kills.sh
#   COMMANDS='update train' KILLS=200 REGATTA=.. sh tests/cli/kills.sh    these alone
. "$(dirname "$0")/lib.sh"
kills=${KILLS:-16}
small_model || { fail 'no small model'; finish; }
planted 90 60 3 8 >former.tsv
"$REGATTA" train -q former.tsv -o former --dim 8 --steps 5 --temperature 0.2 ||
    fail 'no former model'

planted 12 60 3 9 >more.tsv # interactions of 12 known users

# start NAME DATA MODEL: becomes a command that writes into out/. A new command is a line
# here, and a word of `names`.
names=${COMMANDS:-train quantize index prepare split embed convert update shards}
start() {
    case $1 in
    train) set -- train -q $2.tsv -o out/model --dim 8 --steps 5 --temperature 0.2 ;;
    quantize) set -- quantize -q $3 -o out/model ;;
    index) set -- index -q --force $3 -o out/model ;;
    prepare) set -- prepare -q $2.tsv -o out/rows.tsv.gz ;;
    split) set -- prepare -q $2.tsv --split leave-last:2 -o out/parts ;;
    embed) set -- embed $3 --side both -o out/v.npy ;;
    convert) set -- convert -q $2.tsv out/rows.mtx --time-column 0 ;;
    shards) set -- convert -q $3 out/s.safetensors.index.json --shards 3 ;;
    update) set -- update -q $3 more.tsv -o out/model ;;
    esac
    exec "$REGATTA" "$@" >log 2>&1
}

# The same as a command that ends. A split refuses a folder that is there.
run() {
    rm -rf out/parts
    (start "$@")
}

# The next of Lehmer's random numbers, below $1.
seed=7
draw() {
    seed=$((seed * 16807 % 2147483647))
    drawn=$((seed % $1))
}

# left: the number of temporary files and folders.
left() { find out -name '.*regatta-*' | wc -l; }

# renewed: the index of a model in shards is the new one: the former shards may be gone.
renewed() { cmp -s out/s.safetensors.index.json new/s.safetensors.index.json; }

# whole: each file of out/ is that of former/ or of new/, and none of former/ is
# missing; what begins with a point was left by the killed run.
whole() {
    (cd out && find . -name '.*regatta-*' -prune -o -type f -print) >files
    while read -r file; do
        cmp -s "out/$file" "old/$file" || cmp -s "out/$file" "new/$file" ||
            { echo "$file is neither"; return 1; }
    done <files
    if renewed; then from=new; else from=old; fi
    (cd $from && find . -type f) >files
    while read -r file; do
        [ -e "out/$file" ] || { echo "$file is lost"; return 1; }
    done <files
}

# Kills command $1 once, at a random moment of the time that it takes; with `wait` soon
# after its first temporary file appears.
kill_once() {
    rm -rf out
    cp -R old out
    start "$1" data model &
    pid=$!
    if [ "${2-}" = wait ]; then
        until [ "$(left)" -gt 0 ]; do kill -0 $pid 2>/dev/null || break; done
        draw 10
        [ $drawn -lt 5 ] || sleep 0.00$drawn
    else
        draw 1000
        sleep "$(awk -v t="$took" -v d=$drawn 'BEGIN { printf "%.4f", t * d / 1000 / 1e9 }')"
    fi
    kill -KILL $pid 2>/dev/null && killed=$((killed + 1))
    wait $pid 2>/dev/null
    litter=$((litter + $(left)))
    whole >found || fail "$1 was killed: $(cat found)"
    run "$1" data model || fail "$1 does not run again: $(cat log)"
    check "$1 leaves $(ls -A out)" [ "$(left)" -eq 0 ]
    diff -r out new >found || fail "$1: $(cat found)"
}

killed=0
litter=0
n_names=$(echo $names | wc -w)
each=$(((kills + 2 * n_names - 1) / (2 * n_names)))
for name in $names; do
    for start in former empty; do
        rm -rf old new out
        mkdir out
        [ $start = empty ] || [ $name = split ] || run $name former former || fail "$name does not run: $(cat log)"
        cp -R out old
        begun=$(date +%s%N)
        check "$name runs" run $name data model
        took=$(($(date +%s%N) - begun))
        cp -R out new
        for n in $(seq $each); do
            if [ $((n % 2)) -eq 0 ]; then kill_once $name; else kill_once $name wait; fi
        done
    done
done
# On a busy machine all runs may have ended before they were seen to write.
more=0
while [ "$litter" -eq 0 ] && [ $more -lt 60 ]; do
    kill_once $name wait
    more=$((more + 1))
done
echo "$killed runs killed before their end, $litter temporary files left and removed"
check 'some were killed while they wrote' [ "$litter" -gt 0 ]
finish
