# evaluate: test items that no list can have, and two models compared.
. "$(dirname "$0")/lib.sh"
small_model || { fail 'no small model'; finish; }
expect 0 "$REGATTA" train -q split/train.tsv -o fast --preset fast
value() { awk -v name="$1" -v at="$2" '$1 == name { print $at }' out; }
json() { sed -n "s/.*\"$2\": \([-0-9.e]*\).*/\1/p" "$1" | head -1; }

# ---- misses ----
expect 0 "$REGATTA" evaluate model split/test.tsv -k 5,20
check 'nothing unknown: one figure' sh -c "head -1 out | grep -q '^metric	@5	@20$'"
check 'and no more words' [ "$(tail -n 1 err)" = "$(grep '^measured' err)" ]
cp out plain
expect 0 "$REGATTA" evaluate model split/test.tsv -k 5,20 --unknown skip -q
same plain out
refuse 2 'k: 20 is there twice' "$REGATTA" evaluate model split/test.tsv -k 20,5,20
users=$(sed 1d split/test.tsv | cut -f 1 | sort -u | wc -l)
rows=$(sed 1d split/test.tsv | wc -l)
# A test item more that nobody has for each user, and as many users more that nobody knows.
{
    cat split/test.tsv
    sed 1d split/test.tsv | cut -f 1 | sort -u | sed 's/$/	novelty	1	0/'
    sed 1d split/test.tsv | cut -f 1 | sort -u | sed 's/^\(.*\)$/x\1	i1	1	0/'
} >more.tsv
expect 0 "$REGATTA" evaluate model more.tsv -k 5,20
check 'counts all users' grep -q "^measured $((2 * users)) users, $((rows + 2 * users)) test" err
check 'counts unknown ones' grep -q "counted as misses: $((2 * users)) interactions of unknown users ($users)" err
check 'and the other treatment' grep -q "with --unknown skip: $users users, $rows interactions" err
check 'both figures' sh -c "head -1 out | grep -q '^metric	@5	@20	skip@5	skip@20$'"
cut -f 1,4,5 out | sed 1d >a
sed 1d plain >b
same a b
# Two test items a user, then three; half of the users have an empty list.
check 'recall' awk -v miss="$(value recall 3)" -v skip="$(value recall 5)" 'BEGIN { d = miss - skip / 3; exit !(d < 1e-4 && d > -1e-4) }'
check 'hit' awk -v miss="$(value hit 3)" -v skip="$(value hit 5)" 'BEGIN { d = miss - skip / 2; exit !(d < 1e-4 && d > -1e-4) }'
check 'coverage is of the lists' [ "$(value coverage 3)" = "$(value coverage 5)" ]
cp out miss
expect 0 "$REGATTA" evaluate model more.tsv -k 5,20 --unknown skip --per-user rows
check 'the words say so' grep -q "left out $((2 * users)) interactions of unknown users" err
check 'the other way round' sh -c "head -1 out | grep -q '^metric	@5	@20	miss@5	miss@20$'"
awk -F '\t' 'NR > 1 { print $1, $4, $5, $2, $3 }' out >a
awk -F '\t' 'NR > 1 { print $1, $2, $3, $4, $5 }' miss >b
same a b
check 'rows of ranked users' [ "$(wc -l <rows)" -eq $((users + 1)) ]
expect 0 "$REGATTA" evaluate -q model more.tsv --json --per-user rows
check 'rows of all users' [ "$(wc -l <rows)" -eq $((2 * users + 1)) ]
check 'no novelty without a list' awk -F '\t' '/^x/ && ($NF != "" || $3 != 0) { exit 1 } END { exit NR < 2 }' rows
check 'their mean is the metric' awk -F '\t' -v recall="$(json out recall@20)" '
    NR > 1 { sum += $3 } END { d = sum / (NR - 1) - recall; exit !(d < 1e-7 && d > -1e-7) }' rows
check 'the treatment in JSON' grep -q '"unknown": "miss"' out
check 'and the other' sh -c "grep -A 1 '\"other_treatment\"' out | grep -q '\"unknown\": \"skip\"'"
{ cat split/test.tsv; sed 1d split/train.tsv; } >both.tsv
expect 0 "$REGATTA" evaluate model both.tsv
check 'items of the history are misses' grep -Eq 'counted as misses: [0-9]+ interactions? of the training history' err
lower=$(value recall 2)
check 'and lower the figure' awk "BEGIN { exit !($lower < $(value recall 3)) }"
expect 0 "$REGATTA" evaluate model both.tsv --keep-seen
check 'unless they are ranked' sh -c "! grep -q misses err && head -1 out | grep -q '^metric	@20$'"
refuse 2 'unknown: must be one of miss|skip' "$REGATTA" evaluate model more.tsv --unknown zero
printf 'user\titem\nnobody\tnothing\n' >wrong.tsv
for how in miss skip; do
    refuse 3 'wrong.tsv: no test interaction can be ranked: 1 with an unknown user or item' \
        "$REGATTA" evaluate -q model wrong.tsv --unknown $how
done

# ---- compare ----
expect 0 "$REGATTA" evaluate -q model more.tsv --compare model
check 'a model is as good as itself' awk -F '\t' '
    NR > 1 && ($2 != $3 || $4 + 0 != 0) { exit 1 }
    $1 == "ndcg@20" && ($5 + 0 != 0 || $8 + 0 != 0 || $9 != 1) { exit 1 } END { exit NR != 13 }' out
