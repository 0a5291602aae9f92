# similar, fold-in of users and items, re-ordering, and what is odd: docs/serving.md.
. "$(dirname "$0")/lib.sh"
small_model || { fail 'no small model'; finish; }
expect 0 "$REGATTA" train -q split/train.tsv -o fast --preset fast
field() { cut -f "$1" out | tr '\n' ' '; }
lines() { wc -l <out | tr -d ' '; }

# ---- similar: every model, nodes, lists, filters ----
for model in model fast; do
    expect 0 "$REGATTA" similar $model --item i7 -k 5
    check "$model: five items" [ "$(lines)" -eq 5 ]
    check "$model: itself is left out" sh -c '! grep -q "^i7	" out'
    expect 0 "$REGATTA" similar $model --user u3 -k 5
    check "$model: five users" [ "$(lines)" -eq 5 ]
    check "$model: itself is left out" sh -c '! grep -q "^u3	" out'
    expect 0 "$REGATTA" similar $model --user u3 -k 100000
    check "$model: no more than there are" [ "$(lines)" -lt 90 ]
    printf 'i7\ni2\ni7\n' >list
    expect 0 "$REGATTA" similar $model --items list -k 2
    check "$model: in order, twice if asked twice" [ "$(field 1)" = 'i7 i7 i2 i2 i7 i7 ' ]
    cp out together
    expect 0 "$REGATTA" similar $model --item i7 -k 2
    check "$model: one alone is as one of many" sh -c 'head -2 together | cut -f 2- | cmp - out'
    printf 'i1\ni7\ni30\n' >only
    printf 'i30\n' >exclude
    expect 0 "$REGATTA" similar $model --item i7 --only only --exclude exclude
    check "$model: filters" [ "$(field 1)" = 'i1 ' -o "$(field 1)" = '' ]
    expect 0 "$REGATTA" similar $model --item i7 -k 3 -t 1
    cp out one
    expect 0 "$REGATTA" similar $model --item i7 -k 3 -t 3
    same one out
done
expect 0 "$REGATTA" similar model --item i7 --by history -f csv -k 1
check 'CSV names its columns' [ "$(head -1 out)" = 'item,rank,score' ]
expect 0 "$REGATTA" similar model --items list --by history -f jsonl -k 1
check 'JSON too' grep -q '^{"query":"i7","item":"i[0-9]*","rank":1,"score":' out
refuse 3 'fast: this model has no vectors' "$REGATTA" similar fast --item i7 --by vectors
refuse 2 'needs a history' "$REGATTA" similar model --item i7 --skip-unknown
refuse 2 'users have no similarity by attention' "$REGATTA" similar fast --user u3 --by attention
refuse 3 "unknown item 'i700'" "$REGATTA" similar model --item i700
refuse 2 'one of --item' "$REGATTA" similar model --item i7 --user u3
: >empty
refuse 3 'no id in it' "$REGATTA" similar model --items empty
refuse 3 'no id in it' "$REGATTA" similar model --item i7 --only empty
refuse 3 'contains no history' "$REGATTA" similar model --history empty
printf 'i7\nabsent\n' >list
refuse 3 "list:2: unknown item 'absent'" "$REGATTA" similar model --items list --strict
refuse 3 "list:2: unknown item 'absent'" "$REGATTA" similar model --item i1 --exclude list --strict

# ---- somebody and something new ----
sed 1d split/train.tsv | awk -F '\t' '$1 == "u3" { printf "%s%s", n++ ? "\t" : "new\t", $2 } END { print "" }' >history
for model in model fast; do
    expect 0 "$REGATTA" similar $model --history history --by history -k 1
    check "$model: the user with the same history" [ "$(field 2)" = 'u3 ' ]
    check "$model: alike" awk -F '\t' '{ exit !($4 > 0.9999) }' out
    sed 1d split/train.tsv | awk -F '\t' '$2 == "i7" { printf "%s%s", n++ ? "\t" : "new\t", $1 } END { print "" }' >users
    expect 0 "$REGATTA" similar $model --item-history users -k 1 --by history
    check "$model: the item with the same users" [ "$(field 2)" = 'i7 ' ]
done
expect 0 "$REGATTA" similar model --item-history users -k 3
check 'by vectors: near the item' grep -q '	i7	' out
expect 0 "$REGATTA" embed model --item-history users --no-bias -o new.tsv
check 'a unit row of eight' awk -F '\t' '{ for (i = 2; i <= NF; i++) s += $i * $i; exit !($1 == "new" && NF == 9 && s > 0.9999 && s < 1.0001) }' new.tsv
printf '{"item": 5, "users": ["u1", "u2"]}\n{"item": "b", "users": []}\n' >users
expect 0 "$REGATTA" embed model --item-history users -f npy -o new.npy
check 'ids beside it' [ "$(tr '\n' ' ' <new.npy.ids.txt)" = '5 b ' ]
expect 0 "$REGATTA" embed model --history history -f w2v -o -
check 'w2v' [ "$(head -1 out)" = '1 9' ]
refuse 2 'exclude each other' "$REGATTA" embed model --history history --side users -o x
refuse 3 'has no vectors' "$REGATTA" embed fast --history history -o x
refuse 3 "users:1: unknown user 'u700'" sh -c "echo 'a u700' >users; '$REGATTA' embed model --item-history users -o x"
expect 0 "$REGATTA" embed model --item-history users --skip-unknown --no-bias -o zero.tsv
check 'nobody is left: zeros' awk -F '\t' '{ for (i = 2; i <= NF; i++) if ($i != 0) exit 1 }' zero.tsv
check 'and says so' grep -q 'left out 1 unknown user$' err

