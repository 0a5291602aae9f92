# Trainings whose vectors start from another model: what they say, checkpoints, and what is refused.
. "$(dirname "$0")/lib.sh"
planted 120 60 4 1 >all.tsv
awk -F '\t' 'NR == 1 || $4 < 1600500000' all.tsv >old.tsv
sed 's/^u/stranger/; s/\ti/\tthing/' all.tsv >strange.tsv
set -- -q --dim 8 --steps 10 --temperature 0.15 --channels vectors,items
expect 0 "$REGATTA" train old.tsv -o first "$@"
expect 0 "$REGATTA" train strange.tsv -o other "$@"
expect 0 "$REGATTA" train all.tsv -o plain "$@"

# vectors MODEL FILE: writes the vectors of both sides.
vectors() {
    "$REGATTA" embed "$1" --side items -f tsv -o "$2.items" -q &&
        "$REGATTA" embed "$1" --side users -f tsv -o "$2.users" -q
}
expect 0 "$REGATTA" train all.tsv -o model "$@" --init first --json
check 'the ids that were found' python3 -c '
import json
init = json.load(open("out"))["model"]["made_by"]["training"]["init"]
assert 100 <= init["users"] <= 120 and 50 <= init["items"] <= 60, init'
expect 0 "$REGATTA" train all.tsv -o model --dim 8 --steps 10 --temperature 0.15 --channels vectors,items --init first
check 'they are printed' grep -q 'vectors start: 1[0-9]* of 120 users' err
expect 0 "$REGATTA" train all.tsv -o apart "$@" --init other
vectors plain plain && vectors apart apart && vectors model model
same plain.items apart.items
same plain.users apart.users
check 'shared ids start elsewhere' sh -c '! cmp -s plain.items model.items'
expect 0 "$REGATTA" train all.tsv -o default -q --steps 10 --temperature 0.15 --channels vectors,items --init first --json
check 'the dimension of the model' grep -q '"dim": 8' out

# Killed and resumed; a checkpoint of another start; any number of threads; an update.
expect 0 "$REGATTA" train all.tsv -o resumed "$@" --init first --checkpoint kept
same model resumed
rm resumed
expect 0 "$REGATTA" train all.tsv -o resumed "$@" --init first --resume kept
same model resumed
refuse 2 'init' "$REGATTA" train all.tsv -o x "$@" --init other --resume kept
refuse 2 'init' "$REGATTA" train all.tsv -o x "$@" --resume kept
expect 0 "$REGATTA" train all.tsv -o threads "$@" --init first --threads 3
same model threads
expect 0 "$REGATTA" update model --replay -q
printf 'user\titem\tweight\ttimestamp\nu1\tnew\t1\t1700000000\n' >news
expect 0 "$REGATTA" update -q model news -o newer

expect 0 "$REGATTA" train all.tsv -o items -q --channels items
refuse 2 'init.*8 numbers' "$REGATTA" train all.tsv -o x -q --dim 16 --init first
refuse 3 'items: this model has no vectors' "$REGATTA" train all.tsv -o x "$@" --init items
refuse 2 'init' "$REGATTA" train all.tsv -o x -q --channels items --init first
refuse 3 'all.tsv' "$REGATTA" train all.tsv -o x "$@" --init all.tsv
refuse 1 'missing' "$REGATTA" train all.tsv -o x "$@" --init missing
refuse 2 'first' "$REGATTA" train all.tsv -o first "$@" --init first
check 'nothing was written' [ ! -e x ]
finish
