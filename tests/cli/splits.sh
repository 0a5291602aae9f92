# prepare --split: a cut in time leaves no later row in train, parts that are empty are
# refused, and users or items in one part only are counted on stderr.
. "$(dirname "$0")/lib.sh"
cat >r.csv <<'END'
user,item,timestamp
u1,i1,1001
u1,i2,1002
u2,i1,2001
u2,i2,2002
u3,i1,2004
u3,i2,2005
single,i3,99999
END

expect 0 "$REGATTA" prepare r.csv --split time:2005 -o cut
check 'train ends before the cut' [ "$(cut -f3 cut/train.tsv | sort -n | tail -1)" = 2004 ]
check 'test begins at the cut' [ "$(tail -n +2 cut/test.tsv | cut -f3 | sort -n | head -1)" = 2005 ]
check 'no row is lost' [ "$(cat cut/*.tsv | grep -c i)" = 9 ]
check 'a user of the test part only is counted' \
    grep -q '1 user without a row before the cut: in test only, with 1 row$' err
check 'an item of the test part only is counted' \
    grep -q '1 row of test of items that are not in train' err

refuse 3 'r.csv: the training part is empty: the times are from 1970-01-01T00:16:41Z to 1970-01-02T03:46:39Z, and --split cuts at 1970-01-01T00:00:00Z' \
    "$REGATTA" prepare -q r.csv --split time:0 -o none
refuse 3 'r.csv: the test part is empty: the times are .* cuts at 2021-02-01T00:00:00Z' \
    "$REGATTA" prepare -q r.csv --split time:2021-02-01 -o none
refuse 2 "time:SECONDS, not 'time:01/02/2021'" \
    "$REGATTA" prepare -q r.csv --split time:01/02/2021 -o none
printf 'a\tx\nb\ty\n' >clicks.tsv
for split in leave-last:1 time:2021-02-01; do
    refuse 3 'clicks.tsv: a split by time needs times, and the interactions have none: --time-column' \
        "$REGATTA" prepare -q clicks.tsv --split $split -o none
done
check 'nothing is written beside an error' [ ! -e none ]

expect 0 "$REGATTA" prepare r.csv --split leave-last:1 -o last
check 'users without test rows are counted' \
    grep -q '1 user without a row in test: too few items' err
expect 0 "$REGATTA" prepare r.csv --split leave-last:5 -o last5
check 'users with few items are counted' \
    grep -q '4 users with fewer than 6 items: one item stays in train' err
check 'each keeps one item' [ "$(wc -l <last5/train.tsv)" = 5 ]
printf 'user,item,time\na,x,1\nb,y,2\n' >ones.csv
refuse 3 'ones.csv: the test part is empty: no user has enough items' \
    "$REGATTA" prepare -q ones.csv --split leave-last:1 -o none
refuse 3 '<stdin>: the validation part is empty' \
    sh -c "'$REGATTA' prepare -q - --split leave-last:1,1 -o none <r.csv"
refuse 3 'ones.csv: the test part is empty' "$REGATTA" prepare -q ones.csv --split ratio:0.5,0.5 -o none
printf 'user,item,timestamp\nu9,i1,1\nu1,i9,2\n' >strangers.csv
refuse 3 'strangers.csv: the test part is empty: no row has a user and an item of the training part' \
    "$REGATTA" prepare -q r.csv --test strangers.csv -o none
# ---- order: repeats are interactions of their own, equal times are in the order of rows ----
cat >order.csv <<'END'
user,item,time
u,c,1600000005
u,a,1600000005
u,b,1600000005
u,a,1600000005
v,b,-7
v,b,-7
v,a,-7
w,c,1600000009
w,b,1600000008
w,a,1600000007
one,a,1600000000
two,a,1600000000
two,b,1600000000
END
expect 0 "$REGATTA" prepare order.csv --split leave-last:2 -o two
check 'users with few items are counted' grep -q '2 users with fewer than 3 items' err
rows() { tail -n +2 "$1" | cut -f1,2 | tr '\t\n' ' ;'; }
check 'the last is test' [ "$(rows two/test.tsv)" = 'u a;v a;w c;two b;' ]
check 'the one before is valid' [ "$(rows two/valid.tsv)" = 'u b;v b;w b;' ]
check 'the others are train' [ "$(rows two/train.tsv)" = 'u c;u a;v b;w a;one a;two a;' ]
for part in train valid test; do
    check 'repeats are counted' grep -q "two/$part.tsv: $(($(wc -l <two/$part.tsv) - 1)) interactions" err
