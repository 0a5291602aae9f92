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
expect 0 "$REGATTA" evaluate -q model parts/test.tsv --history parts/train.tsv \
    --history parts/valid.tsv -k 5,10,20
same strict out
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
finish
