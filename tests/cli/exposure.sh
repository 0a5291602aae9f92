# Impressions without a click: kinds of events with the weight `shown`, and the word in a
# column of weights.
. "$(dirname "$0")/lib.sh"
# Users click half of the items of their group, and are shown the other half in vain.
awk 'BEGIN { srand(7); print "user\titem\tevent\ttime"
    for (u = 0; u < 240; u++) for (i = 0; i < 48; i++) {
        if (i % 3 != u % 3) continue
        x = rand(); y = rand()
        if (x < 0.5 && y < 0.8) print "u" u "\ti" i "\tclick\t" int(2000 + 1000 * y)
        if (x >= 0.5) for (k = 0; k <= i % 3; k++) print "u" u "\ti" i "\tsee\t" 1000 + k
    } }' >events.tsv
kinds='--event-weights click=1,see=shown'
expect 0 "$REGATTA" train events.tsv $kinds --preset fast --channels items -o model
check 'said' grep -q 'impressions, not taken' err
check 'no word on --weights, which was not given' grep -q '^  weights: all are 1$' err
expect 0 "$REGATTA" info model
check 'counted' grep -q '^exposure.pairs' out
check 'exposure counts' awk '$1 == "exposure.strength" { good = $2 > 0 } END { exit !good }' out
expect 0 "$REGATTA" info model --json
check 'in JSON' grep -q '"exposure": *{' out

expect 0 "$REGATTA" inspect -q events.tsv $kinds
check 'inspect counts them' grep -q "^impressions	$(grep -c '	see	' events.tsv)\$" out

# An impression in row 1 of a file without a header is no name: ids have digits.
printf 'u1\ti1\tshown\nu1\ti2\t3\nu2\ti1\t4\n' >first.tsv
expect 0 "$REGATTA" inspect -q first.tsv --user-column 1 --item-column 2 --weight-column 3
check 'row 1 is an impression' grep -q '^impressions	1$' out

# Explained: the parts add up, and the item is named as shown.
item=$(awk '$1 == "u1" && $3 == "see" { print $2; exit }' events.tsv)
expect 0 "$REGATTA" explain -q model --user u1 --item "$item"
check 'in words' grep -q 'in spite of exposure' out
expect 0 "$REGATTA" explain -q model --user u1 --item "$item" --exact
check 'exact' grep -q '^term	exposure' out
expect 0 "$REGATTA" explain -q model --user u1 --item i0 --exact
check 'none of an item that was not shown' sh -c '! grep -q "exposure" out'

# Not what was shown in vain, but the rest of the group.
"$REGATTA" recommend -q model -k 1 >lists 2>err
awk '$3 == "see" { print $1 "\t" $2 }' events.tsv | sort -u >shown
check 'few of the shown are recommended' \
    [ "$(cut -f 1,2 lists | sort | comm -12 - shown | wc -l)" -lt 100 ]

# Through prepare, convert and a split.
expect 0 "$REGATTA" prepare -q events.tsv $kinds -o prepared.tsv
check 'the word' grep -q '	shown	' prepared.tsv
expect 0 "$REGATTA" train -q prepared.tsv --preset fast --channels items -o again
"$REGATTA" info model | grep '^exposure' >want
"$REGATTA" info again | grep '^exposure' >got
same want got
"$REGATTA" info model | grep -E '^(exposure|data_hash)' >want
"$REGATTA" recommend -q model -k 100 >lists
for to in rows.jsonl rows.csv rows.inter; do
    expect 0 "$REGATTA" convert -q events.tsv $to $kinds
    expect 0 "$REGATTA" train -q $to --preset fast --channels items --weights raw -o other
    "$REGATTA" info other | grep -E '^(exposure|data_hash)' >got
    same want got
    "$REGATTA" recommend -q other -k 100 >got.lists
    same lists got.lists
