# No option is without effect in silence: pairs that cancel each other are refused or said,
# and options that all commands have mean the same in each.
. "$(dirname "$0")/lib.sh"
small_model || { fail 'no small model'; finish; }
expect 0 "$REGATTA" train -q data.tsv -o fast --preset fast
expect 0 "$REGATTA" index -q model -o indexed --force
printf 'anna i1 i4\n' >history
test=split/test.tsv
: >made

# Exit 2, one line that matches, and no output: `COMMAND|REGEX`.
while IFS='|' read -r words regex; do
    [ -n "$words" ] || continue
    refuse 2 "$regex" "$REGATTA" $words
    check "nothing was made: $words" [ ! -e new ]
done <<'TABLE'
train data.tsv -o new --preset fast --attention gat --dim 32|--attention has no effect with --preset fast, which has no vectors
train data.tsv -o new --preset fast --dim 32|--dim has no effect with --preset fast
train data.tsv -o new --preset fast --heads 2|--heads has no effect with --preset fast
train data.tsv -o new --preset fast --steps 9|--steps has no effect with --preset fast
train data.tsv -o new --preset fast --lr 0.1|--lr has no effect with --preset fast
train data.tsv -o new --preset fast --no-refit|--no-refit has no effect with --preset fast
train data.tsv -o new --channels items,users --layers 3|--layers has no effect without the vectors channel
train data.tsv -o new --channels spectral --temperature 0.2|--temperature has no effect without the vectors
train data.tsv -o new --channels users --softmax-items 9|--softmax-items has no effect without the vectors
train data.tsv -o new --valid 0 --patience 3|--patience has no effect with --valid 0
train data.tsv -o new --valid 0 --eval-every 3|--eval-every has no effect with --valid 0
train data.tsv -o new --valid 0 --no-refit|--no-refit has no effect with --valid 0
train data.tsv -o new --valid 0 --expect past|--expect has no effect with --valid 0
train data.tsv -o new --valid 0 --preset best|--preset has no effect with --valid 0
train data.tsv -o new --valid 0 --preset fast --channels items|--preset has no effect with --valid 0
train data.tsv -o new --channels vectors --preset best|--preset has no effect with this channel alone
train data.tsv -o new --channels spectral --expect past|--expect has no effect with this channel alone
train data.tsv -o new --channels vectors --heads 2|--heads has no effect without --attention
train data.tsv -o new --loss bpr --softmax-items 20|--softmax-items has no effect with --loss bpr
train data.tsv -o new --heads 3|--heads 3: does not divide the default dimension 128
train data.tsv -o new --heads 3 --dim 32|--heads 3: does not divide the dimension 32
train data.tsv -o new --heads 3 --attention gat|--heads 3: does not divide the default
train data.tsv -o - --json|two outputs
prepare data.tsv -o new -z|--gzip has no effect on one file
prepare data.tsv -o new --seed 3|--seed has no effect without --split ratio
prepare data.tsv -o new --split leave-last:1 --seed 3|--seed has no effect without --split ratio
prepare data.tsv -o new --k-core 5 --min-user 3|--min-user has no effect below --k-core
prepare data.tsv -o new --k-core 5 --min-item 3|--min-item has no effect below --k-core
prepare data.tsv -o new --split ratio:0.8,0.2 --test split/test.tsv|exclude each other
train data.tsv -o new --feature-columns 1=id|--feature-columns has no effect without a side table
train data.tsv -o new --item-features =x|with names of 1 to 63 bytes
train data.tsv -o new --item-features x,,y|with names of 1 to 63 bytes
train data.tsv -o data.tsv --item-features a=data.tsv|the output would replace the input
train -q data.tsv -o new --item-features data.tsv --feature-columns x=foo|is not COLUMN=KIND
train -q data.tsv -o new --item-features data.tsv --feature-columns user=feature,nope=list|no table has the column of 'nope=list'
inspect - --item-features -|only one input can be standard input
inspect data.tsv --max-features 9|--max-features has no effect without a side table
inspect model --format csv|--format has no effect on a model
inspect model --min-rating 3|--min-rating has no effect on a model
inspect model --test data.tsv|--test has no effect on a model
evaluate model split/test.tsv -k 1 --mmr 0.5|--mmr has no effect on lists of one item
evaluate model split/test.tsv -k 10 --mmr 0.5 --pool 5|--pool 5: --mmr needs at least the 10 items
evaluate model split/test.tsv --pool 50|needs --mmr below 1
evaluate model split/test.tsv --json --per-user -|two outputs
recommend model -o new -k 1 --mmr 0.5|--mmr has no effect on lists of one item
recommend model -o new -k 9 --mmr 0.5 --pool 8|--pool 8: --mmr needs at least the 9 items
recommend model -o new --pool 50|needs --mmr below 1
recommend model -o new --skip-unknown|needs a history
recommend model -o new --history history --stream --block 5|--block has no effect with --stream
recommend model -o new --history history --stream --progress bar|--progress has no effect with --stream
recommend model -o new --user u1 --history history|exclude each other
recommend model -o new --stream|--stream needs --history or --users
candidates model -o new --effort 900|the model has no index
candidates indexed -o new -n 500 --effort 400|--effort 400 has no effect with -n 500
candidates indexed -o new -n 5 --effort 50 --exact|exclude each other
candidates model -o new --source graph --exact|--source graph has none
similar model -o new --item i1 --skip-unknown|needs a history
similar fast -o new --user u1 --by attention|users have no similarity by attention
explain model -o new --user u1 --item i1 --skip-unknown|needs a history
embed model -o new --skip-unknown|needs a history
embed model -o new --side users --history history|exclude each other
embed model -f npy -o new.fvecs|the name says fvecs and --format says npy
quantize model -o - -k 5|-k has no effect with -o -
quantize model -o - --users 5|--users has no effect with -o -
quantize model -o - --test split/test.tsv|--test has no effect with -o -
quantize model -o new --format tsv|--format has no effect without --test
quantize model -o - --json|two outputs
index model -o new|60 items: exact search is faster below 50000
index model -o - --json|two outputs
TABLE
check 'a line for each case' [ "$checks" -gt 150 ]

