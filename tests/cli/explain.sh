# explain for people and exactly, and recommend --explain: numbers that add up, cells that
# can be read back whatever the ids hold.
. "$(dirname "$0")/lib.sh"
small_model || { fail 'no small model'; finish; }
"$REGATTA" train -q split/train.tsv -o fast --preset fast || fail 'no fast model'
"$REGATTA" train -q split/train.tsv -o own --dim 8 --steps 5 --combine all --channels vectors \
    --valid 0 || fail 'no model with own vectors'

# for_people: what holds of each answer in the file out.
for_people() {
    check "four fields: $1" awk -F '\t' 'NF != 4 { exit 1 }' out
    check "shares add up: $1" awk -F '\t' '
        $3 != "" { n++; sum += int(10 * $3 + 0.5); if ($3 !~ /^[0-9]+\.[0-9]%$/) exit 1 }
        END { exit n > 0 && sum != 1000 }' out
    check "what speaks for it is above 0: $1" awk -F '\t' '
        /^because of/ && $4 < 0 || /^in spite of/ && $4 > 0 { exit 1 }' out
    check "largest first: $1" awk -F '\t' '
        { share = $3 + 0 } $1 ~ / of items$/ || $3 == "" { next }
        side == substr($1, 1, 2) && share > last { exit 1 } { side = substr($1, 1, 2); last = share }' out
    check "points add up: $1" awk -F '\t' '
        $1 == "score" { said = $4; next } { sum += $4; n++ }
        END { d = sum - said; s = said < 0 ? -said : said; exit d > 0.01 * s * n || -d > 0.01 * s * n }' out
    check "the score is last: $1" sh -c 'tail -1 out | grep -q "^score	"'
    check "few digits: $1" awk -F '\t' 'length($4) > 9 { exit 1 }' out
}
for model in model fast own; do
    for item in i0 i7 i20 i33; do
        for user in u3 u10; do
            expect 0 "$REGATTA" explain $model --user $user --item $item
            for_people "$model $user $item"
            expect 0 "$REGATTA" explain $model --user $user --item $item -n 2
            for_people "$model $user $item -n 2"
            check 'two items' [ "$(grep -Ec '^(because|in spite) of item	' out)" -le 2 ]
        done
    done
done
expect 0 "$REGATTA" explain own --user u3 --item i7
check "the user's own vector is specific to the user" grep -Eq '^(because|in spite) of user	own vector	' out
printf '{"user": "a", "items": []}\n' >nothing
for model in model fast; do
    expect 0 "$REGATTA" explain $model --history nothing --item i7
    check 'an empty history is no reason' sh -c '! grep -q " of " out'
    check 'all of it is for everybody' [ "$(grep -c '^everybody gets	' out)" -eq 3 ]
done
expect 0 "$REGATTA" explain model --user u3 --item i7 -f csv
check 'a header' [ "$(head -1 out)" = 'part,name,share,points' ]

# JSON has the numbers of the exact table, with --exact or without.
expect 0 "$REGATTA" explain model --user u3 --item i7 -f jsonl
cp out lines
expect 0 "$REGATTA" explain model --user u3 --item i7 -f jsonl --exact
same lines out
expect 0 "$REGATTA" explain model --user u3 --item i7 --exact
check 'as many rows' [ "$(wc -l <lines)" -eq "$(wc -l <out)" ]
check 'a field for each channel' awk -F '\t' 'NF != 15 { exit 1 }' out
check 'the same digits' awk -F '\t' '
    NR == FNR { text[NR] = $0; next }
    $4 != "" && !index(text[FNR], "\"contribution\":" $4 ",") { exit 1 }' lines out
check 'contributions by channel' awk -F '\t' '
    $1 == "item" { d = $4 - $6 - $7 - $8 - $9 - $10 - $11 - $12; if (d > 1e-9 || d < -1e-9) exit 1 }' out
for item in 1 2 3 5 7 8 9; do
    expect 0 "$REGATTA" explain model --user u3 --item i$item --exact
    check "the sum ends at the score of i$item" awk -F '\t' '
        $2 != "score" { sum += $4; if (sum != $5 + 0) bad = 1 } END { exit bad || sum != $5 + 0 }' out
done

expect 0 "$REGATTA" explain model --user u3 --item i7 -f csv --exact
check 'a column for each channel' [ "$(head -1 out)" = \
    'kind,name,attention,contribution,running-sum,vectors,items,users,spectral,order,sequence,target,content,profile,trend' ]
check 'the contributions sum up to the score' awk -F , '
    $2 == "score" { d = $5 - sum; exit d > 1e-6 || d < -1e-6 } { sum += $4 }' out

# All items of an answer are explained by one call: the same as one after another.
expect 0 "$REGATTA" recommend model --user u3 -k 7 --explain 1000 -f jsonl
cp out together
expect 0 "$REGATTA" recommend model --user u3 -k 7 --explain 2 -f jsonl
check 'the first two of each' sh -c 'sed "s/\(\"because\":\[\[[^]]*\],\[[^]]*\]\)[^}]*}/\1]}/g" together | cmp - out'

# Ids that hold anything but control characters, and one that looks like a term.
cat >odd.tsv <<'D'
user	item
a	(bias)
a	x y
a	k:1
a	"q"
a	21 others
b	(bias)
b	x y
b	k:1
b	ü ☃
c	k:1
c	"q"
c	ü ☃
c	21 others
d	(bias)
d	ü ☃
d	score
e	score
e	x y
D
expect 0 "$REGATTA" train -q odd.tsv -o odd --preset fast
cut -f 2 odd.tsv | sed 1d | sort -u >ids
expect 0 "$REGATTA" recommend odd -k 5 --explain 3
check 'ten fields' awk -F '\t' 'NF != 10 { exit 1 }' out
check 'each is an id and a number' awk -F '\t' '
    NR == FNR { id[$0]; next }
    { for (f = 5; f < NF; f += 2) {
        if ($f == "" && $(f + 1) == "") continue
        if (!($f in id) || $(f + 1) !~ /^-?[0-9.]+(e[-+]?[0-9]+)?$/) exit 1
        n++ } } END { exit !n }' ids out
expect 0 "$REGATTA" recommend odd -k 5 --explain 2 -f csv
check 'CSV names them' [ "$(head -1 out)" = 'user,item,rank,score,because1,contribution1,because2,contribution2' ]
check 'and quotes' grep -q '"""q"""' out
expect 0 "$REGATTA" explain odd --user a --item score --exact
check 'an item called (bias) is an item' [ "$(grep -c '^item	(bias)	' out)" -eq 1 ]
check 'the term is a term' [ "$(grep -c '^term	bias	' out)" -eq 1 ]
expect 0 "$REGATTA" explain odd --user a --item score -n 1
check 'the last row is the score of score' sh -c 'tail -1 out | grep -q "^score	score	"'
expect 0 "$REGATTA" explain odd --user c --item k:1
check 'an item called 21 others is an item' grep -Eq '^(because|in spite) of item	21 others	' out

# A command that explains nothing has four fields as before.
expect 0 "$REGATTA" recommend odd -k 5
check 'four fields' awk -F '\t' 'NF != 4 { exit 1 }' out
refuse 1 'stdout>: No space left' sh -c "'$REGATTA' explain model --user u3 --item i1 --exact >/dev/full"
finish
