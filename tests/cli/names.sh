# Titles beside ids (--names), and exclusions of single users (--exclude-pairs).
. "$(dirname "$0")/lib.sh"
small_model || { fail 'no small model'; finish; }
tab=$(printf '\t')

awk 'BEGIN { for (i = 0; i < 50; i++) print "i" i "\tThe \"item\", no. " i; print "zz\tof another shop"; print "i3\tagain" }' >names.tsv
expect 0 "$REGATTA" recommend model -k 60 --user u1
cp out plain
expect 0 "$REGATTA" recommend model -k 60 --user u1 --names names.tsv
check 'counts them' grep -q 'names.tsv: titles of 50 of 60 items; 1 other id, 1 repeated' err
cut -f 1,2,4,5 out >without
same plain without
check 'each has its title' awk -F '\t' '$2 ~ /^i[0-4]?[0-9]$/ { if ($3 != "The \"item\", no. " substr($2, 2)) exit 1; n++ } $2 ~ /^i5[0-9]/ && $3 != "" { exit 1 } END { exit n < 30 }' out
expect 0 "$REGATTA" recommend model -k 60 --user u1 --names names.tsv -q
check 'silent' [ ! -s err ]

# Every format and command of records.
titled() { # COLUMNS COMMAND...: the CSV header, and a title where there is one
    columns=$1
    shift
    expect 0 "$REGATTA" "$@" --names names.tsv -q -f csv
    check "columns $(head -1 out): $*" [ "$(head -1 out)" = "$columns" ]
    check "quoted: $*" grep -q ',"The ""item"", no. ' out
    expect 0 "$REGATTA" "$@" --names names.tsv -q -f jsonl
    check "JSON: $*" grep -q '"title":"The \\"item\\", no. ' out
}
titled user,item,title,rank,score recommend model -k 20
titled user,item,title,rank,score,because1,because1_title,contribution1 recommend model -k 20 --explain 1
titled user,item,title,rank,score,graph,vectors candidates model -n 20
titled item,title,rank,score similar model --item i7 -k 50
printf 'i7\ni8\n' >items
titled query,item,title,rank,score similar model --items items
cut -f 1,2 data.tsv | sed 1d | head -20 >pairs
titled user,item,title,score,probability score model pairs
expect 0 "$REGATTA" explain model --user u1 --item i7 --names names.tsv -q
check 'the summary' grep -q "^because of item${tab}i[0-9]*${tab}The \"item\", no. " out
check 'and its score' grep -q "^score${tab}i7${tab}The \"item\", no. 7$tab" out
expect 0 "$REGATTA" explain model --user u1 --item i7 --names names.tsv -q --exact
check 'as many fields everywhere' [ "$(awk -F '\t' '{ print NF }' out | sort -u | wc -l)" -eq 1 ]
check 'the exact table' grep -q "^item${tab}i[0-9]*${tab}The \"item\", no. " out
expect 0 "$REGATTA" recommend model --user u1 --explain 1 --names names.tsv -f jsonl -q
check 'in lists' grep -Eq '"because":\[\["i[0-9]+",-?[0-9.e-]+,("The|null)' out

# Forms of the file.
check_title() { # TITLE FILE: of i2
    expect 0 "$REGATTA" recommend model --user u1 -k 60 --keep-seen --names "$2"
    check "$2: $(grep "${tab}i2$tab" out | cut -f 3) for $1" [ "$(grep "${tab}i2$tab" out | cut -f 3)" = "$1" ]
}
printf 'genres,movieId,title\nx,i1,"Toy, Story"\ny,i2,"A ""b"", c"\n' >movies.csv
check_title 'A "b", c' movies.csv
printf 'i1|One (1995)|01-Jan-1995||\r\ni2|Two|x||\r\n' >u.item
check_title Two u.item
printf 'i1;x\ni2;Caf\351 \001!\n' >latin.csv
check_title "$(printf 'Caf\303\251  !')" latin.csv
check 'says so' grep -q 'latin.csv: 1 title read as Latin-1' err
printf 'name\tid\nTwo\ti2\n' >turned.tsv
check_title Two turned.tsv
expect 0 sh -c "'$REGATTA' recommend model --user u1 --names - <names.tsv"

printf 'i1,x\ni2,"a\nb, ""c"""\n' >lines.csv
check_title 'a b, "c"' lines.csv
printf '\357\273\277i1,x\r\ni2,Two\r\n' >mark.csv
check_title Two mark.csv
printf 'item_id:token\tmovie_title:token_seq\tyear:float\ni2\tTwo of it\t1995\n' >atomic.item
check_title 'Two of it' atomic.item
printf '{"asin":"i1","title":"x"}\n\n{"title":"T \\u00e9 \\"2\\"","price":3,"asin":"i2"}\n{"asin":"i3"}\n{"asin":"i4","title":null}\n' >meta.jsonl
check_title 'T é "2"' meta.jsonl
check 'counts objects with a title' grep -q 'meta.jsonl: titles of 2 of 60 items' err
gzip -k meta.jsonl
check_title 'T é "2"' meta.jsonl.gz
gzip -k movies.csv
check_title 'A "b", c' movies.csv.gz
if command -v zstd >/dev/null && zstd -q movies.csv 2>/dev/null; then check_title 'A "b", c' movies.csv.zst; fi
iconv -f UTF-8 -t UTF-16 movies.csv >wide.csv
check_title 'A "b", c' wide.csv

