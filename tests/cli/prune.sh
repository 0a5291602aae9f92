# Models with fewer attention weights: what is printed, that they do all that the model does,
# and what is refused.
. "$(dirname "$0")/lib.sh"
small_model || { fail 'no small model'; finish; }
bytes() { wc -c <"$1" | tr -d ' '; }
value() { awk -F '\t' -v name="$1" -v column="$2" '$1 == name { print $column }' out; }

expect 0 "$REGATTA" prune -q model -o all --keep 1.0
same model all
edges=$(value edges 2)
check 'all edges stay' [ "$(value edges 3)" = "$edges" ]
check 'and all answers' [ "$(value kept@20 3)" = 1.0000 ]
check 'and their values' [ "$(value weights 3)" = 'as before' ]

expect 0 "$REGATTA" prune -q model -o half --keep 50% --test split/test.tsv
check 'three columns' awk -F '\t' 'NF != 3 { exit 1 }' out
check 'half of the edges' [ "$(value edges 3)" -le $((edges / 2)) ]
check 'nearly half' [ "$(value edges 3)" -ge $((edges / 2 - edges / 20 - 3)) ]
check 'solved again' [ "$(value weights 3)" = 'solved again' ]
check 'bytes before' [ "$(value bytes 2)" -eq "$(bytes model)" ]
check 'bytes after' [ "$(value bytes 3)" -eq "$(bytes half)" ]
check 'smaller' [ "$(bytes half)" -lt "$(bytes model)" ]
recall=$(value recall@20 3)
expect 0 "$REGATTA" evaluate -q half split/test.tsv
check 'evaluate says the same recall' [ "$(value recall 2)" = "$recall" ]
expect 0 "$REGATTA" explain half --user u1 --item i2
expect 0 "$REGATTA" candidates half --user u1
for t in 1 3 8; do
    expect 0 "$REGATTA" prune -q model -o again --keep 0.5 -t $t
    same half again
done
expect 0 "$REGATTA" prune -q model -o fitted --keep 0.5 --as-fitted
check 'as fitted' [ "$(value weights 3)" = 'as before' ]
check 'other values' sh -c '! cmp -s half fitted'
expect 0 "$REGATTA" prune -q model -o few --keep 40 --json
check 'a number of edges' awk -F '[:,]' '/"edges"/ { n++; if (n == 2 && $2 > 40) exit 1 }' out

size=$(awk -v a="$(bytes half)" -v b="$(bytes model)" 'BEGIN { printf "%.6f", (a + b) / 2e6 }')
expect 0 "$REGATTA" prune -q model -o sized --size "$size"
check 'below the size' awk -v n="$(bytes sized)" -v mb="$size" 'BEGIN { exit !(n <= mb * 1e6) }'
check 'above the half' [ "$(bytes sized)" -gt "$(bytes half)" ]
expect 0 "$REGATTA" prune -q model -o alike --recall 0.9
check 'the lists agree' awk -v x="$(value kept@20 3)" 'BEGIN { exit !(x >= 0.899) }'
check 'with fewer edges' [ "$(value edges 3)" -lt "$edges" ]

# With quantize, in both orders; an update of a pruned model.
expect 0 "$REGATTA" quantize -q half -o half8 --type i8
expect 0 "$REGATTA" quantize -q model -o model8 --type i8
expect 0 "$REGATTA" prune -q model8 -o half8 --keep 0.5
check 'the type stays' [ "$(value type 3)" = i8 ]
check 'smaller than 8 bits alone' [ "$(bytes half8)" -lt "$(bytes model8)" ]
expect 0 "$REGATTA" index -q --force half -o indexed
expect 0 "$REGATTA" prune -q indexed -o again --keep 0.9
expect 0 "$REGATTA" info again
check 'the index stays' grep -q '^index' out
planted 12 60 3 9 >more.tsv
expect 0 "$REGATTA" update -q half more.tsv -o again
"$REGATTA" prune -q model -o - --keep 0.5 >piped || fail 'a model into a pipe'
same half piped

# Whole channels go, by name or by their loss on validation.
expect 0 "$REGATTA" train -q split/train.tsv -o four --dim 8 --steps 20 --valid 0 \
    --channels vectors,items,users,spectral