done
check 'times are kept' [ "$(cut -f3 two/valid.tsv | tr '\n' ' ')" = 'timestamp 1600000005 -7 1600000008 ' ]
expect 0 "$REGATTA" prepare -q order.csv --split leave-last:1,1 -o pair
for part in train valid test; do same two/$part.tsv pair/$part.tsv; done
expect 0 "$REGATTA" prepare -q order.csv --split leave-last:2,0 -o both
check 'no valid part' [ ! -e both/valid.tsv ]
check 'the last two are test' [ "$(rows both/test.tsv)" = 'u b;u a;v b;v a;w b;w c;two b;' ]
expect 0 "$REGATTA" prepare -q order.csv --split leave-last:3 -o three
check 'no valid part for more than two' [ ! -e three/valid.tsv ]
check 'each keeps one' [ "$(rows three/train.tsv)" = 'u c;v b;w a;one a;two a;' ]
expect 0 "$REGATTA" prepare -q order.csv --split time:1600000005 -o since
check 'a cut is for all' [ "$(rows since/test.tsv)" = 'u c;u a;u b;u a;w a;w b;w c;' ]
expect 0 "$REGATTA" prepare -q order.csv --split leave-last:2 --dedup last -o merged
check 'merged by last: an item is one interaction' \
    [ "$(rows merged/test.tsv)$(rows merged/valid.tsv)" = 'u a;v a;w c;two b;u b;w b;' ]

# Order, times and repeats stay through prepare, and train sees the same sequences.
expect 0 "$REGATTA" prepare -q order.csv -o again.tsv
expect 0 "$REGATTA" prepare -q again.tsv -o twice.tsv
same again.tsv twice.tsv
check 'order and repeats' [ "$(rows again.tsv)" = \
    'u c;u a;u b;u a;v b;v b;v a;w a;w b;w c;one a;two a;two b;' ]
planted 40 30 3 5 | awk -F '\t' 'NR == 1 { print "user,item,timestamp"; next }
    { at = 1600000000 + int(NR / 4) * 60; print $1 "," $2 "," at; if (NR % 5 == 0) print $1 "," $2 "," at }
    NR % 7 == 0 { print $1 "," last "," at } { last = $2 }' >played.csv
check 'a session has repeats' [ "$(cut -d, -f1,2 played.csv | sort | uniq -d | wc -l)" -gt 20 ]
expect 0 "$REGATTA" prepare -q played.csv -o played.tsv
expect 0 "$REGATTA" train -q played.csv -o before --preset fast
expect 0 "$REGATTA" train -q played.tsv -o after --preset fast
same before after
expect 0 "$REGATTA" prepare -q played.csv --split leave-last:2 -o played
join() { for part in train valid test; do tail -n +2 played/$part.tsv; done; }
awk -F, 'NR > 1 { print $1 "\t" $2 "\t" $3 }' played.csv | sort -s -k1,1 >wanted
join | sort -s -k1,1 >got
same wanted got

cat >all.csv <<'END'
user,item
w,a
v,b
u,c
END
expect 0 "$REGATTA" prepare all.csv --test order.csv -o beside
check 'dropped rows are counted' grep -q 'dropped 3 of 13 test rows' err
check 'a test part keeps order and repeats' \
    [ "$(rows beside/test.tsv)" = 'w a;w b;w c;v b;v b;v a;u c;u a;u b;u a;' ]
check 'a test part keeps times' [ "$(cut -f3 beside/test.tsv | sed -n '2p;5p')" = '1600000007
-7' ]

expect 0 "$REGATTA" prepare -q r.csv --split ratio:0.5,0,0.5 -o ratio
check 'a share of 0 asks for an empty part' [ "$(wc -l <ratio/valid.tsv)" = 1 ]
finish
