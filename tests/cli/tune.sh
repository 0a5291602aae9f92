# tune writes a file of options that train --config repeats; the same file at any number of
# threads and after kill -9; spaces and files of options that are refused.
. "$(dirname "$0")/lib.sh"

# Vectors that start at random and barely move, unless a trial raises the learning rate.
planted 150 40 4 3 | cut -f 1,2 >data.tsv
base="--channels vectors --start random --dim 8 --steps 8 --temperature 0.2 --lr 0.0001"
printf '# the rate\n\n  lr = 0.05 | 0.000001 \nl2 = log 1e-9..1e-7\n' >space
small="--space space --trials 4 --folds 2 --seeds 2"

expect 0 "$REGATTA" tune data.tsv -o first.conf $base $small --results t.tsv --report t.json -t 1
check "a line of progress for each fit" grep -q 'trial 1 of 4, fold 1: ndcg@20' err
check "the winner on stderr" grep -q 'first.conf: trial [1-4], +0' err
differ=$(awk 'NR > 1 { print $2 }' out | sort -u | wc -l)
check "the note below the table: $differ numbers of fits" [ "$((differ > 1))" = \
    "$(grep -c '^  ndcg@20 is a mean over the fits of a trial, difference is to' err)" ]
check "the table on stdout" grep -Eq '^ +[1-4]\* +4 +all' out
check "the reason in the file" grep -q '^# Trial [1-4] of 4: ndcg@20' first.conf
check "the option in the file" grep -qx 'lr = 0.05' first.conf
check "the base in the file" grep -qx 'channels = vectors' first.conf
check "five trials as TSV" [ "$(wc -l <t.tsv)" -eq 6 ]
check "the report" grep -q '"cross": "items"' t.json

# train repeats the winner: the bytes of the same options by hand.
words=$(sed '/^#/d; s/ = / /; s/^/--/' first.conf | tr '\n' ' ')
expect 0 "$REGATTA" train data.tsv -o by_file --config first.conf -q
expect 0 "$REGATTA" train data.tsv -o by_hand $words -q
same by_file by_hand
expect 0 "$REGATTA" train data.tsv -o other --config first.conf --dim 4 -q
check "the command line has precedence" \
    sh -c '"$1" info other | grep -q "^dim.*4$"' sh "$REGATTA"

# Same file at any number of threads; JSON lines.
for threads in 2 3; do
    expect 0 "$REGATTA" tune data.tsv -o again.conf $base $small -t $threads --results t.jsonl -q
    same first.conf again.conf
done
check "five trials as JSON lines" [ "$(grep -c '^{"trial":' t.jsonl)" -eq 5 ]
expect 0 "$REGATTA" tune data.tsv -o again.conf $base $small -q --json
check "JSON on stdout" grep -q '"winner": [1-4]' out

expect 0 "$REGATTA" tune - -o - $base $small -q <data.tsv
same out first.conf
refuse 2 'two outputs' "$REGATTA" tune data.tsv -o - $base $small -q --json

# Ctrl-C ends with what is measured; a second one, or SIGTERM with a checkpoint, cancels.
: >err
"$REGATTA" tune data.tsv -o int.conf $base $small --trials 500 >table 2>err &
pid=$!
until grep -q 'trial 2' err; do :; done
kill -INT $pid
wait $pid
check "exit 0 after Ctrl-C" [ $? -eq 0 ]
check "it ended early" grep -q '^# The tuning ended before' int.conf
: >err # of the tuning before: `until` must not find its lines
"$REGATTA" tune data.tsv -o term.conf $base $small --trials 500 --checkpoint tk >table 2>err &
pid=$!
until grep -q 'trial 2' err; do :; done
kill -TERM $pid
wait $pid
check "exit 143 after SIGTERM" [ $? -eq 143 ]
check "no file after SIGTERM" [ ! -e term.conf ]
check "a word of --resume" grep -q 'tk continues' err

# Killed at the third fit of each run, and resumed.
mkfifo pipe
kills=0
for run in 1 2 3 4; do
    "$REGATTA" tune data.tsv -o killed.conf $base $small --checkpoint ck --resume ck 2>pipe &
    pid=$!
    n=0
    while read -r line; do
        case $line in *' trial '*) n=$((n + 1)) ;; esac
        [ $n -eq $((3 * run)) ] && kill -KILL $pid && n=1000
    done <pipe
    wait $pid && break
    kills=$((kills + 1))
    check "no options while the tuning is not finished" [ ! -e killed.conf ]
done >/dev/null
check "a tuning was killed" [ $kills -ge 1 ]
expect 0 "$REGATTA" tune data.tsv -o killed.conf $base $small --resume ck -q
same first.conf killed.conf
check "no temporary files" [ -z "$(find ck -name '.*regatta-*')" ]
refuse 2 'the checkpoint differs in l2: ' \
    "$REGATTA" tune data.tsv -o new.conf $base --l2 0.001 $small --resume ck -q

# With times the folds are windows of time, unless --cross says otherwise.
planted 150 40 4 3 >timed.tsv
expect 0 "$REGATTA" tune timed.tsv -o timed.conf $base $small --seeds 1
check "windows of time" grep -q 'cross-validated by windows of time' err
expect 0 "$REGATTA" tune timed.tsv -o timed.conf $base $small --seeds 1 --cross items
check "parts of items" grep -q 'cross-validated by parts of items' err
refuse 3 '^regatta: data.tsv: --cross time needs times, and the interactions have none' \
    "$REGATTA" tune data.tsv -o new.conf $base $small --cross time -q