# Headers: the column of titles by its name, else the only one beside the ids, and it is said.
printf 'item,mood\ni1,x\ni2,shoes\n' >items.csv
check_title shoes items.csv
check 'the column' grep -q "items.csv: titles of 2 of 60 items, column 'mood'; 0 other ids" err
printf 'StockCode,Qty,Description\ni1,6,x\ni2,8,Two\n' >stock.csv
check_title Two stock.csv
check 'the column of descriptions' grep -q "stock.csv: titles of 2 of 60 items, column 'Description'; 0 other ids" err
printf 'movieId,description,title\ni1,x,y\ni2,z,Two\n' >both.csv
check_title Two both.csv
printf 'ISBN,Year,Book-Title\ni1,1990,x\ni2,1991,Two\n' >books.csv
check_title Two books.csv
printf 'userId,movieId,rating,timestamp\n12,i1,4.5,88\n7,i2,3.0,99\n' >ratings.csv
refuse 3 'ratings.csv:1: the header names ids of items and no titles: name' "$REGATTA" recommend model --names ratings.csv
for header in userId,movieId item,rating item,mood,color StockCode,Qty,x; do
    printf '%s\ni1,i2,3\n' "$header" >ratings.csv
    refuse 3 'ratings.csv:1: the header names ids' "$REGATTA" recommend model --names ratings.csv
done

# `::` of MovieLens, beside other separators; a JSON array.
printf 'i1::Toy, Story; (1995)::Comedy|Drama\ni2::Two: it::x\n' >movies.dat
check_title 'Two: it' movies.dat
expect 0 "$REGATTA" recommend model --user u1 -k 60 --keep-seen --names movies.dat
check 'a title with separators' grep -q "${tab}Toy, Story; (1995)$tab" out
printf 'MovieID::Title::Genres\ni2::Two::x\n' >movies.dat
check_title Two movies.dat
printf 'i1,x::y\ni2,Two::z\n' >comma.csv
check_title Two::z comma.csv
printf 'i1::x\ni2\n' >bad
refuse 3 'bad:2: no title: a line is an id, :: and a title' "$REGATTA" recommend model --names bad
printf '[{"asin":"i1","title":"x"},\n{"asin":"i2","title":"y"}]\n' >bad
refuse 3 "bad:1: is one JSON array: write its objects one a line .jq -c '\.\[\]'" "$REGATTA" recommend model --names bad
printf '[\n{"asin":"i1","title":"x"}\n]\n' >bad
refuse 3 'bad:1: is one JSON array' "$REGATTA" recommend model --names bad
for header in 'id;Titel' 'Artikel;Bezeichnung' 'Artikelnummer;Name' 'Farbe;Artikel;Titel'; do
    printf '%s\n' "$header" >heads.csv
    case $header in Farbe*) color='red;' ;; *) color= ;; esac
    printf '%si1;x\n%si2;Two\n' "$color" "$color" >>heads.csv
    check_title Two heads.csv
    check "no id of its own: $header" \
        grep -q "heads.csv: titles of 2 of 60 items, column '${header##*;}'; 0 other ids, 0 repeated" err
done
for title in Book Titel; do
    printf 'i2;%s\ni1;x\n' $title >heads.csv
    check_title $title heads.csv
done

# Bad ones.
head -c 40 meta.jsonl.gz >cut.jsonl.gz
refuse 3 'cut.jsonl.gz:.*truncated|cut.jsonl.gz: .*(ends|damaged|cut)' "$REGATTA" recommend model --names cut.jsonl.gz
printf '{"asin":"i1","title":"x"}\n{"asin":"i2",\n' >bad
refuse 3 'bad:2: is no JSON object' "$REGATTA" recommend model --names bad
printf '{"asin":"i1","title":"x"}\n[1]\n' >bad
refuse 3 'bad:2: is no JSON object' "$REGATTA" recommend model --names bad
printf '{"asin":"i1","title":"x"}\n{"title":"y"}\n' >bad
refuse 3 'bad:2: no id: an object has a key id' "$REGATTA" recommend model --names bad
printf '{"asin":"i1"}\n' >bad
refuse 3 'bad: no title in it' "$REGATTA" recommend model --names bad
printf 'i1\tx\ni2\ty\000z\n' >bad
refuse 3 'bad:2: ' "$REGATTA" recommend model --names bad
mkdir folder
refuse 3 'folder: is a directory' "$REGATTA" recommend model --names folder
printf 'i1\tx\ni2\n' >bad
refuse 3 'bad:2: no title: a line is an id, a tab and a title' "$REGATTA" recommend model --names bad
printf 'i1\n' >bad
refuse 3 'bad:1: no title' "$REGATTA" recommend model --names bad
printf 'i1,x\ni2,"a\nb\n' >bad
refuse 3 'bad:3: the quote of the title is not closed' "$REGATTA" recommend model --names bad
: >bad
refuse 3 'bad: no title in it' "$REGATTA" recommend model --names bad
printf 'q\tx\n' >bad
refuse 3 "bad: the model has none of its 1 item; the first is 'q'" "$REGATTA" recommend model --names bad
refuse 1 'absent: No such file' "$REGATTA" recommend model --names absent
refuse 2 '--names has no effect on users' "$REGATTA" similar model --user u1 --names names.tsv
refuse 2 '--names has no effect with --features' "$REGATTA" explain model --user u1 --item i1 --features 3 --names names.tsv
refuse 2 'would replace the input' "$REGATTA" recommend model --names names.tsv -o names.tsv

