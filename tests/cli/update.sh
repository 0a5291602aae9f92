# New interactions, users and items in a model, the proof that nothing is lost, and
# forgetting.
. "$(dirname "$0")/lib.sh"
planted 90 40 4 5 >all.tsv
head -1 all.tsv >old.tsv
tail -n +2 all.tsv | sort -t'	' -k4,4n >rows
head -n 600 rows >>old.tsv
head -1 all.tsv >new.tsv
tail -n +601 rows >>new.tsv
printf 'new1\ti0\t1\t1700000001\nnew1\ti4\t1\t1700000002\nnew1\ti8\t1\t1700000003\n' >>new.tsv
cat old.tsv >both.tsv
tail -n +2 new.tsv >>both.tsv
T="--dim 8 --steps 20 -q"

expect 0 "$REGATTA" train old.tsv $T -o model
expect 0 "$REGATTA" update model --replay -q
expect 0 "$REGATTA" update model new.tsv -o model2
check 'says what is new' grep -q 'new interactions of' err
check 'says the systems' grep -q 'item attention: solved' err
check 'says the drift' grep -q 'overlap@20 with the answers before: 0\.' err
check 'says the quality' grep -q 'ndcg@20 on the newest interactions: ' err
expect 0 "$REGATTA" recommend model2 --user new1 -k 3
check 'a new user gets three items' [ "$(wc -l <out)" -eq 3 ]
check 'of the group' awk -F '\t' '{ n += substr($2, 2) % 4 == 0 } END { exit n < 2 }' out
expect 0 "$REGATTA" update model2 --replay -q --json
check 'json: the same bytes' grep -q '"same_bytes": true' out
check 'json: one update' grep -q '"updates": 1,' out
expect 0 "$REGATTA" info model2
check 'a record in the settings' grep -q 'updates' out

# Items that only the side table has are in the model; nothing new is still nothing.
awk 'BEGIN { print "item\ttag"; for (i = 0; i < 44; i++) printf "i%d\tg%d\n", i, i % 4 }' >tags.tsv
expect 0 "$REGATTA" train old.tsv -q --item-features tags.tsv --channels items,order,content -o tagged
expect 0 "$REGATTA" info tagged
check 'items of the table' grep -q '^items	44$' out
expect 0 "$REGATTA" update tagged --replay -q
expect 0 "$REGATTA" update tagged new.tsv -o tagged2 -q --no-measure
expect 0 "$REGATTA" update tagged2 --replay -q

# The graph is that of a file with all rows.
expect 0 "$REGATTA" train both.tsv --preset fast -q -o whole
expect 0 "$REGATTA" info whole
grep data_hash out >want
expect 0 "$REGATTA" info model2
check 'the hash of all rows' grep -qxF "$(cat want)" out

# At any thread count, from standard input.
for t in 1 3; do
    expect 0 "$REGATTA" update model new.tsv -o again$t -q --no-measure -t $t
done
same again1 again3
same again1 model2
expect 0 "$REGATTA" update model - -o again1 -q --no-measure <new.tsv
same again1 model2
refuse 2 'would replace the input' "$REGATTA" update again1 new.tsv -o again1

# Dislikes of the model and of the new rows: a new one takes a like back.
awk 'BEGIN {
    print "user\titem\trating\ttime"
    for (u = 0; u < 60; u++) for (k = 0; k < 8; k++)
        printf "u%d\ti%d\t%d\t%d\n", u, u % 3 + 3 * ((u + k * (1 + u % 2)) % 8),
            k == 3 ? 1 : 5, 1000 + 100 * k + u
}' >liked.tsv
printf 'user\titem\trating\ttime\nu0\ti0\t1\t5000\nu1\ti4\t5\t5001\nu61\ti0\t5\t5002\nu61\ti6\t1\t5003\n' >liked2.tsv
cat liked.tsv >liked3.tsv
tail -n +2 liked2.tsv >>liked3.tsv
for name in liked liked3; do
    expect 0 "$REGATTA" train $name.tsv --dislike-below 3 --channels items -q -o $name
done
expect 0 "$REGATTA" update liked --replay -q
expect 0 "$REGATTA" update liked liked2.tsv --dislike-below 3 -q -o liked2
expect 0 "$REGATTA" info liked3
grep data_hash out >want
expect 0 "$REGATTA" info liked2
check 'dislikes: the hash of all rows' grep -qxF "$(cat want)" out
expect 0 "$REGATTA" recommend liked2 --user u61 -k 24
check 'a dislike is not recommended' sh -c '! cut -f2 out | grep -qx i6'

# Forgetting: no trace of the name, and nothing for the id.
printf 'u3\nnobody\n' >forget
expect 0 "$REGATTA" update model2 --forget-users forget -o without
check 'says how many' grep -q '1 user taken out' err
check 'says who is unknown' grep -q "nobody" err
check 'the id is gone' sh -c '! tr "\000" "\n" <without | grep -qx u3'
expect 3 "$REGATTA" recommend without --user u3
expect 0 "$REGATTA" recommend without --user u4 -k 3
expect 0 "$REGATTA" update without --replay -q
printf 'u5\nu3\nu5\n' >twice
expect 0 "$REGATTA" update model2 --forget-users twice -o fewer
check 'counts a user once' grep -q '2 users taken out' err

# Bad input leaves files as they are.
cp model2 before
refuse 2 'OUT is missing' "$REGATTA" update model new.tsv
refuse 2 'NEW is missing' "$REGATTA" update model -o model2
refuse 2 'takes nothing new' "$REGATTA" update model new.tsv --replay
refuse 2 'takes nothing new' "$REGATTA" update model new.tsv --forget-users forget -o model2
printf 'user\titem\nu1\ti1\nu2\ti2\n' >untimed
refuse 3 'have no times' "$REGATTA" update model untimed -o model2 -q
printf 'nobody\n' >unknown
refuse 3 'unknown' "$REGATTA" update model --forget-users unknown -o model2 -q
printf 'user\titem\ttime\nu1\ti1\tx\nu2\ti2\t5\nu2\ti3\t6\n' >bad
expect 3 "$REGATTA" update model bad -o model2 -q
same model2 before
finish
