# The whole way on a planted graph: prepare, inspect, train, evaluate, recommend, similar,
# explain, info.
. "$(dirname "$0")/lib.sh"
planted 120 80 4 11 >data.tsv

expect 0 "$REGATTA" prepare data.tsv --k-core 3 --split ratio:0.8,0.1,0.1 -o split
check 'says the format' grep -q 'data.tsv: TSV, with a header, weights, times' err
for part in train valid test; do
    check "$part has its header" sh -c "head -1 split/$part.tsv | grep -q '^user	item	weight	timestamp$'"
done
parts=$(cat split/*.tsv | grep -vc '^user')
expect 0 "$REGATTA" prepare -q data.tsv --k-core 3 -o whole.tsv
check 'the parts add up' [ "$parts" -eq $(($(wc -l <whole.tsv) - 1)) ]
expect 0 "$REGATTA" prepare -q split/train.tsv --test split/test.tsv -o given
sort given/train.tsv >a
sort split/train.tsv >b
same a b
printf 'user\titem\nu1\tnever-seen\nu2\ti6\n' >other.tsv
expect 0 "$REGATTA" prepare split/train.tsv --test other.tsv -o given2
check 'counts what is unknown' grep -q 'dropped 1 of 2 test rows' err
check 'keeps the rest' [ "$(wc -l <given2/test.tsv)" -eq 2 ]
expect 0 "$REGATTA" prepare -q data.tsv --split time:2020-09-20 -o by-time
check 'no test row before the date' awk -F '\t' 'NR > 1 && $4 < 1600560000 { exit 1 }' by-time/test.tsv
expect 0 "$REGATTA" prepare data.tsv --min-rating 3 -o - 
check 'says what was dropped' grep -q 'with a weight below 3' err
check 'no light row is left' awk -F '\t' 'NR > 1 && $3 < 3 { exit 1 }' out

expect 0 "$REGATTA" inspect -q split/train.tsv --test split/test.tsv
check 'users and leakage' sh -c "grep -q '^users	120' out && grep -q '^test leaked	0 ' out"
expect 0 "$REGATTA" inspect -q data.tsv --json
check 'JSON of a graph' grep -q '"item_gini"' out
planted 120 80 1 5 >groupless.tsv
expect 0 "$REGATTA" inspect -q groupless.tsv --json
cp out once
expect 0 "$REGATTA" inspect -q groupless.tsv --json
same once out

expect 0 "$REGATTA" train split/train.tsv -o model --dim 16 --steps 40 --json train.json
check 'one line on the validation' grep -q 'validation recall@20' err
check 'what the exact ridge would take' grep -Eq 'exact ridge over [0-9]+ items \(estimates\): .*; dense [0-9.e-]+ s' err
check 'and in the report' grep -q '"exact_estimate"' train.json
check 'a report' grep -q '"peak_memory_bytes"' train.json
expect 0 "$REGATTA" info model --json
check 'options in the model' grep -q '"dim": 16' out
expect 0 "$REGATTA" inspect model --json
check 'inspect of a model is info' grep -q '"made_by"' out

expect 0 "$REGATTA" evaluate model split/test.tsv -k 5,20 --json eval.json --per-user users.tsv
check 'a table of both' sh -c "head -1 out | grep -q '^metric	@5	@20$'"
check 'metrics in JSON' grep -q '"recall@20": ' eval.json
check 'hashes in JSON' grep -Eq '"split_hash": "[0-9a-f]{16}"' eval.json
users=$(sed -n 's/.*"n_users": \([0-9]*\).*/\1/p' eval.json | head -1)
check 'a row for each user' [ "$(wc -l <users.tsv)" -eq $((users + 1)) ]
check 'their mean is the metric' awk -F '\t' -v table="$(awk '$1 == "recall" { print $3 }' out)" '
    NR == 1 { for (i = 1; i <= NF; i++) if ($i == "recall@20") at = i; next }
    { sum += $at } END { d = sum / (NR - 1) - table; exit !(d < 1e-4 && d > -1e-4) }' users.tsv
# Twenty of eighty items by chance find a quarter.
check 'the planted groups are found' awk '$1 == "recall" { exit !($3 > 0.5) }' out
expect 0 "$REGATTA" evaluate -q model split/test.tsv --per-user users20
expect 0 "$REGATTA" evaluate -q model split/test.tsv --per-user -
same users20 out
check 'the report names the vector unit' grep -q '"vector_unit": "' eval.json
expect 0 "$REGATTA" evaluate -q model split/test.tsv --json -
check 'JSON alone on stdout' sh -c 'head -c 1 out | grep -q "{"'

expect 0 "$REGATTA" recommend model -k 5
check 'five for each user' [ "$(wc -l <out)" -eq $((5 * $(cut -f 1 split/train.tsv | sed 1d | sort -u | wc -l))) ]
check 'four columns, ranks from 1' awk -F '\t' 'NF != 4 || $3 != (NR - 1) % 5 + 1 { exit 1 }' out
check 'scores fall' awk -F '\t' '$3 > 1 && $4 > last { exit 1 } { last = $4 }' out
cut -f 1,2 out | sort >answers
cut -f 1,2 split/train.tsv | sort >seen
check 'nothing the user has' [ -z "$(comm -12 answers seen)" ]
expect 0 "$REGATTA" recommend model --user u3 --user u4 -k 3 -f csv
check 'a header in CSV' sh -c "head -1 out | grep -q '^user,item,rank,score$' && [ \$(wc -l <out) -eq 7 ]"
printf 'i0\ni4\ni8\n' >some
expect 0 "$REGATTA" recommend model --user u3 --only-items some --keep-seen -k 50
check 'only these' [ "$(cut -f 2 out | sort | tr '\n' ' ')" = 'i0 i4 i8 ' ]
expect 0 "$REGATTA" recommend model --user u3 --exclude-items some --keep-seen -k 1000
check 'never these' sh -c "! cut -f 2 out | grep -qxf some"
expect 0 "$REGATTA" recommend model --user u3 -k 2 -f jsonl --explain 2
check 'nested JSON' grep -Eq '^\{"user":"u3","items":\[\{"item":"i[0-9]+","score":[-0-9.e]+,"because":\[\["i[0-9]+",[-0-9.e]+\],\["i[0-9]+",[-0-9.e]+\]\]\},' out

expect 0 "$REGATTA" similar model --item i4 -k 3
check 'neighbours are of the group' awk -F '\t' 'substr($1, 2) % 4 != 0 { exit 1 } END { exit NR != 3 }' out
expect 0 "$REGATTA" similar model --user u3 -k 3 -f jsonl
check 'rows as JSON' grep -Eq '^\{"user":"u[0-9]+","rank":1,"score":[-0-9.e]+\}$' out

# No output takes the place of an input, or of another output.
cp model kept
cp data.tsv kept.tsv
printf 'u1\n' >list
for way in '--json model' '--per-user model' '--json split/test.tsv' '--json - --per-user -' \
    '--json new --per-user new'; do
    refuse 2 'replace the input|two outputs' "$REGATTA" evaluate -q model split/test.tsv $way
done
refuse 2 'replace the input' "$REGATTA" train -q data.tsv -o new --json data.tsv
refuse 2 'two outputs' "$REGATTA" train -q data.tsv -o new --json new
refuse 2 'replace the input' "$REGATTA" recommend model --users list -o ./list
refuse 2 'replace the input' "$REGATTA" candidates model --exclude-items list -o list
refuse 2 'replace the input' "$REGATTA" similar model --users list -o list
refuse 2 'replace the input' "$REGATTA" explain model --item i1 --history list -o list
refuse 2 'replace the input' "$REGATTA" embed model --history list -o list
sed 's|$| i1|' list >list.ids.txt
cp list.ids.txt kept.txt
refuse 2 'replace the input' "$REGATTA" embed model --history list.ids.txt -o list
same kept.txt list.ids.txt
same model kept
same data.tsv kept.tsv
check 'nothing new, and the list is as it was' [ ! -e new -a "$(cat list)" = u1 ]

# What training decided is said; a model without vectors recommends but has none to give.
expect 0 "$REGATTA" info model
check 'info says the channels' grep -Eq '^channels	[a-z, ]*vectors' out
check 'and numbers without quotes' grep -q '^options.dim	16$' out
expect 0 "$REGATTA" train split/train.tsv -o fast --preset fast
check 'the summary has channels' grep -q '^  channels items' err
check 'and what it reached on its slice' grep -q 'validation recall@20' err
expect 0 "$REGATTA" evaluate -q fast split/test.tsv --json eval.json
check 'its channels are in the report' grep -A1 '"channels": \[' eval.json
check 'item attention finds the groups' awk '$1 == "recall" { exit !($2 > 0.5) }' out
expect 0 "$REGATTA" recommend fast --user u3 -k 3
expect 0 "$REGATTA" similar fast --item i4
refuse 3 'fast: this model has no vectors: train with the vectors channel' "$REGATTA" embed fast -o vectors.npy
check 'no file of no vectors' [ ! -e vectors.npy ]
expect 0 "$REGATTA" train -q split/train.tsv -o few --channels items,users
check 'quiet is quiet' [ ! -s err ]
expect 0 "$REGATTA" info few
check 'only the channels asked for' sh -c "! grep -Eq '^channels	.*(vectors|spectral)' out"

# The explanation adds up to what recommend says.
expect 0 "$REGATTA" recommend model --user u3 -k 1
item=$(cut -f 2 out) score=$(cut -f 4 out)
expect 0 "$REGATTA" explain model --user u3 --item "$item" --exact
check 'it adds up to the score' awk -F '\t' -v score="$score" '
    { sum += $4 } $1 == "term" && $2 == "score" { said = $5 }
    function off(a, b) { d = a - b; if (d < 0) d = -d; s = b < 0 ? -b : b; return d > 1e-5 * s }
    END { exit off(sum, score) || off(said, score) }' out
check 'attention adds up to 1' awk -F '\t' '{ sum += $3 } END { exit !(sum > 0.999 && sum < 1.001) }' out
expect 0 "$REGATTA" explain model --user u3 --item "$item" -n 1 --exact
check 'the rest is one row' grep -q '^term	other items	' out
finish
