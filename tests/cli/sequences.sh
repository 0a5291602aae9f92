# Order and time at the command line: the protocol of the papers on sequences, every next
# interaction.
. "$(dirname "$0")/lib.sh"

# Seconds since a user's first row: one row for each user does not tell what they are.
planted 90 60 3 7 >data.tsv
expect 0 "$REGATTA" prepare -q data.tsv -o sorted.tsv
awk -F '\t' -v OFS='\t' 'NR == 1 { print $1, $2, $4; next }
    $1 != user { user = $1; first = $4 } { print $1, $2, $4 - first }' sorted.tsv >played.tsv
expect 0 "$REGATTA" prepare -q played.tsv --split leave-last:2 -o parts
for part in train valid test; do tail -n +2 parts/$part.tsv >$part.tsv; done
expect 0 "$REGATTA" train -q train.tsv -o model --preset fast

# ---- fitted on train, asked with train and valid ----
expect 0 "$REGATTA" evaluate model test.tsv --history train.tsv --history valid.tsv -k 5,10,20
cp out strict
check 'a row for each metric' [ "$(wc -l <strict)" -eq 13 ]
check 'at each k' grep -q '^metric	@5	@10	@20' strict
check 'parts of a row for each user have the columns of train' \
    [ "$(grep -c 'user = column 1, item = column 2, time = column 3' err)" -eq 3 ]
check 'asked at a time' grep -q '^measured 90 users, 90 test interactions, asked at their times$' err
expect 0 "$REGATTA" evaluate -q model parts/test.tsv --history parts/train.tsv \
    --history parts/valid.tsv -k 5,10,20
same strict out
expect 0 "$REGATTA" evaluate model parts/test.tsv --json
check 'users of the model, too' grep -q '"asked_at": "the time of the test item"' out
cut -f1,2 test.tsv >undated.tsv
expect 0 "$REGATTA" evaluate model undated.tsv --json
check 'without times' grep -q '"asked_at": "the end of the history"' out
check 'nothing is said' sh -c '! grep -q "asked at" err'
cat train.tsv valid.tsv >both.tsv
expect 0 "$REGATTA" evaluate -q model test.tsv --history both.tsv -k 5,10,20
same strict out
expect 0 "$REGATTA" evaluate -q model test.tsv --history train.tsv -k 5,10,20
check 'valid changes the answers' sh -c '! cmp -s strict out'
refuse 3 'valid.tsv:1: the roles of 3 columns without a header are ambiguous' \
    "$REGATTA" evaluate -q model test.tsv --history valid.tsv --history train.tsv
printf 'u1\ti1\tx\nu2\ti1\ty\n' >other.tsv
refuse 3 'other.tsv:1: the roles of 3 columns' \
    "$REGATTA" evaluate -q model test.tsv --history train.tsv --history other.tsv
expect 0 "$REGATTA" evaluate -q model test.tsv --history train.tsv --history valid.tsv \
    --user-column 1 --item-column 2 --time-column 3 -k 5,10,20
same strict out
expect 0 sh -c "'$REGATTA' evaluate -q model - --history train.tsv --history valid.tsv <test.tsv"
refuse 1 'absent' "$REGATTA" evaluate -q model test.tsv --history train.tsv --history absent
refuse 2 'replace the input' "$REGATTA" evaluate -q model test.tsv --history train.tsv \
    --history valid.tsv --report valid.tsv
set --
for n in 1 2 3 4 5 6 7 8 9 10 11 12 13; do
    set -- "$@" --history train.tsv --history train.tsv --history train.tsv --history train.tsv --history train.tsv
done
refuse 2 'history: at most 64 files' "$REGATTA" evaluate -q model test.tsv "$@"

# ---- every next interaction ----
expect 0 "$REGATTA" evaluate -q model test.tsv --history train.tsv --history valid.tsv \
    --every-next -k 5,10,20
same strict out
cat valid.tsv test.tsv >next.tsv
rows=$(wc -l <next.tsv)
expect 0 "$REGATTA" evaluate model next.tsv --every-next -k 5,10 --per-user next.rows
cp out next
check 'all interactions' grep -q "^measured 90 users, $rows test interactions" err
check 'a row for each' [ "$(wc -l <next.rows)" -eq $((rows + 1)) ]
awk -F '\t' 'NR == 1 { for (i = 1; i <= NF; i++) if ($i == "ndcg@10") at = i; next }
    { sum += $at } END { printf "%.4f\n", sum / (NR - 1) }' next.rows >a