# Every option of reading, those to come too, is refused where nothing is read.
"$REGATTA" inspect --help | sed -n 's/^ *\(-., \)\{0,1\}--\([a-z-]*\)\( [[A-Z]*\).*/\2\3/p; s/^ *--\([a-z-]*\) *$/\1/p' |
    grep -Ev '^(json|report|threads|memory-limit|progress|quiet|help)( |$)' >reading
while read -r name argument; do
    case $argument in
    FORMAT) value=csv ;;
    HOW) value=sum ;;
    FILE | \[NAME) value=data.tsv ;;
    WHEN) value=yes ;;
    [A-Z]*) value=1 ;;
    *) value= ;;
    esac
    refuse 2 "--$name has no effect on a model" "$REGATTA" inspect model --$name $value </dev/null
done <reading
check 'all of them' [ "$(wc -l <reading)" -ge 8 ]

# Data-dependent: said, and not an error.
sed 's/\tweight\ttimestamp//; s/^\([^\t]*\t[^\t]*\)\t.*/\1/' data.tsv >plain.tsv
expect 0 "$REGATTA" train plain.tsv -o other --preset fast --weights log
check 'no weights to count' grep -q -- '--weights has no effect: all weights are 1' err
expect 0 "$REGATTA" train data.tsv -o other --preset fast
check 'weights are not used' grep -qx '  weights: not used (--weights binary)' err
check 'times are used' grep -qx '  times: used for the order of interactions' err
expect 0 "$REGATTA" train data.tsv -o other --preset fast --weights log --dedup last --min-rating 2
check 'weights are used' grep -qx '  weights: used (--weights log)' err
check 'times for dedup' grep -qx '  times: used for the order of interactions and --dedup last' err
expect 0 "$REGATTA" train data.tsv -o other --preset fast --min-rating 2
check 'weights for min-rating' grep -qx '  weights: not used except for --min-rating (--weights binary)' err

expect 0 "$REGATTA" prepare data.tsv -o other.csv
check 'TSV in a .csv is said' grep -qx 'other.csv: tab-separated text, though the name says csv' err
expect 0 "$REGATTA" evaluate model $test --per-user rows.csv
check '--per-user writes it' grep -q '^user,n_test,recall@' rows.csv

# -q: every command takes it, and then says nothing.
expect 0 "$REGATTA" prepare -q data.tsv -o quiet.tsv
check 'prepare -q' [ ! -s err ]
for words in "inspect -q data.tsv" "inspect -q model" "train -q data.tsv -o q --preset fast" \
    "evaluate -q model $test" "recommend -q model" "candidates -q model -n 3" \
    "similar -q model --item i1" "explain -q model --user u1 --item i1" "embed -q model -o q.npy" \
    "quantize -q model -o q.model" "index -q model -o q.model --force" "info -q model"; do
    expect 0 "$REGATTA" $words
    check "nothing on stderr: $words" [ ! -s err ]
    expect 0 "$REGATTA" ${words%% *} --help
    check "${words%% *} --help has -q" grep -q -- '-q, --quiet' out
done

# --json prints the report as one object; --report FILE writes it; --json FILE is the
# former spelling of --report FILE.
for words in "inspect data.tsv" "inspect model" "info model" "evaluate model $test" \
    "train data.tsv -o r.model --preset fast" "quantize model -o r.model" \
    "index model -o r.model --force"; do
    expect 0 "$REGATTA" $words -q --json
    check "one object: $words" sh -c '[ "$(head -c 1 out)" = "{" ] && [ "$(tail -c 2 out)" = "}" ]'
    grep -o '"[a-z_0-9@]*":' out >keys
    expect 0 "$REGATTA" $words -q
    cp out table
    for spelling in '--report made.json' '--report=made.json' '--json made.json' '--json=made.json'; do
        rm -f made.json
        expect 0 "$REGATTA" $words -q $spelling
        grep -o '"[a-z_0-9@]*":' made.json >keys2
        same keys keys2
        check "a table beside it, $spelling: $words" [ "$(wc -l <out)" -eq "$(wc -l <table)" ]
    done
    expect 0 "$REGATTA" $words -q --json -
    grep -o '"[a-z_0-9@]*":' out >keys2
    same keys keys2
    expect 0 "$REGATTA" $words -q --json --report made.json
    same out made.json
    expect 0 "$REGATTA" ${words%% *} --help
    check "${words%% *} --help has both" sh -c 'grep -q -- " --json " out && grep -q -- " --report FILE" out'
done
expect 0 "$REGATTA" evaluate --json made.json model $test -q
check 'the file may stand first' grep -q recall made.json
refuse 2 'too many arguments' "$REGATTA" evaluate model $test more
refuse 2 'replace the input' "$REGATTA" info model --report model
refuse 2 'replace the input' "$REGATTA" inspect data.tsv --report data.tsv
finish
