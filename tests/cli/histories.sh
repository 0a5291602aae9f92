# The forms of a history, tables of interactions, what is refused, what is said.
. "$(dirname "$0")/lib.sh"
small_model || { fail 'no small model'; finish; }

printf 'new i1 i4 i8\n' >text
expect 0 "$REGATTA" recommend model --history text -k 3
cp out wanted
check 'no words' [ ! -s err ]
sed 's/^new//' wanted >nameless

# form TEXT [WANTED]: the same history in another form, from a file and in a stream.
form() {
    printf '%b' "$1" >form
    expect 0 "$REGATTA" recommend model --history form -k 3
    same "${2:-wanted}" out
    expect 0 sh -c "'$REGATTA' recommend model --history - --stream -k 3 <form | grep ."
    same "${2:-wanted}" out
}
form 'new\ti1\ti4\ti8\n'
form 'new,i1,i4,i8\n'
form 'new, i1, i4, i8\n'
form '"new","i1","i4","i8"\r\n'
form 'new;i1;i4;i8'
form 'new|i1|i4|i8\n'
form 'new\ti1 i4 i8\n'
form 'new i1,i4,i8\n'
form 'new:i1,i4,i8\n'
form 'new: i1 i4 i8\n'
form 'new i1, i4, i8\n'
form ' new  i1 i4  i8 \n'
form '  {"user": "new", "items": ["i1", "i4", "i8"]}\n'
form '["new", ["i1", "i4", "i8"]]\n'
form '["i1", "i4", "i8"]\n' nameless
form '{"items": ["i1", "i4", "i8"]}\n' nameless
form '{"user": "new", "items": ["i8", "i1", "i4", "i1"], "times": [30, -5, 30, 0]}\n'
form '{"user": "new", "items": ["i1", "i4", "i8"], "times": null}\n'
form '{"items": ["i1", "i4", "i8"], "times": [3, 2, 1]}\n' nameless
printf 'new,i1,i4,i8\nb,i1\n' >form
expect 0 "$REGATTA" recommend model --history form
check 'the separator is said once' [ "$(cat err)" = "form:1: read as separated by ','" ]

# A name may look like JSON.
printf '[x] i1 i4 i8\n' >form
expect 0 "$REGATTA" recommend model --history form -k 3
check 'its name' [ "$(cut -f 1 out | uniq)" = '[x]' ]

# no_form REGEX TEXT: refused, with the line; in a stream one answer, and it goes on.
no_form() {
    printf "%b" "$2" >form
    refuse 3 "^regatta: form:1: $1" "$REGATTA" recommend model --history form
    printf 'new i1 i4 i8\n' >>form
    expect 3 "$REGATTA" recommend model --history form --stream -k 3
    check "two answers: $2" [ "$(grep -c '^$' out)" -eq 2 ]
    sed 1d out | grep . >answer
    same wanted answer
    expect 3 "$REGATTA" recommend model --history form --stream -k 3 -f jsonl
    check "two answers in JSON: $2" [ "$(wc -l <out)" -eq 2 ]
    check "the first is an error: $2" sh -c "head -1 out | grep -q '^{\"line\":1,\"error\":\"form:1: '"
}
no_form 'is not' '{"user": "new", "item": "i1"}\n'
no_form 'is not' '{"user": "new", "items": "i1"}\n'
no_form 'is not' '{"user": ["new"], "items": ["i1"]}\n'
no_form 'is not' '{"name": "new", "items": ["i1"]}\n'
no_form 'is not' '{"name": "new", "items": ["i1"], "times": [1]}\n'
no_form 'times is not a list of 2 numbers' '{"items": ["i1", "i4"], "times": [1]}\n'
no_form 'times is not a list of 1 numbers' '{"items": ["i1"], "times": 7}\n'
no_form 'time 2 is neither a number' '{"items": ["i1", "i4"], "times": [1, true]}\n'
no_form 'item 1 is neither' '[{"user": "new", "items": ["i1"]}]\n'
no_form 'item 2 is neither' '["i1", 2.5]\n'
no_form '' "{'user': 'new', 'items': ['i1']}\n"
no_form '' "['i1', 'i4']\n"
no_form '' '["i1", "i4"\n'
no_form 'duplicate' '{"items": ["i1"], "items": ["i4"]}\n'
no_form ".i1. is an item of the model, not a name" 'i1\n'
no_form ".i1. is an item of the model, not a name" 'new=i1\n'
no_form ".i1. is an item of the model, not a name" 'new::i1::5::978300760\n'
no_form "blanks and ',' both" 'new,i1 i4\n'
no_form 'the name is missing' '\ti1\ti4\n'
no_form 'the name is missing' ',i1,i4\n'
no_form "the name 'a.x01b' holds a control" 'a\001b i1\n'
no_form "the name 'a.x0a.x0ab.x09fake.x091.x099' holds a control" \
    '{"user": "a\\n\\nb\\tfake\\t1\\t9", "items": []}\n'
