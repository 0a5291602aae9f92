# Lists of ids: unknown ones are left out and counted, or refused with --strict; lines are
# bounded.
. "$(dirname "$0")/lib.sh"
small_model || { fail 'no small model'; finish; }

# ---- filters ----
printf 'i1\ni7x\ni30\nabsent\n' >list
printf 'i1\ni30\n' >known
left="^list: left out 2 unknown items of 4; the first is 'i7x' of line 2; did you mean 'i7'"
for asked in 'recommend model --user u3 -k 1000 --exclude-items' \
    'recommend model --user u3 -k 1000 --keep-seen --only-items' \
    'candidates model --user u3 --exclude-items' 'candidates model --user u3 --only-items' \
    'similar model --item i2 --only' 'similar model --item i2 --exclude' \
    'similar model -k 2 --items'; do
    expect 0 "$REGATTA" $asked known
    check 'no words about known ids' [ ! -s err ]
    cp out wanted
    expect 0 "$REGATTA" $asked list
    same wanted out
    check "one line: $asked" [ "$(wc -l <err)" -eq 1 ]
    check "it says what was left out: $asked" grep -q "$left" err
    expect 0 "$REGATTA" $asked list -q
    check "quiet: $asked" [ ! -s err ]
    refuse 3 "^regatta: list:2: unknown item 'i7x'; did you mean 'i7'" "$REGATTA" $asked list --strict
done
printf 'absent\nother\n' >none
for asked in 'recommend model --only-items' 'candidates model --only-items' \
    'similar model --item i2 --only' 'similar model --items'; do
    refuse 3 "none: the model knows none of its 2 items; the first is 'absent' of line 1" \
        "$REGATTA" $asked none
    refuse 3 'knows none' "$REGATTA" $asked none -q
done
expect 0 "$REGATTA" recommend model --user u3
cp out wanted
expect 0 "$REGATTA" recommend model --user u3 --exclude-items none
same wanted out
check 'an exclusion in vain is said' grep -q '^none: left out 2 unknown items of 2' err

# ---- users ----
printf 'u1\nabsent-user\nu2\n' >users
printf 'u1\nu2\n' >known
for asked in 'recommend model' 'candidates model -n 5' 'similar model'; do
    expect 0 "$REGATTA" $asked --users known
    cp out wanted
    expect 0 "$REGATTA" $asked --users users
    same wanted out
    check "counted: $asked" grep -q "^users: left out 1 unknown user of 3; the first is 'absent-user' of line 2" err
    refuse 3 "users:2: unknown user 'absent-user'" "$REGATTA" $asked --users users --strict
    refuse 3 'knows none of its 2 users' "$REGATTA" $asked --users none
done
refuse 3 "unknown user 'u1x'; did you mean" "$REGATTA" recommend model --user u1x
refuse 3 "unknown item 'i1x'; did you mean" "$REGATTA" similar model --item i1x
refuse 2 'strict needs a list' "$REGATTA" recommend model --user u1 --strict
refuse 2 'strict needs a list' "$REGATTA" similar model --item i1 --strict

# ---- lines as people have them ----
printf '\357\273\277"u1"\r\n  u2 \r\n\r\n \t\r\nu1' >odd
printf 'u1\nu2\nu1\n' >known
expect 0 "$REGATTA" recommend model --users known
cp out wanted
expect 0 "$REGATTA" recommend model --users odd
same wanted out
check 'nothing was left out' [ ! -s err ]
printf 'u1\tx\033[2J\n' >list
refuse 3 'list:1: unknown user .u1.x09x.x1b' "$REGATTA" recommend model --users list --strict

printf '\377\376u\0001\000\n\000' >list
refuse 3 'list:1: has a zero byte: it is UTF-16' "$REGATTA" recommend model --users list

# ---- bounds: 64 MiB a line, whoever reads it ----
# A sanitizer's shadow takes terabytes: there the bound on the line alone ends the run.
room='ulimit -v 1500000'
sh -c "$room; '$REGATTA' --version" >out 2>err || room=:
for asked in 'recommend model --users' 'recommend model --exclude-items' \
    'similar model --items' 'similar model --item i1 --only' 'candidates model --users' \
    'recommend model --history' 'explain model --item i1 --history' \
    'similar model --item-history'; do
    refuse 3 '/dev/zero:1: a line of more than 64 MiB' \
        sh -c "$room; '$REGATTA' $asked /dev/zero"
done
refuse 3 ':1: a line of more than 64 MiB' \
    sh -c "yes i1 | tr -d '\n' | '$REGATTA' recommend model --history -"
expect 3 sh -c "$room; '$REGATTA' recommend model --users /dev/zero --stream -f jsonl"
check 'one answer, then the end' \
    [ "$(cat out)" = '{"line":1,"error":"/dev/zero:1: a line of more than 64 MiB"}' ]
expect 3 sh -c "'$REGATTA' recommend model --history /dev/zero --stream"
check 'one answer of TSV' [ "$(wc -l <out)" -eq 1 ]

# A long line that is no error: an id of a megabyte is unknown like any other.
awk 'BEGIN { s = "x"; while (length(s) < 1000000) s = s s; print s; print "u1" }' >list
expect 0 "$REGATTA" recommend model --users list
check 'its message is short' [ "$(wc -c <err)" -lt 400 ]
finish
