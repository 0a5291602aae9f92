# Kinds of events: --event-weights.
. "$(dirname "$0")/lib.sh"

cat >events.csv <<'END'
event_time,event_type,product_id,user_id
2020-01-01 10:00:00,view,p1,ann
2020-01-01 10:05:00,purchase,p1,ann
2020-01-02 09:00:00,view,p2,ann
2020-01-02 11:00:00,remove,p2,bob
2020-01-03 11:00:00,view,p1,bob
END
expect 0 "$REGATTA" convert events.csv out.tsv --event-weights view=1,purchase=5,remove=0
check 'the kinds are named' grep -q 'event = event_type' err
check 'counted' grep -q 'left out 1 row of events with the weight 0' err
check 'weights' [ "$(cut -f 1,2,3 out.tsv | sed 1d | tr '\t\n' ' ;')" = 'ann p1 1;ann p1 5;ann p2 1;bob p1 1;' ]
expect 0 "$REGATTA" prepare -q events.csv --event-weights 'purchase=2,*=0' -o out.tsv
check 'one kind' [ "$(sed 1d out.tsv | cut -f 1-3)" = 'ann	p1	2' ]
expect 0 "$REGATTA" inspect events.csv --event-weights '*=1'
expect 0 "$REGATTA" convert -q events.csv out.tsv
check 'not used without weights' [ "$(head -1 out.tsv)" = 'user	item	timestamp' ]

# By number, without a header.
sed 1d events.csv >bare.csv
expect 0 "$REGATTA" convert -q bare.csv out.tsv --user-column 4 --item-column 3 --event-column 2 \
    --time-column 1 --event-weights 'view=1,purchase=5,*=0'
check 'by number' [ "$(sed 1d out.tsv | wc -l)" -eq 4 ]

# Wrong.
refuse 3 "events.csv:5: the event 'remove' \(column 'event_type'\) has no weight" \
    "$REGATTA" convert -q events.csv none.tsv --event-weights view=1,purchase=5
expect 0 "$REGATTA" convert events.csv out.tsv --event-weights view=1,purchase=5 --skip-bad
check 'skipped' grep -q 'skipped 1 row: the event has no weight (first: line 5)' err
refuse 2 "event-weights: 'view' is not KIND=WEIGHT" \
    "$REGATTA" convert -q events.csv none --event-weights view
printf 'user,item\na,x\n' >plain.csv
refuse 3 'plain.csv:1: no column of events' \
    "$REGATTA" convert -q plain.csv none.tsv --event-weights view=1
printf 'a x y\nb x\n' >lists
refuse 2 'adjacency list has no columns' \
    "$REGATTA" convert -q lists none.tsv --event-weights view=1
refuse 2 'no effect without event weights' \
    "$REGATTA" convert -q events.csv none --event-column 2
check 'no output' [ ! -e none ]

# train uses the weights unless --weights says otherwise.
planted 60 30 3 5 >rows
awk 'NR == 1 { print "user\titem\ttime\tevent"; next }
    { print $1 "\t" $2 "\t" $4 "\t" (NR % 3 ? "view" : "buy") }' rows >data.tsv
expect 0 "$REGATTA" train data.tsv --preset fast --event-weights view=1,buy=5 -o raw
check 'used' grep -q 'weights: used (--weights raw)' err
expect 0 "$REGATTA" train -q data.tsv --preset fast --event-weights view=1,buy=5 --weights raw -o same
same raw same
expect 0 "$REGATTA" train -q data.tsv --preset fast -o plain
check 'the weights matter' sh -c '! cmp -s raw plain'
expect 0 "$REGATTA" train data.tsv --preset fast --event-weights view=1,buy=5 --weights binary -o other
check 'not used' grep -q 'weights: not used (--weights binary)' err
"$REGATTA" prepare -q data.tsv --event-weights view=1,buy=5 -o prepared.tsv
check 'prepare writes the weights' [ "$(awk 'NR > 1 { s += $3 } END { print s }' prepared.tsv)" = \
    "$(awk -F '\t' 'NR > 1 { s += $4 == "buy" ? 5 : 1 } END { print s }' data.tsv)" ]
expect 0 "$REGATTA" train -q prepared.tsv --preset fast --weights raw -o again
finish