printf 'new,absent,i99x\n' >form
refuse 3 "form:1: unknown item 'absent'; --skip-unknown leaves it out" "$REGATTA" recommend model --history form
for control in '\u0000' '\u0001' '\t' '\r' '\u007f'; do
    printf '{"user": "a%sb", "items": ["i1"]}\n' "$control" >form
    for asked in 'recommend model' 'candidates model' 'similar model' 'embed model -f tsv -o vectors'; do
        expect 3 "$REGATTA" $asked --history form
        check "nothing is answered: $asked" [ ! -s out -a ! -e vectors ]
        check 'one line' [ "$(wc -l <err)" -eq 1 ]
    done
done
awk 'BEGIN { for (i = 0; i < 65536; i++) printf "x"; print " i1" }' >form
refuse 3 "form:1: the name 'x*' has more than 65535 bytes" "$REGATTA" recommend model --history form
check 'a short message' [ "$(wc -c <err)" -lt 400 ]
printf '{"item": "a\\nb", "users": ["u1"]}\n' >form
refuse 3 'control' "$REGATTA" embed model -f tsv --item-history form -o vectors
printf '{"user": "a", "items": ["x\\ny"]}\n' >form
refuse 3 "form:1: unknown item 'x.x0ay'" "$REGATTA" recommend model --history form

# ---- said, not refused ----
printf 'i1 i4 i8\ni7 i2\n' >form
expect 0 "$REGATTA" recommend model --history form
check 'a name that is an item' grep -q "^form:1: the name 'i1' contains an id of the model's items" err
check 'and how many' grep -q '2 names contain ids' err
expect 0 "$REGATTA" recommend model --history form -q
check 'quiet' [ ! -s err ]
printf 'new:i1 i4 i8\n' >form
expect 0 "$REGATTA" recommend model --history form
check 'a name that ends in an item' grep -q "^form:1: the name 'new:i1' contains an id" err
printf 'a absent,other\nb i1\nc gone\n' >form
expect 0 "$REGATTA" recommend model --history form --skip-unknown -k 2
check 'answered all the same' [ "$(cut -f 1 out | uniq | tr '\n' ' ')" = 'a b c ' ]
check 'said at once' grep -q '^form:1: the model knows none of its items: answered as an empty history' err
check 'and how many' grep -q 'answered 2 histories without a known item' err
printf '{"user": "a", "items": []}\n' >form
expect 0 "$REGATTA" recommend model --history form
check 'an empty history is meant' [ ! -s err ]
printf 'u1\nfresh\n' >form
expect 0 "$REGATTA" recommend model --history form -k 2
check 'names alone are answered' [ "$(cut -f 1 out | uniq | tr '\n' ' ')" = 'u1 fresh ' ]
check 'and it is said' grep -q \
    "^form:1: no item follows the name 'u1', which is in the model: answered as an empty history" err
check 'and how many' grep -q 'answered 2 lines with only a name' err
expect 0 "$REGATTA" recommend model --history form -q
check 'quiet' [ ! -s err ]
printf 'a i1 i4\nb i7\na i8 i2\na i9\n' >form
expect 0 "$REGATTA" recommend model --history form -k 1 --block 1
check 'each line has its answer' [ "$(wc -l <out)" -eq 4 ]
check 'a name that was there before' grep -q "^form:3: the name 'a' is repeated" err
check 'and how many' grep -q '2 names are repeated' err