# Nothing beats the defaults: the file has them and says so.
expect 0 "$REGATTA" tune data.tsv -o kept.conf $base --lr 0.05 $small -q
check "the defaults" grep -q '^# These are the defaults' kept.conf
check "the given rate" grep -qx 'lr = 0.05' kept.conf
# A budget that is over ends at once.
expect 0 "$REGATTA" tune data.tsv -o cut.conf $base $small --budget 0.000001 -q
check "the file says that it was cut" grep -q '^# The tuning ended before' cut.conf

# LINE|REGEX of a space that is refused.
while IFS='@' read -r line regex; do
    printf '# a space\n%s\n' "$line" >bad
    refuse 3 "^regatta: bad:2: $regex" "$REGATTA" tune data.tsv -o new.conf --space bad -q
    check "nothing was made: $line" [ ! -e new.conf ]
done <<'TABLE'
foo = 3@unknown option foo
diim = 64@unknown option diim; did you mean dim\?
dim = 3000@dim: must be a whole number from 4 to 1024, or 0, not '3000'
dim = 3 | 8@dim: must be a whole number from 4 to 1024, or 0, not '3'
sequence-dim = 2@sequence-dim: must be a whole number from 4 to 512, or 0, not '2'
dim = 64..16@dim: the low end is above the high end
dim =@dim has no value after =
= 3@the name of an option is missing before =
lr = log 0..1@lr: a log range begins above 0
lr = integer 1..2@lr: is not a whole number
lr = log 1@lr: must be a number from 0 to 100, not 'log 1'
attention = x | y@attention: must be one of none.*not 'x'
attention = none..gat@attention: has words as values
seed = 1 | 2@seed: cannot be tuned
no-refit@no-refit: cannot be tuned
channels = items@channels: cannot be tuned
output = x@output: cannot be tuned
config = x@config: only the command line can have this option
softmax-items@softmax-items has no default range: give its values
TABLE
printf 'dim = 8\n\ndim = 16\n' >bad
refuse 3 '^regatta: bad:3: dim: is given twice' "$REGATTA" tune data.tsv -o new.conf --space bad -q
: >bad
refuse 3 'the space has no option' "$REGATTA" tune data.tsv -o new.conf --space bad -q

# Options without effect, whatever the other options of the space.
printf 'l2 = 0 | 0.1\ndim = 64\n' >bad
refuse 3 '^regatta: bad:1: l2 has no effect with --preset fast' \
    "$REGATTA" tune data.tsv -o new.conf --preset fast --space bad -q
printf 'sequence-dim = 32\nshare\n' >bad
refuse 3 '^regatta: bad:1: sequence-dim has no effect without --sequence' \
    "$REGATTA" tune data.tsv -o new.conf --space bad -q
printf 'share\nheads = 1 | 2\n' >bad
refuse 3 '^regatta: bad:1: share has no effect without --attention' \
    "$REGATTA" tune data.tsv -o new.conf --space bad -q
check "nothing was made of options without effect" [ ! -e new.conf ]
printf 'l2 = 0 | 0.1\npreset = default | fast\nshare\nattention = gat\n' >good
expect 0 "$REGATTA" tune data.tsv -o good.conf --preset fast --space good \
    --trials 1 --folds 2 --seeds 1 -q

# The same of a file of options.
while IFS='@' read -r line regex; do
    printf '%s\n' "$line" >bad
    refuse 3 "^regatta: bad:1: $regex" "$REGATTA" train data.tsv -o new --config bad -q
    check "nothing was made: $line" [ ! -e new ]
done <<'TABLE'
foo = 3@unknown option foo
diim = 64@unknown option diim; did you mean dim\?
dim = 3000@dim: must be a whole number from 4 to 1024, or 0, not '3000'
dim = 3@dim: must be a whole number from 4 to 1024, or 0, not '3'
sequence-dim = 2@sequence-dim: must be a whole number from 4 to 512, or 0, not '2'
no-refit = 1@no-refit takes no value
lr@lr needs a value: write lr = VALUE
preset = bad@preset: must be one of default.fast.best, not 'bad'
config = bad@config: only the command line can have this option
TABLE
printf 'heads = 2\nheads = 4\n' >bad
refuse 3 '^regatta: bad:2: heads is in line 1 already' "$REGATTA" train data.tsv -o new --config bad
printf 'sequence-dim = 8\n' >bad
refuse 3 '^regatta: bad:1: sequence-dim has no effect without --sequence' "$REGATTA" train data.tsv -o new --config bad
refuse 1 'No such file' "$REGATTA" train data.tsv -o new --config nothing
refuse 2 "t.xyz: no format has the extension '.xyz': name it .tsv, .csv or .jsonl" \
    "$REGATTA" tune data.tsv -o new $base $small --results t.xyz
printf 'a\tb\nc\td\n' >single.tsv
refuse 3 '^regatta: single.tsv: fold 1 has no test interaction' \
    "$REGATTA" tune single.tsv -o new $base $small --cross items -q
refuse 2 'would replace|same file' "$REGATTA" train data.tsv -o first.conf --config first.conf
finish
