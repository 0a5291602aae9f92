# regatta candidates: sources, filters, forms of the output, streams.
. "$(dirname "$0")/lib.sh"
small_model || { fail 'no small model'; finish; }

expect 0 "$REGATTA" train -q data.tsv -o model --dim 8 --steps 4 --valid 0
expect 0 "$REGATTA" recommend model -k 1
user=$(head -1 out | cut -f 1)
expect 0 "$REGATTA" candidates model -u "$user" -n 5 --source vectors
check 'six fields' [ "$(awk -F '\t' 'NF != 6' out | wc -l)" -eq 0 ]
check 'five rows' [ "$(wc -l <out)" -eq 5 ]
check 'the source says what the score is' [ "$(awk -F '\t' '$4 != $6 || $5 != ""' out | wc -l)" -eq 0 ]
cp out vectors
expect 0 "$REGATTA" candidates model -u "$user" -n 5 --source vectors --exact
check 'the same items' sh -c 'cut -f 2 out >a; cut -f 2 vectors | cmp - a'
expect 0 "$REGATTA" candidates model -u "$user" -n 5 --source graph
check 'of the graph' [ "$(awk -F '\t' '$4 != $5 || $6 != ""' out | wc -l)" -eq 0 ]
expect 0 "$REGATTA" candidates model -u "$user" -n 5
cp out both
expect 0 "$REGATTA" candidates model -u "$user" -n 5 --source both
same both out
expect 0 "$REGATTA" candidates model -u "$user" -n 5 -f csv
check 'a header' [ "$(head -1 out)" = 'user,item,rank,score,graph,vectors' ]
expect 0 "$REGATTA" candidates model -u "$user" -n 5 -f jsonl
check 'one object' [ "$(grep -o '"item":' out | wc -l)" -eq 5 ]
check 'no null' sh -c '! grep -q null out'

# All users in order, in blocks of any size; more than there is; filters before the cut.
expect 0 "$REGATTA" candidates model -n 7 -o all
expect 0 "$REGATTA" candidates model -n 7 --block 5 -t 2
same all out
expect 0 "$REGATTA" candidates model -u "$user" -n 1000000 --source vectors
cut -f 2 out >items
check 'what there is' [ "$(wc -l <items)" -gt 5 ]
tail -3 items >last
expect 0 "$REGATTA" candidates model -u "$user" -n 3 --source vectors --only-items last
check 'the last three alone' sh -c 'cut -f 2 out | cmp - last'
expect 0 "$REGATTA" candidates model -u "$user" -n 3 --only-items last --exclude-items last
check 'nothing is left' [ ! -s out ]

# Histories and streams as of recommend.
printf 'anna i1 i4\n{broken\nnobody\n' >histories
expect 3 sh -c "'$REGATTA' candidates model -n 2 --history - --stream -f jsonl <histories"
check 'three answers' [ "$(wc -l <out)" -eq 3 ]
check 'an error among them' [ "$(sed -n 2p out | cut -c 1-10)" = '{"line":2,' ]
refuse 3 'unknown item' "$REGATTA" candidates model --history histories --exclude-items histories --strict
refuse 2 'n' "$REGATTA" candidates model -n 0

# A model without vectors has the graph, and says so.
expect 0 "$REGATTA" train -q data.tsv -o fast --preset fast
expect 0 "$REGATTA" candidates fast -n 3
check 'of the graph alone' [ "$(awk -F '\t' '$6 != ""' out | wc -l)" -eq 0 ]
refuse 3 'fast: this model has no vectors' "$REGATTA" candidates fast -n 3 --source vectors
refuse 3 'no vectors' "$REGATTA" candidates fast -n 3 --exact
refuse 2 'needs a history' "$REGATTA" candidates fast -n 3 --skip-unknown

# Nothing is asked for in vain.
refuse 2 'no index' "$REGATTA" candidates model --effort 40
refuse 2 'source graph' "$REGATTA" candidates model --source graph --exact
expect 0 "$REGATTA" index --force model -o indexed
expect 0 "$REGATTA" candidates indexed -n 3 --effort 40
refuse 2 'exclude each other' "$REGATTA" candidates indexed --effort 40 --exact
refuse 2 'source graph' "$REGATTA" candidates indexed --effort 40 --source graph

# Communities first: at share 1 the whole walk, below it fewer entries, which it counts.
refuse 2 'find them with regatta index --communities' "$REGATTA" candidates fast --communities 0.5
expect 0 "$REGATTA" index --communities fast -o grouped
expect 0 "$REGATTA" candidates fast -n 7
cp out all
expect 0 "$REGATTA" candidates grouped -n 7 --communities 1
same all out
expect 0 "$REGATTA" candidates grouped -n 7 --communities 0.5 -t 1 -f jsonl
check 'it counts what it reads' [ "$(grep -c '"walk":{"entries":[0-9]*,"communities":[0-9]*,"whole":[0-9]*}}$' out)" -eq "$(wc -l <out)" ]
cp out half
expect 0 "$REGATTA" candidates grouped -n 7 --communities 0.5 -t 3 --block 5 -f jsonl
same half out
check 'half of the entries' sh -c "sed 's/.*entries\":\([0-9]*\).*whole\":\([0-9]*\).*/\1 \2/' out | awk '\$1 != int((\$2 + 1) / 2) {bad = 1} END {exit bad}'"
refuse 2 'communities' "$REGATTA" candidates grouped --communities 1.5
expect 0 "$REGATTA" index --communities model -o both
refuse 2 'source vectors has no walk' "$REGATTA" candidates both --communities 0.5 --source vectors

# The name of the output says its format, of all commands that print records.
for command in "recommend model -u $user" "candidates model -n 3 -u $user" "similar model --user $user" \
    "explain model --user $user --item i1"; do
    for format in tsv csv jsonl; do
        expect 0 "$REGATTA" $command -f $format
        cp out asked
        expect 0 "$REGATTA" $command -o named.$format
        same asked named.$format
    done
    expect 0 "$REGATTA" $command -o named.json
    same asked named.json
    refuse 2 'new.csv: the name says csv and --format says jsonl' "$REGATTA" $command -f jsonl -o new.csv
    refuse 2 'new.tsv.gz: this output is not compressed' "$REGATTA" $command -o new.tsv.gz
    refuse 2 "new.parquet: no format of this output has the extension '.parquet'" "$REGATTA" $command -o new.parquet
    refuse 2 'new.db: no format .* --to writes a database' "$REGATTA" $command -o new.db
    expect 0 "$REGATTA" $command -o named.v2
done
check 'nothing was made' sh -c '! ls new.* 2>/dev/null'
finish
