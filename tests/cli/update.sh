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

# Nodes that only side tables have are added after a fit, in an update as in training: nothing new
# is still nothing, also after some of them got their first interactions (tagged2), others came
# without any (tagged3) and got theirs (tagged4), and users were forgotten (tagged5).
awk 'BEGIN { print "item\ttag"; for (i = 0; i < 46; i++) printf "i%d\tg%d\ni%d\ts%d\n", i, i % 4, i, i % 7 }' >tags.tsv
awk 'BEGIN { print "user\ttag"; for (u = 0; u < 95; u++) printf "u%d\tt%d\nu%d\tw%d\n", u, u % 4, u, u % 5 }' >towns.tsv
printf 'item\ttag\ni90\tg1\ni91\tg2\ni91\ts2\n' >more.tsv
printf 'user\ttag\nu200\tt1\nu200\tw2\n' >guests.tsv
printf 'u7\nu200\nu92\n' >leave
cat new.tsv >first.tsv
printf 'u3\ti42\t2\t1700000004\nu91\ti43\t1\t1700000005\nu5\tzz\t1\t1700000006\nu3\ti43\t2\t1700000007\n' >>first.tsv
printf 'user\titem\tweight\ttime\nu200\ti91\t1\t1800000000\nu4\ti91\t1\t1800000000\nu200\ti1\t1\t1800000001\n' >later.tsv

# tagged WORDS..: a training with these options, and all of these updates.
tagged() {
    expect 0 "$REGATTA" train old.tsv --item-features tags.tsv --user-features towns.tsv --temperature 0.2 \
        $T "$@" -o tagged
    expect 0 "$REGATTA" info tagged
    check 'items of the table' grep -q '^items	46$' out
    check 'users of the table' grep -q '^users	95$' out
    expect 0 "$REGATTA" update tagged first.tsv -o tagged2 -q
    expect 0 "$REGATTA" info tagged2
    check 'the table had items and users of the new rows' grep -q '^items	47$' out
    check 'one user is in no table' grep -q '^users	96$' out
    expect 0 "$REGATTA" update tagged2 --new-items tags=more.tsv --new-users towns=guests.tsv -o tagged3 -q
    expect 0 "$REGATTA" update tagged3 later.tsv -o tagged4 -q
    expect 0 "$REGATTA" info tagged4
    check 'new items of a table' grep -q '^items	49$' out
    for k in '' 2 3 4; do expect 0 "$REGATTA" update tagged$k --replay -q; done
}
tagged
expect 0 "$REGATTA" prune tagged -o pruned --keep 0.5 -q
expect 0 "$REGATTA" report tagged -o page.html -q
expect 0 "$REGATTA" update tagged4 --forget-users leave -o tagged5 -q
expect 0 "$REGATTA" update tagged5 --replay -q
expect 0 "$REGATTA" info tagged5
check 'forgotten nodes of tables' grep -q '^users	94$' out
tagged --channels vectors,items,users,spectral,order,content,profile
tagged --sequence gru --sequence-dim 4 --channels vectors,items,order,target,sequence,content,profile
tagged --feature-vectors always --channels vectors,items,users,spectral,order,content,profile

# The nodes, in their order, are those of a training on all rows.
for name in old both; do
    expect 0 "$REGATTA" train $name.tsv --item-features tags.tsv --channels items,content -q -o $name
done
expect 0 "$REGATTA" update old new.tsv -o updated -q --no-measure
check 'the nodes of all rows' python3 -c '
import json, struct
def nodes(path):
    data = open(path, "rb").read()
    start = 8 + struct.unpack("<Q", data[:8])[0]
    header = json.loads(data[8:start])
    return [data[start + b:start + e] for b, e in
            (header[side + ".bytes"]["data_offsets"] for side in ("users", "items"))]
assert nodes("both") == nodes("updated")'

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
refuse 2 'unknown option --item-features; did you mean --new-items' "$REGATTA" update model new.tsv -o no --item-features tags.tsv
refuse 2 'unknown option --user-features; did you mean --new-users' "$REGATTA" update model new.tsv -o no --user-features towns.tsv
refuse 2 'takes nothing new' "$REGATTA" update model new.tsv --replay
refuse 2 'takes nothing new' "$REGATTA" update model new.tsv --forget-users forget -o model2
printf 'user\titem\nu1\ti1\nu2\ti2\n' >untimed
refuse 3 'untimed: the new interactions have no times' "$REGATTA" update model untimed -o model2 -q
printf 'user\titem\nu1\ti1\nu1\ti2\nu2\ti2\nu2\ti3\n' >no-times
expect 0 "$REGATTA" train no-times --preset fast -q -o untimed.model
expect 0 "$REGATTA" update untimed.model new.tsv -o untimed2.model --no-measure
check 'says that times are not used' grep -q 'times: not used, because the interactions of the model have none' err
expect 0 "$REGATTA" update untimed.model no-times -o untimed2.model --no-measure
check 'known without times' grep -q 'with the same user and item$' err
printf 'nobody\n' >unknown
refuse 3 'unknown' "$REGATTA" update model --forget-users unknown -o model2 -q
printf 'user\titem\ttime\nu1\ti1\tx\nu2\ti2\t5\nu2\ti3\t6\n' >bad
expect 3 "$REGATTA" update model bad -o model2 -q
same model2 before
# Rows that were given twice, an hour without rows, swapped columns.
expect 0 "$REGATTA" update model2 new.tsv -o twice
n=$(tail -n +2 new.tsv | wc -l)
check 'all are known' grep -q "^  $n of them were in the model before, with the same user, item and time$" err
expect 0 "$REGATTA" update model2 new.tsv -o skipped --skip-known
check 'left out' grep -q 'with the same user, item and time: left out$' err
same model2 skipped
head -n 40 new.tsv >first.tsv
{ head -1 new.tsv; sed 1,20d new.tsv; } >second.tsv
expect 0 "$REGATTA" update model first.tsv -o half -q
expect 0 "$REGATTA" update half second.tsv --skip-known -o overlapping -q
expect 0 "$REGATTA" update half second.tsv -o twice -q
{ head -1 new.tsv; sed 1,40d new.tsv; } >rest.tsv
expect 0 "$REGATTA" update half rest.tsv -o apart -q
same apart overlapping
check 'else they count twice' sh -c '! cmp -s apart twice'
expect 0 "$REGATTA" update model new.tsv -o once --json -q
check 'none is known' grep -q '"known_interactions": 0,' out
head -1 new.tsv >quiet.tsv
expect 0 "$REGATTA" update model quiet.tsv -o quiet
check 'says so' grep -q 'nothing new' err
same model quiet
: >nothing
refuse 3 'nothing: the file is empty' "$REGATTA" update model nothing -o none
refuse 3 'no interaction left' sh -c '{ cat quiet.tsv; echo u1; } >bad.tsv; exec "$REGATTA" update -q --skip-bad model bad.tsv -o none'
sed 1d new.tsv | awk -F '\t' -v OFS='\t' '{ print $2, $1, $3, $4 }' >swapped.tsv
expect 0 "$REGATTA" update model swapped.tsv --no-header -o swapped
check 'says so' grep -q 'are the columns swapped' err
finish