# ---- folding in, measured ----
expect 0 "$REGATTA" evaluate fast split/test.tsv -q
cp out known
expect 0 "$REGATTA" evaluate fast split/test.tsv -q --history split/train.tsv
same known out
expect 0 "$REGATTA" evaluate model split/test.tsv --history split/train.tsv --json - --per-user rows
check 'says what it measured' grep -q '"users": "folded in from histories"' out
check 'a row for each user' [ "$(sed 1d rows | wc -l)" -eq "$(sed 1d split/test.tsv | cut -f 1 | sort -u | wc -l)" ]
printf 'user\titem\nx\ti1\nx\tnovelty\nu3\ti2\n' >had
printf 'user\titem\nx\ti9\ny\ti9\nu4\ti9\nx\ti1\n' >wants
expect 0 "$REGATTA" evaluate model wants --history had
check 'three users' grep -q '^measured 3 users, 4 test' err
check 'one of them ranked' grep -q 'with --unknown skip: 1 user, 1 interaction$' err
check 'unknown ones' grep -q 'counted as misses: 2 interactions of unknown users (2)' err
check 'seen ones' grep -q 'counted as misses: 1 interaction of the training history' err
check 'unknown items of a history' grep -q 'left 1 unknown item out of the histories' err
printf 'user\titem\ny\ti9\n' >wants
refuse 3 'no test interaction can be ranked' "$REGATTA" evaluate model wants --history had -q

# ---- other orders ----
for model in model fast; do
    expect 0 "$REGATTA" recommend $model --user u3 -k 10
    cp out plain
    expect 0 "$REGATTA" recommend $model --user u3 -k 10 --mmr 1 --popularity-penalty 0
    same plain out
    refuse 2 'needs --mmr below 1' "$REGATTA" recommend $model --user u3 --pool 50
    refuse 2 'needs --mmr below 1' "$REGATTA" evaluate $model wants --pool 50
    expect 0 "$REGATTA" recommend $model --user u3 -k 10 --mmr 0.3
    check "$model: the best stays first" sh -c 'head -1 out >a; head -1 plain | cmp - a'
    check "$model: another order" sh -c '! cmp -s out plain'
    expect 0 "$REGATTA" recommend $model --user u3 -k 10 --popularity-penalty 3
    check "$model: other items" sh -c '! cmp -s out plain'
done
expect 0 "$REGATTA" evaluate model split/test.tsv -q
coverage() { awk '$1 == "novelty" { print $2 }' out; }
before=$(coverage)
expect 0 "$REGATTA" evaluate model split/test.tsv -q --popularity-penalty 2
check "a penalty brings what is rarer: $before, $(coverage)" awk "BEGIN { exit !($(coverage) > $before) }"
refuse 2 'mmr' "$REGATTA" recommend model --mmr 1.5
refuse 2 'popularity-penalty' "$REGATTA" evaluate model split/test.tsv --popularity-penalty x

# ---- odd histories ----
printf 'a i1 i4 i1 i4 i4\n' >double
printf 'a i4 i1\n' >single
for what in "recommend model" "recommend fast" "similar model" "similar fast" "explain model --item i7"; do
    expect 0 "$REGATTA" $what --history double
    cp out twice
    expect 0 "$REGATTA" $what --history single
    same twice out
done
awk 'BEGIN { printf "long"; for (k = 0; k < 100000; k++) printf "\ti%d", k % 50; print "" }' >long
awk 'BEGIN { printf "long"; for (k = 0; k < 50; k++) printf "\ti%d", k; print "" }' >short
for what in "recommend model -k 3" "similar model -k 3" "similar fast -k 3" "explain model --item i7"; do
    expect 0 "$REGATTA" $what --history long --skip-unknown
    cp out twice
    expect 0 "$REGATTA" $what --history short --skip-unknown
    same twice out
done
awk 'BEGIN { printf "long"; for (k = 0; k < 100000; k++) printf "\tu%d", k % 20; print "" }' >long
expect 0 "$REGATTA" similar model --item-history long -k 3 --skip-unknown
check 'a hundred thousand users' [ "$(lines)" -eq 3 ]
printf '{"user": "a", "items": []}\n' >nothing
for model in model fast; do
    expect 0 "$REGATTA" recommend $model --history nothing -k 4
    check "$model: what is popular" [ "$(lines)" -eq 4 ]
    expect 0 "$REGATTA" explain $model --history nothing --item i7
    check "$model: no item to explain by" sh -c '! grep -Eq "^(because|in spite) of" out'
    expect 0 "$REGATTA" similar $model --history nothing --by history
    check "$model: nobody is alike" [ "$(lines)" -eq 0 ]
done
expect 0 "$REGATTA" recommend model --user u3 -k 100000
check 'no more than there are' [ "$(lines)" -lt 60 ]
printf 'i1\n' >only
cp only exclude
expect 0 "$REGATTA" recommend model --user u3 --only-items only --exclude-items exclude
check 'filters that leave nothing' [ "$(lines)" -eq 0 ]
refuse 3 "unknown user 'u300'" "$REGATTA" recommend model --user u300
refuse 3 "list:2: unknown item 'absent'" "$REGATTA" recommend model --user u3 --only-items list --strict
refuse 3 "list:2: unknown item 'absent'" "$REGATTA" recommend model --user u3 --exclude-items list --strict
printf 'a i1 absent\n' >history
refuse 3 "history:1: unknown item 'absent'" "$REGATTA" explain model --history history --item i7
finish