for gone in vectors users,spectral items,users; do
    expect 0 "$REGATTA" prune -q four -o less --drop $gone --test split/test.tsv
    check 'names them' [ "$(value dropped 3)" = $gone ]
    check 'smaller' [ "$(bytes less)" -lt "$(bytes four)" ]
    recall=$(value recall@20 3)
    expect 0 "$REGATTA" evaluate -q less split/test.tsv
    check 'evaluate says the same recall' [ "$(value recall 2)" = "$recall" ]
    expect 0 "$REGATTA" explain less --user u1 --item i2 --exact
    expect 0 "$REGATTA" candidates less --user u1
    expect 0 "$REGATTA" update -q less more.tsv -o again
    expect 0 "$REGATTA" quantize -q less -o less8 --type i8
    expect 0 "$REGATTA" prune -q four -o again --drop $gone -t 3
    same less again
done
expect 0 "$REGATTA" info less
check 'info says so' grep -q '^dropped	items, users' out
expect 0 "$REGATTA" prune -q four -o less --drop users --keep 0.5
check 'half of the other edges' [ "$(value edges 3)" -lt $(($(value edges 2) / 2)) ]
size=$(awk -v n="$(bytes less)" 'BEGIN { printf "%.6f", n / 1e6 }')
expect 0 "$REGATTA" prune -q four -o again --drop users --size "$size"
check 'below the size' [ "$(bytes again)" -le "$(bytes less)" ]
expect 0 "$REGATTA" prune -q model -o again --drop auto --drop-loss 0.5 --recall 0.5
check 'the lists agree' awk -v x="$(value kept@20 3)" 'BEGIN { exit !(x >= 0.499) }'
expect 0 "$REGATTA" prune -q model -o again --drop auto --drop-loss 0 --json
check 'in the report' grep -q '"dropped": "' out
expect 0 "$REGATTA" index -q --force four -o indexed
expect 0 "$REGATTA" prune -q indexed -o again --drop users
expect 0 "$REGATTA" info again
check 'the index stays' grep -q '^index' out
expect 0 "$REGATTA" prune -q indexed -o again --drop vectors
expect 0 "$REGATTA" info again
check 'the index goes with the vectors' sh -c '! grep -q "^index" out'
refuse 3 'no vectors' "$REGATTA" embed again --side items -o old.npy

printf 'old\n' >old
refuse 2 'unseen users' "$REGATTA" prune -q four -o old --drop vectors,items,spectral
refuse 2 "no channel is called 'nothing'" "$REGATTA" prune -q four -o old --drop users,nothing
refuse 2 'name the channels' "$REGATTA" prune -q four -o old --drop auto
refuse 2 'no channel target to drop' "$REGATTA" prune -q four -o old --drop target
refuse 2 'no effect without --drop auto' "$REGATTA" prune four -o old --drop users --drop-loss 0.1
refuse 2 'as-fitted has no effect without' "$REGATTA" prune four -o old --drop users --as-fitted
refuse 2 'drop-loss' "$REGATTA" prune four -o old --drop auto --drop-loss 2
refuse 2 'set one of --keep, --size and --recall' "$REGATTA" prune model -o old
refuse 2 'set one of' "$REGATTA" prune model -o old --keep 5 --recall 0.9
for bad in 0 -3 1.5 0.0 101% x 2e99 '' %; do
    refuse 2 'keep' "$REGATTA" prune model -o old --keep="$bad"
done
refuse 2 'recall' "$REGATTA" prune model -o old --recall 1.1
refuse 2 'replace the input' "$REGATTA" prune model -o model --keep 5
refuse 2 'without --test' "$REGATTA" prune model -o old --keep 5 --limit-bytes 5M
refuse 2 'without any attention weight' "$REGATTA" prune -q model -o old --size 0.001
refuse 1 'nowhere' "$REGATTA" prune nowhere -o old --keep 5
refuse 3 'not a regatta model' "$REGATTA" prune data.tsv -o old --keep 5
refuse 1 'No space left' "$REGATTA" prune -q model -o /dev/full --keep 5
expect 0 "$REGATTA" train -q split/train.tsv -o plain --channels vectors --dim 8 --steps 2
refuse 2 'no attention weights' "$REGATTA" prune -q plain -o old --keep 5
check 'the old file is as before' [ "$(cat old)" = old ]
finish
