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
expect 0 "$REGATTA" prepare data.tsv --event-weights view=1,buy=5 -o prepared.tsv
check 'says how to train' grep -q 'train with --weights raw or log uses them' err
expect 0 "$REGATTA" inspect data.tsv
check 'a column of kinds that is not used' grep -q "all kinds of 'event' count alike: --event-weights weighs them" err
check 'prepare writes the weights' [ "$(awk 'NR > 1 { s += $3 } END { print s }' prepared.tsv)" = \
    "$(awk -F '\t' 'NR > 1 { s += $4 == "buy" ? 5 : 1 } END { print s }' data.tsv)" ]
expect 0 "$REGATTA" train -q prepared.tsv --preset fast --weights raw -o again

# What a training counted, later files count: updates, histories and test parts.
rules='--event-weights view=1,buy=5,hide=-1,bot=0'
awk -F '\t' 'NR > 1 && NR % 7 == 0 { $4 = "hide" } { print $1 "\t" $2 "\t" $3 "\t" $4 }' OFS='\t' data.tsv >kinds.tsv
expect 0 "$REGATTA" train -q kinds.tsv --preset fast $rules -o kinds
expect 0 "$REGATTA" info kinds --json
check 'the model has the rules' grep -q '"event_weights": "view=1,buy=5,hide=-1,bot=0"' out
{ printf 'user\titem\ttime\tevent\n'; seq 0 39 | sed 's/.*/u&\ti3\t1800000000\thide/'; printf 'u1\ti4\t1800000000\tbot\n'; } >hides.tsv
expect 0 "$REGATTA" update kinds hides.tsv -o hidden
check 'says so' grep -q 'counted as in the training: event weights view=1,buy=5,hide=-1,bot=0' err
check 'dislikes' grep -q '40 disliked pairs' err
expect 0 "$REGATTA" update -q kinds hides.tsv $rules -o given
same hidden given
expect 0 "$REGATTA" update kinds hides.tsv --event-weights '*=1' -o likes
check 'the options of the command come first' sh -c '! grep -q "as in the training" err'
check 'others' sh -c '! cmp -s hidden likes'
refuse 3 "hides2.tsv:2: the event 'seen' .* has no weight" \
    sh -c 'sed s/bot/seen/ hides.tsv | sed 2,41d >hides2.tsv; exec "$REGATTA" update kinds hides2.tsv -o none'
printf 'user,item,time\nu1,i3,1800000000\n' >nokind.csv
expect 0 "$REGATTA" update kinds nokind.csv -o likes
check 'a file without kinds' grep -q '1 new interaction of 1 user' err
{ printf 'user\titem\tevent\n'; printf 'u1\ti3\thide\nu1\ti5\tbuy\nu2\ti3\thide\n'; } >later.tsv
expect 0 "$REGATTA" evaluate kinds later.tsv
check 'of a test part, whose hides are no test items' grep -q 'counted as in the training' err
check 'one is left' grep -q '2 disliked pairs' err
expect 0 "$REGATTA" recommend kinds --history later.tsv
check 'of histories' grep -q 'counted as in the training' err
awk -F '\t' -v OFS='\t' '{ print $1, $2, (NR == 1 ? "rating" : 1 + NR % 5), $3 }' data.tsv >rated.tsv
printf 'user,item,rating,time\nu1,i3,1,1800000000\nu2,i3,5,1800000000\n' >low.csv
expect 0 "$REGATTA" train -q rated.tsv --preset fast --min-rating 4 -o liked
expect 0 "$REGATTA" update liked low.csv -o liked2
check 'ratings below' grep -q 'counted as in the training: a least rating of 4' err
check 'are dropped' grep -q 'dropped 1 interaction with a lower rating' err
expect 0 "$REGATTA" train -q rated.tsv --preset fast --dislike-below 3 -o liked
expect 0 "$REGATTA" update liked low.csv -o liked2
check 'or are dislikes' grep -q 'counted as in the training: dislikes below 3' err
check 'one' grep -q '1 disliked pair' err
expect 0 "$REGATTA" update -q liked nokind.csv -o liked2
printf 'u1 i3 i4\nu2 i5 i6\n' >lists2
expect 0 "$REGATTA" train -q rated.tsv --time-column 0 --preset fast --dislike-below 3 -o untimed
expect 0 "$REGATTA" update -q untimed lists2 -o liked2
finish
