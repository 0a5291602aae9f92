# regatta report: the page and its numbers, outputs whole or not at all, the examples of
# docs/report.md.
. "$(dirname "$0")/lib.sh"
here=$(cd "$OLDPWD" && cd "$(dirname "$0")" && pwd)
small_model || { fail 'no small model'; finish; }
cp split/train.tsv split/test.tsv .

expect 0 "$REGATTA" report model test.tsv -o page.html --report numbers.json -q
check 'nothing on standard output' [ ! -s out ]
check 'nothing on stderr' [ ! -s err ]
check 'a page' grep -q '^<!DOCTYPE html>' page.html
check 'it ends' grep -q '</html>$' page.html
check 'the title is the name of the model' grep -q '<title>model</title>' page.html
check 'no script' sh -c '! grep -qi "<script\|://" page.html'
expect 0 "$REGATTA" report model test.tsv --json -q --threads 3
same out numbers.json
expect 0 "$REGATTA" report model test.tsv -o again.html -q --threads 1
same page.html again.html
expect 0 "$REGATTA" report model -o - --title 'a < b' -q
check 'a page on standard output' grep -q '<title>a &lt; b</title>' out
check 'it says that there is no test part' grep -q 'No test part was given' out
printf 'i7\tSeven & co\ni8\tEight\n' >names
expect 0 "$REGATTA" report model -o named.html --item i7 --names names -q
check 'a title' grep -q '<h3>Items around Seven &amp; co</h3>' named.html
expect 0 "$REGATTA" report model --json --users u3,u10 --users u4 -q
check 'three users' [ "$(grep -c '"user": "u[0-9]*"' out)" -eq 3 ]

# The figures are those of evaluate.
expect 0 "$REGATTA" evaluate model test.tsv -k 5 --json -q
ndcg=$(sed -n 's/.*"ndcg@5": \(0\.[0-9]\{7\}\).*/\1/p' out | head -1)
expect 0 "$REGATTA" report model test.tsv --json -k 5 --sample 0 -q
check "ndcg@5 $ndcg" grep -q "\"ndcg@5\": $ndcg" out

expect 0 "$REGATTA" report model -o page.json
check 'the name of a page' grep -q '^page.json: a page of HTML (--report FILE writes its numbers), though the name says json$' err
expect 0 "$REGATTA" report model -o page2.html
check 'a good name' sh -c '! grep -q "a page of HTML" err'
refuse 2 'one of -o PAGE, --json and --report' "$REGATTA" report model
refuse 2 'no effect without TEST' "$REGATTA" report model -o p.html --skip-bad
refuse 2 'the output would replace the input' "$REGATTA" report model -o model
refuse 2 'named for two outputs' "$REGATTA" report model -o same --report same
refuse 2 'k' "$REGATTA" report model -o p.html -k 0
refuse 3 "nobody" "$REGATTA" report model -o p.html --users u3,nobody
refuse 3 "nothing" "$REGATTA" report model -o p.html --item nothing
refuse 3 'test.tsv:1: the header names ids of items and no titles' "$REGATTA" report model -o p.html --names test.tsv -q
printf 'nobody\ti1\n' >strangers
refuse 3 '^regatta: strangers: no test interaction can be ranked' "$REGATTA" report model strangers -o p.html -q
refuse 1 'missing' "$REGATTA" report missing -o p.html
refuse 1 'p.html' "$REGATTA" report model -o no/p.html
check 'no page' [ ! -e p.html ]
cp page.html kept.html
refuse 3 'no test interaction can be ranked' "$REGATTA" report model strangers -o page.html -q
same page.html kept.html

# Choices have titles for readers, also those of features.
seq 0 59 | awk '{ print "i" $1 "\tg" $1 % 3 }' >items
seq 0 89 | awk '{ print "u" $1 "\tg" $1 % 3 }' >users
expect 0 "$REGATTA" train -q split/train.tsv -o features --item-features items --user-features users --channels items,spectral,content,profile
expect 0 "$REGATTA" report features -o features.html -q
check 'choices of features' grep -q '<h3>Features of items beside' features.html
check 'and of users' grep -q '<h3>Features of users beside' features.html
check "titles, not $(grep -o '<h3>[a-z]*_[a-z_]*' features.html)" sh -c '! grep -q "<h3>[a-z]*_" features.html page.html'

# The examples of the document.
ln -s "$REGATTA" regatta
sed -n 's/^    \$ //p' "$here/../../docs/report.md" >examples
check 'examples' [ "$(wc -l <examples)" -ge 4 ]
while read -r line; do
    expect 0 sh -c "PATH=.:\$PATH; $line --quiet"
done <examples
check 'the pages of the examples' grep -q '</html>$' page.html users.html
finish
