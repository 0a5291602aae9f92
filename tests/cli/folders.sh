# A folder of part files is one file of interactions.
. "$(dirname "$0")/lib.sh"
planted 300 90 5 23 >data.tsv
quick='-q --preset fast'
expect 0 "$REGATTA" train $quick data.tsv -o one
mkdir parts
tail -n +2 data.tsv >rows
split -n l/4 rows piece.
for piece in piece.*; do (head -1 data.tsv; cat "$piece") >"parts/${piece#piece.}.tsv"; done
touch parts/_SUCCESS parts/.hidden
expect 0 "$REGATTA" train $quick parts -o model
same one model
gzip parts/ab.tsv
zstd -q --rm parts/ac.tsv 2>zstd.err || gzip parts/ac.tsv
tail -n +2 parts/ad.tsv >parts/ad && rm parts/ad.tsv
truncate -s -1 parts/aa.tsv
expect 0 "$REGATTA" train $quick parts/ -o model
same one model
expect 0 "$REGATTA" prepare -q parts -o prepared
expect 0 "$REGATTA" prepare -q data.tsv -o whole
same whole prepared
expect 0 "$REGATTA" convert -q parts converted.csv
expect 0 "$REGATTA" convert -q data.tsv whole.csv
same whole.csv converted.csv
expect 0 "$REGATTA" inspect parts

# Histories of a command are interactions too.
"$REGATTA" recommend model -q -k 3 --history parts >out || check 'histories of a folder' false
"$REGATTA" recommend model -q -k 3 --history data.tsv >all
same all out
refuse 3 'parts: is a folder: lines are read from one file' "$REGATTA" recommend model --history parts --history-format lines
refuse 3 'parts: is a folder: histories of items are read from one file' "$REGATTA" similar model --item-history parts
refuse 3 'parts: is a directory' "$REGATTA" recommend model --stream --history parts

# Lists and JSON lines.
mkdir lists json
printf 'a x y\nb y z w\n' >lists/1
printf 'c x\na z\n' >lists/2
cat lists/1 lists/2 >list
expect 0 "$REGATTA" prepare -q lists -o prepared
expect 0 "$REGATTA" prepare -q list -o whole
same whole prepared
printf '{"user":"a","item":"x"}\n{"user":"b","item":"y"}' >json/1
printf '{"user":"a","item":"y"}\n' >json/2
expect 0 "$REGATTA" prepare -q json -o prepared
printf 'user\titem\na\tx\nb\ty\na\ty\n' >list
expect 0 "$REGATTA" prepare -q list -o whole
same whole prepared

# Messages name the file and its line.
cp parts/ad kept
printf 'u1\n' >>parts/ad
lines=$(wc -l <parts/ad | tr -d ' ')
refuse 3 "parts/ad:$lines: 1 column where the first line has 4" "$REGATTA" train $quick parts -o model
cp kept parts/ad
# A later header of other columns loses the roles of the rows below, so that none can be skipped.
printf 'item\tuser\nx\tu\n' >parts/ae
refuse 3 'parts/ae:1: another header than that of the first file' "$REGATTA" inspect parts --skip-bad
# Skipped rows are counted by reason, with the first line and its file.
mkdir skipped
printf 'a\tx\nb\ty\n' >skipped/1
printf 'c\tx\na\t%070000d\nd\ty\n' 0 >skipped/2
expect 0 "$REGATTA" inspect skipped --skip-bad
check 'counts a long id' grep -q 'skipped 1 row: an id is too long, or is not text (first: line 2 of 2)' err
printf 'a\tx\n\ty\n' >skipped/1
expect 0 "$REGATTA" inspect skipped --skip-bad
check 'each reason in its file' grep -q 'the user is empty (first: line 2 of 1)' err
long=part-00000-0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0-0123456789-c000.tsv
mv skipped/1 "skipped/$long"
expect 0 "$REGATTA" inspect skipped --skip-bad
check 'a long name whole' grep -q "the user is empty (first: line 2 of $long)" err
mkdir nothing
: >nothing/1
: >nothing/2
refuse 3 'nothing: the files of the folder are empty' "$REGATTA" inspect nothing
rm parts/ae
mkdir parts/inside
refuse 3 'parts/inside: is not a file: a folder has part files alone' "$REGATTA" train $quick parts -o model
rmdir parts/inside
mkdir empty
refuse 3 'empty: is a folder without files' "$REGATTA" train $quick empty -o model
same one model
finish
