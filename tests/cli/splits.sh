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
refuse 2 "time:SECONDS, not 'time:1612137600000'" \
    "$REGATTA" prepare -q r.csv --split time:1612137600000 -o none
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
expect 0 "$REGATTA" prepare -q r.csv --split ratio:0.5,0,0.5 -o ratio
check 'a share of 0 asks for an empty part' [ "$(wc -l <ratio/valid.tsv)" = 1 ]
finish
