# Answers as they are asked for: --stream, blocks, progress.
. "$(dirname "$0")/lib.sh"
small_model || { fail 'no small model'; finish; }

expect 0 "$REGATTA" recommend model -k 3
cp out all
cut -f 1 all | uniq >users
n_users=$(wc -l <users)

# Blocks of any size, whole or not at all, progress where asked for.
for block in 1 7 1024; do
    expect 0 "$REGATTA" recommend model -k 3 --block $block -o blocks
    same all blocks
    check 'no words' [ ! -s err ]
done
expect 0 "$REGATTA" recommend model -k 3 --progress bar
same all out
check 'says how many' grep -q "^$n_users users" err
expect 0 "$REGATTA" recommend model -k 3 --progress bar -q
check 'quiet is stronger' [ ! -s err ]
printf 'anna i1\nbob nothing-known\n' >histories
refuse 3 'unknown item' "$REGATTA" recommend model --history histories --block 1 -o blocks
same all blocks

# A line is answered before the next one is there.
mkfifo ask tell
"$REGATTA" recommend model -k 2 --history - --stream -f jsonl <ask >tell 2>words &
pid=$!
exec 3>ask 4<tell
for name in anna bob; do
    printf '{"user": "%s", "items": ["i1", "i4"]}\n' $name >&3
    read -r answer <&4
    check "$name has an answer" [ "${answer#\{\"user\":\"$name\",\"items\":\[}" != "$answer" ]
done
printf 'carl i1 unheard-of i4\n' >&3
read -r carl <&4
check 'unknown items are left out' \
    [ "${carl#*:*:}" = "${answer#*:*:}" ]
printf '{"user": "dora", "items": 7}\n' >&3
read -r answer <&4
check 'an error record' [ "${answer#\{\"line\":4,\"error\":}" != "$answer" ]
printf 'emma\n\nfred i1 i4\n' >&3
read -r answer <&4
check 'an empty history has what is popular' [ "${answer#*score}" != "$answer" ]
read -r answer <&4
check 'it goes on' [ "${answer#*:*:}" = "${carl#*:*:}" ]
exec 3>&- 4<&-
wait $pid
check 'exit 3 for the wrong line' [ $? -eq 3 ]
check 'its words' grep -q '^regatta: <stdin>:4: ' words
check 'and the count' grep -q 'left out 1 unknown' words

# Each answer of TSV and CSV ends with an empty line.
printf 'anna i1 i4\nbroken\0line\nbob i2\n' >histories
expect 3 sh -c "'$REGATTA' recommend model -k 2 --history - --stream <histories"
check 'three answers' [ "$(grep -c '^$' out)" -eq 3 ]
check 'the second has nothing in it' \
    [ "$(tr '\t\n' ' ;' <out | sed 's/[^;]*;[^;]*;;;bob.*;;/ok/')" = ok ]
expect 0 sh -c "'$REGATTA' recommend model -k 3 --users - --stream <users | grep -v '^$'"
same all out
printf '%s\nnobody\n%s\n' "$(head -1 users)" "$(head -1 users)" >some
expect 3 sh -c "'$REGATTA' recommend model -k 3 --users some --stream -f csv"
check 'unknown user' grep -q "^regatta: some:2: unknown user 'nobody'$" err
check 'the others' [ "$(grep -c '^$' out)" -eq 3 ]
check 'header and six rows' [ "$(grep -c , out)" -eq 7 ]

# What cannot be.
refuse 2 'needs --history or --users' "$REGATTA" recommend model --stream
refuse 2 'exclude each other' "$REGATTA" recommend model --stream --users users --user x
refuse 1 'absent' "$REGATTA" recommend model --stream --history absent
refuse 3 'is a directory' "$REGATTA" recommend model --stream --history .

# A history as long as they come, with every item many times.
awk 'BEGIN { printf "long"; for (i = 0; i < 100000; i++) printf " i%d", i % 40; print "" }' >long
expect 0 "$REGATTA" recommend model -k 3 --history long --stream --skip-unknown
# Rows of interactions are no histories: each line says so, and so does a whole file.
printf 'a;i1;3,5;2023-05-04 12:00\nb;i4;3,5;2023-05-04 12:00\n' >rows
expect 3 "$REGATTA" recommend model --history rows --stream -k 2
for line in 1 2; do
    check "line $line" grep -q "^regatta: rows:$line: 'i[14]' is an item of the model, not a name" err
done
printf 'a;x;y z\nb;x;y z\n' >rows
expect 0 "$REGATTA" recommend model --history rows --stream -k 2
check 'a note for each line' [ "$(grep -c 'the model knows none of its items' err)" -eq 2 ]
printf '{"user": "u1", "item": "i1", "rating": 3}\n' >rows.jsonl
refuse 3 'rows.jsonl:1: is not .*for lines of interactions, --history-format table' \
    "$REGATTA" recommend model --history rows.jsonl -k 2
finish