# ---- tables ----
printf 'new i1 i4 i8\nother i7\n' >text
expect 0 "$REGATTA" recommend model --history text -k 3
cp out wanted
# table OPTIONS TEXT: the same as a table, from a file, standard input and a pipe.
table() {
    printf "%b" "$2" >table
    expect 0 "$REGATTA" recommend model -k 3 $1 --history table
    same wanted out
    check "it is said: $2" grep -q '^  read as a table, an interaction a row: histories of 2 users' err
    expect 0 sh -c "cat table | '$REGATTA' recommend model -k 3 $1 --history - --block 1"
    same wanted out
    expect 0 sh -c "'$REGATTA' recommend model -k 3 $1 --history - <table"
    same wanted out
    mkfifo named
    cat table >named &
    expect 0 "$REGATTA" recommend model -k 3 $1 --history named
    same wanted out
    rm named
}
table '' 'user,item\nnew,i1\nnew,i4\nnew,i8\nother,i7\n'
table '' 'user_id;item_id\r\nnew;i1\r\nother;i7\r\nnew;i4\r\nnew;i8\r\n'
table '' 'user\titem\trating\ttimestamp\nnew\ti1\t3\t1600000000\nnew\ti4\t3\t1600000000\nnew\ti8\t1\t1600000000\nother\ti7\t5\t1600000001\n'
table '' 'new i1\nnew i4\nnew i8\nother i7\n'
table '' 'new\ti1\nnew\ti4\nnew\ti8\nother\ti7\n'
table '' 'new,i1,5\nnew,i4,3\nnew,i8,4\nother,i7,4\n'
table '' 'new::i1::5::978300760\nnew::i4::5::978300760\nnew::i8::5::978300760\nother::i7::5::978300760\n'
table '--history-format table' 'new,i1\nnew,i4\nnew,i8\nother,i7\n'
gzip -c table >table.gz
expect 0 "$REGATTA" recommend model -k 3 --history table.gz
same wanted out
printf 'user,item\nnew,i1\nnew,absent\n' >table
refuse 3 "table: user 'new': unknown item 'absent'" "$REGATTA" recommend model -q --history table --strict
expect 0 "$REGATTA" recommend model --history table
check 'counted' grep -q 'left out 1 unknown item$' err
expect 0 "$REGATTA" explain model --item i7 --history table -q
expect 0 "$REGATTA" similar model --history table -q
check 'similar too' [ "$(cut -f 1 out | uniq)" = new ]
expect 0 "$REGATTA" embed model --history table -q -f tsv -o vectors
check 'embed too' [ "$(cut -f 1 vectors)" = new ]

# What is no table: rows of one length without names that repeat; or with known items behind.
printf 'a i1\nb i4\n' >form
expect 0 "$REGATTA" recommend model --history form
check 'two lines' [ ! -s err ]
printf 'a i1 i4\na i7 i8\n' >form
expect 0 "$REGATTA" recommend model --history form -k 1
check 'two histories' [ "$(wc -l <out)" -eq 2 ]
check 'of one name' grep -q "^form:2: the name 'a' is repeated" err
printf 'a,i1,i4\na,i7,i8\n' >form
refuse 3 'form: names repeat .* pass --history-format lines' "$REGATTA" recommend model --history form
expect 0 "$REGATTA" recommend model --history form -k 1 --history-format lines
check 'two histories of commas' [ "$(wc -l <out)" -eq 2 ]
printf 'user_1 absent\nuser_2 i1\n' >form
refuse 3 'form:1: unknown item' "$REGATTA" recommend model --history form
printf 'a i1\na i4\n' >form
expect 0 "$REGATTA" recommend model --history form --history-format lines -k 1
check 'lines as asked for' [ "$(wc -l <out)" -eq 2 ]

# Numbers are users, items and weights at once: pairs are not taken for lists of items.
awk -F '\t' 'NR > 1 { print substr($1, 2) "\t" substr($2, 2) }' split/train.tsv >numbers.tsv
expect 0 "$REGATTA" train -q numbers.tsv -o numbers --preset fast
for pairs in '7000 20:5 21:3' '7000 20,5 21,3' '7000|20:5|21:3'; do
    echo "$pairs" >form
    refuse 3 'form:1: unknown item' "$REGATTA" recommend numbers --history form
done
printf '7000\t20\t5\t881250949\n7000\t21\t3\t881250950\n7001\t22\t4\t881250951\n' >form
expect 0 "$REGATTA" recommend numbers --history form -k 1
check 'a column of times: a table' [ "$(wc -l <out)" -eq 2 ]
printf '7000,20,5\n7000,21,3\n7001,22,4\n' >form
refuse 3 'form: names repeat' "$REGATTA" recommend numbers --history form
expect 0 "$REGATTA" recommend numbers --history form --history-format table -k 1
check 'two users' [ "$(wc -l <out)" -eq 2 ]
refuse 2 'exclude each other' "$REGATTA" recommend model --history form --strict --skip-unknown
printf 'user,item\nnew,i1\nother,absent\nother,gone\n' >form
expect 0 "$REGATTA" recommend model --history form -k 1
check 'both are answered' [ "$(cut -f 1 out | tr '\n' ' ')" = 'new other ' ]
check 'which has no known item' grep -q "^form: user 'other': the model knows none of its items" err
refuse 2 'needs a history' "$REGATTA" recommend model --history-format lines
refuse 2 'not a table' "$REGATTA" recommend model --history form --stream --history-format table