expect 0 "$REGATTA" evaluate -q model more.tsv -k 5,20 --per-user mine
expect 0 "$REGATTA" evaluate -q fast more.tsv -k 5,20 --per-user theirs
expect 0 "$REGATTA" evaluate model more.tsv -k 5,20 --compare fast --per-user rows
cp out table
same mine rows
check 'a row for each metric and cut-off' [ "$(wc -l <out)" -eq 25 ]
check 'names the models' sh -c "grep -q '^model: measured' err && grep -q '^fast: measured' err"
# ndcg@20 of the rows: column 16 of 22.
paste mine theirs | awk -F '\t' '
    NR == 1 { for (i = 1; i <= NF / 2; i++) if ($i == "ndcg@20") at = i; half = NF / 2; next }
    { d = $at - $(at + half); n++; sum += d; squares += d * d }
    END { mean = sum / n; se = sqrt((squares - n * mean * mean) / (n - 1) / n)
          printf "%+.5f\t%.5f\t%.2f\t%d\n", mean, se, mean / se, n }' >a
awk -F '\t' '$1 == "ndcg@20" { print $4 "\t" $5 "\t" $8 "\t" $10 }' out >b
same a b
check 'p is small or not as t is' awk -F '\t' '$1 == "ndcg@20" { t = $8 < 0 ? -$8 : $8; exit (t > 1.98) != ($9 < 0.05) }' out
check 'the interval agrees' awk -F '\t' '$1 == "ndcg@20" { exit !($6 < $4 && $4 < $7 && ($6 > 0 || $7 < 0) == ($9 < 0.05)) }' out
check 'no test of coverage' awk -F '\t' '$1 == "coverage@20" && ($5 != "" || $9 != "" || $10 != "") { exit 1 }' out
expect 0 "$REGATTA" evaluate -q fast more.tsv -k 5,20 --compare model
awk -F '\t' '$1 == "recall@20" { print $3, $2, -$4, $5, $9 }' out >a
awk -F '\t' '$1 == "recall@20" { print $2, $3, $4 + 0, $5, $9 }' table >b
same a b
expect 0 "$REGATTA" evaluate -q model more.tsv --compare fast --unknown skip
check 'users whom both rank' awk -F '\t' -v n="$users" '$1 == "recall@20" { exit $10 != n }' out
expect 0 "$REGATTA" evaluate -q model more.tsv --compare fast --json
check 'the comparison in JSON' sh -c "grep -A 12 '\"comparison\"' out | grep -q '\"standard_error\": [0-9]'"
check 'the other model in JSON' grep -q '"compared_with"' out
# A model that knows half of the users: the others are its misses, or not in the test.
awk -F '\t' 'NR == 1 || substr($1, 2) % 2' split/train.tsv >half.tsv
expect 0 "$REGATTA" train -q half.tsv -o half --preset fast
expect 0 "$REGATTA" evaluate -q fast split/test.tsv --compare half
check 'all users' awk -F '\t' -v n="$users" '$1 == "recall@20" { exit $10 != n }' out
expect 0 "$REGATTA" evaluate -q fast split/test.tsv --compare half --unknown skip
check 'their common users' awk -F '\t' -v n="$users" '$1 == "recall@20" { exit !($10 > 0 && $10 < n) }' out
for threads in 1 2 3 8; do
    expect 0 "$REGATTA" evaluate -q model more.tsv -k 5,20 --compare fast -t $threads
    same table out
done
refuse 1 'absent' "$REGATTA" evaluate -q model more.tsv --compare absent
refuse 3 'not a regatta model' "$REGATTA" evaluate -q model more.tsv --compare more.tsv
refuse 2 'replace the input' "$REGATTA" evaluate -q model more.tsv --compare fast --report fast
printf 'user\titem\na\tb\na\tc\nd\tb\nd\te\n' >elsewhere.tsv
expect 0 "$REGATTA" train -q elsewhere.tsv -o elsewhere --preset fast
refuse 3 'elsewhere: no test interaction can be ranked' "$REGATTA" evaluate -q model split/test.tsv --compare elsewhere

# ---- a random split of data with times ----
expect 0 "$REGATTA" evaluate model split/test.tsv -q --json
check 'what comes next' [ "$(json out earlier_interactions)" = 0 ]
expect 0 "$REGATTA" prepare -q data.tsv --split ratio:0.8,0.2 -o random
expect 0 "$REGATTA" train -q random/train.tsv -o random.model --preset fast
expect 0 "$REGATTA" evaluate random.model random/test.tsv
awk -F '\t' 'NR == FNR { if (FNR > 1 && $4 > last[$1]) last[$1] = $4; next }
    FNR > 1 && $4 < last[$1] { n++ } END { print n }' random/train.tsv random/test.tsv >earlier
check 'they are counted' grep -q "^  $(cat earlier) are earlier than the latest of their user's history: a random split" err
check 'and what to do' grep -q -- '--time-column 0$' err
expect 0 "$REGATTA" evaluate random.model random/test.tsv -q --json
check 'the same number' [ "$(json out earlier_interactions)" = "$(cat earlier)" ]
expect 0 "$REGATTA" evaluate random.model random/test.tsv --history random/train.tsv -q --json
check 'and folded in' [ "$(json out earlier_interactions)" = "$(cat earlier)" ]
finish