# Exclusions of single users.
first=$(sed -n 1p plain | cut -f 2)
third=$(sed -n 3p plain | cut -f 2)
printf 'u1\t%s\nu1\t%s\nu2\ti1\nu1\tnope\nghost\ti2\n' "$first" "$third" >gone.tsv
grep -vw -e "$first" -e "$third" plain | cut -f 1,2,4 | head -20 >wanted
expect 0 "$REGATTA" recommend model --user u1 -k 20 --exclude-pairs gone.tsv
check 'counts unknown items' grep -q "gone.tsv: left out 1 unknown item; the first is 'nope'" err
check 'and users' grep -q "gone.tsv: left out 1 unknown user; the first is 'ghost'" err
cut -f 1,2,4 out >had
same wanted had
expect 0 "$REGATTA" recommend model -k 20 -q
cp out all
expect 0 "$REGATTA" recommend model -k 20 --exclude-pairs gone.tsv -q --block 7
check 'silent' [ ! -s err ]
grep -v '^u[12]	' all >wanted
grep -v '^u[12]	' out >had
same wanted had
check 'nobody gets what is theirs' sh -c "! cut -f 1,2 out | grep -Fxf gone.tsv"
expect 0 "$REGATTA" candidates model -n 50 --exclude-pairs gone.tsv -q
check 'candidates too' sh -c "! cut -f 1,2 out | grep -Fxf gone.tsv"
check 'others get it' grep -q "$tab$first$tab" out
printf 'u1\n' >users
expect 0 "$REGATTA" recommend model -k 20 --users users --stream --exclude-pairs gone.tsv -q
cut -f 1,2,4 out | grep . >had
expect 0 "$REGATTA" recommend model --user u1 -k 20 --exclude-pairs gone.tsv -q
cut -f 1,2,4 out >wanted
same wanted had
printf 'user,item\nanna,i5\n' >gone.csv
printf 'anna i1 i2\nbob i1 i2\n' >histories
expect 0 "$REGATTA" recommend model --history histories -k 60 --exclude-pairs gone.csv -f csv -q
check 'the name of a history' [ "$(grep -c ',i5,' out) $(grep -c '^bob,i5,' out)" = '1 1' ]
refuse 3 "gone.tsv: unknown item 'nope'" "$REGATTA" recommend model --exclude-pairs gone.tsv --strict -q
: >empty
expect 0 "$REGATTA" recommend model -k 20 --exclude-pairs empty
same all out
check 'an empty list is one' grep -q 'empty: no pairs' err
printf 'user,item\n' >empty
expect 0 "$REGATTA" recommend model -k 20 --exclude-pairs empty
same all out
check 'with a header too' grep -q 'empty: no pairs' err
for row in u1,nope ghost,nope 1,9999; do
    printf '%s\n' $row >empty
    expect 0 "$REGATTA" recommend model -k 20 --exclude-pairs empty
    same all out
    check "one pair of an unknown item: $row" grep -q "empty: left out 1 unknown item; the first is '${row#*,}'" err
done
printf 'u1\t%s\n' "$first" >single
expect 0 "$REGATTA" recommend model --user u1 -k 20 --exclude-pairs single -q
check 'a single pair' sh -c "! grep -qw '$first' out"
printf 'only-one-column\n' >bad
refuse 3 'bad:1: ' "$REGATTA" recommend model --exclude-pairs bad
refuse 2 'would replace the input' "$REGATTA" recommend model --exclude-pairs gone.tsv -o gone.tsv
# A column between the id and the title is neither.
printf 'item_id,similar_item,title\ni1,i5,Alpha\ni2,i6,Beta\n' >between.csv
expect 0 "$REGATTA" recommend model --user u1 -k 60 --keep-seen --names between.csv
check 'titles of their items' awk -F '\t' '$2 == "i1" && $3 == "Alpha" { n++ } $2 == "i2" && $3 == "Beta" { n++ }
    $2 != "i1" && $2 != "i2" && $3 != "" { n = 9 } END { exit n != 2 }' out
finish