done
refuse 2 'holds no impressions' "$REGATTA" convert -q events.tsv rows.npz $kinds --time-column 0
refuse 2 'holds no impressions' "$REGATTA" convert -q events.tsv rows.mtx $kinds --time-column 0
expect 0 "$REGATTA" prepare -q events.tsv $kinds --split ratio:0.8,0.1,0.1 -o parts
check 'train has impressions' grep -q '	shown	' parts/train.tsv
check 'test has none' sh -c '! grep -q shown parts/test.tsv'

# Users with impressions alone have nothing to split.
printf 'user\titem\tevent\ttime\na\tx\tclick\t1\na\ty\tclick\t9\nb\tx\tclick\t9\n' >few.tsv
printf 'c\tx\tsee\t1\nd\ty\tsee\t9\n' >>few.tsv
expect 0 "$REGATTA" prepare few.tsv $kinds --split time:5 -o cut
check 'one user is in test only' \
    grep -q '^  1 user without a row before the cut: in test only, with 1 row$' err
expect 0 "$REGATTA" prepare few.tsv $kinds --split leave-last:1 -o last
check 'one user has too few items' grep -q '^  1 user without a row in test' err
grep -v click few.tsv >none.tsv
refuse 3 'there is no interaction to split' \
    "$REGATTA" prepare -q none.tsv $kinds --split time:5 -o none

# An update has the impressions of all rows; who is forgotten has none.
head -n 4001 events.tsv >old.tsv
(head -n 1 events.tsv; tail -n +4002 events.tsv) >new.tsv
expect 0 "$REGATTA" train -q old.tsv $kinds --preset fast --channels items -o live
expect 0 "$REGATTA" update -q live new.tsv $kinds -o live2
"$REGATTA" info live2 | grep '^data_hash' >got
"$REGATTA" info model | grep '^data_hash' >hash
same hash got
(head -n 1 events.tsv; printf 'u1\ti0\tsee\t9000\n') >one.tsv
expect 0 "$REGATTA" update -q live2 one.tsv $kinds -o live3
pairs() { "$REGATTA" info "$1" | awk '$1 == "exposure.pairs" { print $2 }'; }
echo u2 >gone
expect 0 "$REGATTA" update -q live3 --forget-users gone -o live4
# An item goes with the last user who has it or was shown it.
{ cat events.tsv; printf 'gone\tg1\tclick\t2500\ngone\tg2\tsee\t2500\ngone\tg3\tclick\t2500\n'; } >more.tsv
printf 'u1\tg3\tsee\t2500\n' >>more.tsv
expect 0 "$REGATTA" train -q more.tsv $kinds --preset fast --channels items -o more
echo gone >names
expect 0 "$REGATTA" update -q more --forget-users names -o less
grep -v '^gone' more.tsv >less.tsv
"$REGATTA" inspect -q less.tsv $kinds | sed -n 's/^hash/data_hash/p' >hash
"$REGATTA" info less | grep '^data_hash' >got
same hash got
check 'fewer pairs' [ "$(pairs live4)" -eq \
    $(($(pairs live3) - $(grep -c '^u2	' shown))) ]

# The bytes do not depend on threads.
expect 0 "$REGATTA" train -q events.tsv $kinds --preset fast --channels items -t 1 -o other
same model other

# Wrong.
refuse 2 'nor the word shown' "$REGATTA" train -q events.tsv --event-weights click=1,see=show -o none
sed 's/	shown	/	show	/' prepared.tsv >wrong.tsv
refuse 3 "the weight 'show'" "$REGATTA" train -q wrong.tsv -o none
for number in -inf -1e999; do
    case $number in -inf) why='not finite' ;; *) why='larger than a float can store' ;; esac
    sed "s/	shown	/	$number	/" prepared.tsv >wrong.tsv
    refuse 3 "the weight '$number' .* is $why" \
        "$REGATTA" train -q wrong.tsv --dislike-below 0 -o none
done
check 'no output' [ ! -e none ]
finish