# Histories of items: with a header by its columns, else the item is first.
printf 'fresh u1 u2 u5\n' >text
expect 0 "$REGATTA" similar model --item-history text -k 4
cp out wanted
for rows in 'user,item\nu1,fresh\nu2,fresh\nu5,fresh\n' 'fresh u1\nfresh u2\nfresh u5\n' \
    'item\tuser\nfresh\tu1\nfresh\tu2\nfresh\tu5\n'; do
    printf "%b" "$rows" >table
    expect 0 "$REGATTA" similar model --item-history table -k 4
    same wanted out
done

printf 'a i1 absent\nb i1\n' >form
expect 3 "$REGATTA" recommend model --history form --stream --strict -k 1
check 'the first is refused' [ "$(cut -f 1 out | tr '\n' ' ')" = ' b  ' ]

# Times: of all histories with ids or of none; each line of a stream is alone.
printf '%s\n' '{"items": ["i1"], "times": [1]}' 'empty' '{"items": ["i4"]}' >mixed
refuse 3 '^regatta: mixed:3: it has no times, and the histories before have them' \
    "$REGATTA" recommend model --history mixed -q
expect 0 "$REGATTA" recommend model --history mixed --stream -k 1 -q
check 'three answers' [ "$(grep -c '^$' out)" -eq 3 ]
printf '%s\n' 'new i1' '{"items": ["i4"], "times": [1]}' >mixed
refuse 3 'mixed:2: it has times, and the histories before have none' \
    "$REGATTA" recommend model --history mixed -q

# A table keeps the order of its rows, times and repeats; no channel reads them yet.
printf 'user,item,time\nnew,i8,1600000009\nnew,i1,1600000002\nnew,i4,1600000009\nnew,i1,-7\n' >table
printf 'new i1 i4 i8\n' >text
expect 0 "$REGATTA" recommend model --history text -k 3
cp out wanted
expect 0 "$REGATTA" recommend model --history table -k 3 -q
same wanted out

# What info and inspect say of order, times and repeats.
printf 'user,item,time\na,x,1600000009\na,y,1600000002\na,x,1600000000\nb,y,-86400\nb,x,-86399\n' >ordered
expect 0 "$REGATTA" inspect ordered -q
for line in 'interactions	4' 'repeats	1' 'order	time' 'times	-86400 to 1600000009 (seconds)'; do
    check "inspect: $line" grep -qx "$line" out
done
expect 0 "$REGATTA" inspect ordered -q --json
check 'and as JSON' sh -c 'tr -d " \n" <out | grep -q "\"repeats\":1,\"order\":\"time\""'
expect 0 "$REGATTA" train ordered -o ordered.model --channels spectral -q
expect 0 "$REGATTA" info ordered.model
for line in 'interactions	4' 'repeats	1' 'order	time' 'times	yes' 'time_range	-86400, 1600000009'; do
    check "info: $line" grep -qx "$line" out
done
printf 'a x\na y\nb y\nb x\n' >rows
expect 0 "$REGATTA" train rows -o rows.model --channels spectral -q
expect 0 "$REGATTA" info rows.model --json
check 'rows in order, no times' sh -c \
    'tr -d " \n" <out | grep -q "\"repeats\":0,\"order\":\"rows\",\"times\":false,\"time_range\":null"'

# Each line of a stream stands alone: a header is no history.
printf 'user,item\nnew,i1\n' >table
expect 0 "$REGATTA" recommend model --history table --stream -k 1
check 'two answers' [ "$(grep -c '^$' out)" -eq 2 ]
check 'and a word on the first' grep -q '^table:1: the model knows none of its items' err

# Whatever the lines of a stream hold, each that is not blank has one answer.
awk 'BEGIN {
    n = split("i1 i4 u9 , ; | : [ ] { } \" \047 = / \\ # 0 n \001 \303 \377 {\"items\":[ ]}", part, " ")
    part[++n] = " "
    part[++n] = "\t"
    seed = 5
    for (line = 0; line < 3000; line++) {
        text = "x"
        for (k = line % 12; k >= 0; k--) {
            seed = (seed * 16807) % 2147483647
            text = (k == line % 12 ? "" : text) part[1 + seed % n]
        }
        print text
    }
}' >stream
lines=$(grep -vc '^[ 	]*$' stream)
expect 3 "$REGATTA" recommend model --history stream --stream -k 1 -q
check "$lines lines, $lines answers" [ "$(grep -c '^$' out)" -eq "$lines" ]
expect 3 "$REGATTA" recommend model --history stream --stream -k 1 -q -f jsonl
check "$lines lines of JSON" [ "$(grep -Ec '^[{]"(user":.*"items":.*|line":.*"error":.*)[}]$' out)" -eq "$lines" ]
finish