awk -F '\t' '$1 == "ndcg" { print $3 }' next >b
same a b
for threads in 1 2 3 8; do
    expect 0 "$REGATTA" evaluate -q model next.tsv --every-next -k 5,10 -t $threads
    same next out
done
# The first of each user is valid after train, the second is test after train and valid.
expect 0 "$REGATTA" evaluate -q model valid.tsv --history train.tsv -k 10 --per-user first.rows
expect 0 "$REGATTA" evaluate -q model test.tsv --history both.tsv -k 10 --per-user second.rows
expect 0 "$REGATTA" evaluate -q model next.tsv --history train.tsv --every-next -k 10 \
    --per-user next.rows
(tail -n +2 first.rows; tail -n +2 second.rows) | sort >a
tail -n +2 next.rows | sort >b
same a b
expect 0 "$REGATTA" evaluate -q model next.tsv --every-next --json
check 'the protocol says so' grep -q 'over the test interactions, each as the next one' out
# Unknown users: the first of a session has no history.
sed 's/^/new-/' next.tsv >sessions.tsv
expect 0 "$REGATTA" evaluate model sessions.tsv --every-next -k 10
users=$(cut -f1 sessions.tsv | sort -u | wc -l)
check 'first ones are misses' \
    grep -q "counted as misses: $users interactions of unknown users ($users) or items" err
check 'or left out' grep -q "with --unknown skip: .* users, $((rows - users)) interactions" err
# Compared over users, by the mean of their interactions.
expect 0 "$REGATTA" train -q parts/train.tsv -o other --channels vectors --dim 8 --steps 20
expect 0 "$REGATTA" evaluate -q model next.tsv --every-next --compare other -k 10
awk -F '\t' 'NR == 1 { for (i = 1; i <= NF; i++) if ($i == "hit@10") at = i; next }
    { sum[$1] += $at; n[$1]++ }
    END { for (u in n) { all += sum[u] / n[u]; users++ } printf "%.4f %d\n", all / users, users }' \
    next.rows >a
awk -F '\t' '$1 == "hit@10" { print $2, $10 }' out >b
same a b

