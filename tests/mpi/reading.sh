# Ranks read a file by ranges of bytes and a folder file by file: the bytes of one process.
. "$(dirname "$0")/lib.sh"
planted 400 120 5 23 >data.tsv
tr '\t' ',' <data.tsv >data.csv
train='train -q --channels items,users'
expect 0 "$REGATTA" $train data.tsv -o one
mkdir parts
tail -n +2 data.tsv >rows
split -n l/5 rows piece.
for piece in piece.*; do (head -1 data.tsv; cat "$piece") | gzip >"parts/$piece"; done
# The same interactions with a quoted cell, which each rank reads whole.
awk -F , -v OFS=, 'NR == 7 { $2 = "\"" $2 "\"" } { print }' data.csv >quoted.csv
gzip -k data.tsv
for n in 1 2 3 4; do
    for data in data.tsv data.csv quoted.csv parts data.tsv.gz; do
        expect 0 ranks $n $train $data -o other
        same one other
    done
done
# What all ranks say about the data is what one process says.
expect 0 "$REGATTA" train data.tsv --channels items -o other
grep -A 2 '^data.tsv' err >said
expect 0 ranks 3 train data.tsv --channels items -o other
grep -A 2 '^data.tsv' err >heard
same said heard

# The line of an error is that of the file.
cp data.tsv bad.tsv
echo 'u1	i1	none	1600000000' >>bad.tsv
line=$(wc -l <bad.tsv | tr -d ' ')
expect 3 ranks 3 $train bad.tsv -o other
check 'the line' grep -q "regatta: rank 0: bad.tsv:$line: the weight 'none'" err
expect 0 ranks 3 $train bad.tsv --skip-bad -o other
same one other
finish