# ---- answers as of a moment ----
awk -F '\t' -v OFS='\t' 'NR > 1 { $4 = $4 - 1600000000 + 1580515200 } { print $1, $2, $4 }' sorted.tsv >dated.tsv
expect 0 "$REGATTA" train -q dated.tsv -o dated --preset fast
user=u5
at=$(awk -F '\t' -v u=$user '$1 == u { print $3 }' dated.tsv | sed -n 4p)
awk -F '\t' -v u=$user -v at="$at" '$1 == u && $3 <= at' dated.tsv >before.tsv
line() { # N FIELDS: the first N rows of the user, the latest first, and more fields
    awk -F '\t' -v u=$user -v n="$1" -v more="$2" '$1 == u && k < n { k++
            items = "\"" $2 "\"" (k > 1 ? "," items : ""); times = $3 (k > 1 ? "," times : "") }
        END { printf "{\"user\":\"%s\",\"items\":[%s],\"times\":[%s]%s}\n", u, items, times, more }' dated.tsv
}
# The first four, in each of the ways in which one can say so.
expect 0 "$REGATTA" recommend dated --user $user --at "$at" -k 5 --explain 2
cp out then
expect 0 "$REGATTA" recommend dated --history before.tsv --history-format table -q -k 5 --explain 2
same then out
line 4 '' >line.json
expect 0 "$REGATTA" recommend dated --history line.json -k 5 --explain 2
same then out
line 99 ",\"at\":$at" >line.json
expect 0 "$REGATTA" recommend dated --history line.json -k 5 --explain 2
same then out
line 99 '' >line.json
expect 0 "$REGATTA" recommend dated --history line.json --at "$at" -k 5 --explain 2
same then out
moment=$(date -u -d "@$at" +%Y-%m-%dT%H:%M:%S)
line 99 ",\"at\":\"$moment\"" >line.json
expect 0 "$REGATTA" recommend dated --history line.json -k 5 --explain 2
same then out
expect 0 "$REGATTA" recommend dated --history line.json --at 0 -k 5 --explain 2
same then out # the line's own moment
expect 0 sh -c "'$REGATTA' recommend dated --history - --stream -k 5 --explain 2 <line.json | grep ."
same then out
expect 0 "$REGATTA" recommend dated --user $user --at "${moment}Z" -k 5 --explain 2
same then out
expect 0 sh -c "echo $user | '$REGATTA' recommend dated --users - --stream --at $at -k 5 --explain 2 | grep ."
same then out
expect 0 "$REGATTA" recommend dated --user $user -k 5 --explain 2
check 'what came later matters' sh -c '! cmp -s then out'
cp out now
expect 0 "$REGATTA" recommend dated --user $user --at 2100-01-01 -k 5
check 'nothing is later' [ "$(cut -f2 now | tr '\n' ' ')" = "$(cut -f2 out | tr '\n' ' ')" ]
later=$(awk -F '\t' -v u=$user -v at="$at" '$1 == u && $3 > at { print $2; exit }' dated.tsv)
expect 0 "$REGATTA" recommend dated --user $user --at "$at" -k 60
check 'a later item may be recommended' grep -q "^$user	$later	" out
expect 0 "$REGATTA" explain dated --user $user --item "$later" --at "$at" --exact
check 'only what was before explains' [ "$(grep -c '^item' out)" -le 4 ]
score=$(tail -1 out | cut -f5)
line 4 '' >line.json
expect 0 "$REGATTA" explain dated --history line.json --item "$later" --exact
check 'the same score' [ "$(tail -1 out | cut -f5)" = "$score" ]
expect 0 "$REGATTA" candidates dated --user $user --at "$at" -n 9
cp out near
expect 0 "$REGATTA" candidates dated --history line.json -n 9
same near out
expect 0 "$REGATTA" recommend dated --at 1970-01-01 -k 2
check 'all users before everything: popularity' [ "$(cut -f2 out | sort -u | wc -l)" -eq 2 ]

refuse 2 "at: must be seconds, or a date such as 2024-01-31 or .*, not 'yesterday'" \
    "$REGATTA" recommend dated --user $user --at yesterday
refuse 2 'at: must be' "$REGATTA" explain dated --user $user --item "$later" --at 2020-13-01
cut -f1,2 dated.tsv >timeless.tsv
expect 0 "$REGATTA" train -q timeless.tsv -o timeless --preset fast
refuse 2 'at needs times: the model was trained on data without' \
    "$REGATTA" recommend timeless --user $user --at 5
refuse 2 'at needs times' "$REGATTA" explain timeless --user $user --item "$later" --at 5
printf 'new i1 i4\n' >line
refuse 2 'line:1: --at needs times, and the history has none' \
    "$REGATTA" recommend dated --history line --at 5
refuse 2 'line:1: --at needs times' "$REGATTA" explain dated --history line --item i8 --at 5
expect 3 sh -c "'$REGATTA' recommend dated --history line --at 5 --stream -f jsonl"
check 'a line is refused' grep -q '^{"line":1,"error":"line:1: --at needs times' out
cut -f1,2 before.tsv >line
refuse 2 'line: --at needs times, and the table has none' \
    "$REGATTA" recommend dated -q --history line --history-format table --at 5
echo '{"items": ["i1"], "at": 5}' >line
refuse 3 'line:1: at needs times' "$REGATTA" recommend dated --history line
echo '{"items": ["i1"], "times": [1], "at": false}' >line
refuse 3 'line:1: at is neither a number of seconds nor a date' \
    "$REGATTA" recommend dated --history line
echo '{"items": ["i1"], "times": [1], "at": null}' >line
expect 0 "$REGATTA" recommend dated --history line
echo '{"items": [], "at": 5}' >line
expect 0 "$REGATTA" recommend dated --history line
echo '{"users": ["u1"], "times": [1], "at": 5}' >line
refuse 3 'line:1: at is for histories of users' "$REGATTA" similar dated --item-history line
finish
