# Scores of pairs, measures of labelled pairs, and calibrations: score, evaluate --pairs,
# calibrate.
. "$(dirname "$0")/lib.sh"
small_model || { fail 'no small model'; finish; }

# score: the scores of recommend, in the order of the input.
"$REGATTA" recommend model --user u1 --user u2 -k 5 >best 2>err
awk -F '\t' '{ print $1 "\t" $2 }' best | sort -r >asked
expect 0 "$REGATTA" score -q model asked -o scored.tsv
check 'in the order of the input' sh -c 'cut -f 1,2 scored.tsv | cmp - asked'
awk -F '\t' 'NR == FNR { s[$1 $2] = $4; next }
    s[$1 $2] != $3 || !($4 > 0 && $4 < 1) { exit 1 }' best scored.tsv
check 'scores of recommend, probabilities' [ $? -eq 0 ]
check 'probabilities rise with scores' sh -c \
    'sort -t "$(printf "\t")" -g -k 3,3 scored.tsv | cut -f 4 | sort -g -c'
for t in 1 2 3; do
    expect 0 "$REGATTA" score -q model asked -t $t -o again
    same scored.tsv again
done
tr '\t' ',' <asked >asked.csv
tr '\t' ' ' <asked | "$REGATTA" score -q model - -o again
same scored.tsv again
{ echo user_id,item_id; cat asked.csv; } >header.csv
expect 0 "$REGATTA" score -q model header.csv -o again
same scored.tsv again

# A header gives label and time their places; score does not take a label for a time.
awk -F '\t' '{ print $0 "\t" NR % 2 }' asked >with.tsv
{ printf 'user\titem\tlabel\n'; cat with.tsv; } >labelled.tsv
expect 0 "$REGATTA" score model labelled.tsv -o again
same scored.tsv again
check 'says so' grep -q "labelled.tsv:1: column 3, 'label', is not used" err
expect 0 "$REGATTA" evaluate -q model --pairs labelled.tsv
mv out measured
awk -F '\t' '{ print $1 "," $2 ",2030-01-01," $3 }' with.tsv >rows
{ echo user,item,timestamp,label; cat rows; } >late.csv
expect 0 "$REGATTA" evaluate -q model --pairs late.csv
check 'the same labels' sh -c 'head -n 3 out | cut -f 1,2 >a; head -n 3 measured | cut -f 1,2 | cmp - a'
refuse 3 "late.csv:1: column 3 is 'timestamp', not a label" \
    sh -c 'cut -d , -f 1-3 late.csv >late2.csv; cat late2.csv >late.csv; exec "$REGATTA" evaluate model --pairs late.csv'

# Names in other languages and orders; a column of another name has no place.
{ printf 'Artikel;Preis;Kunde\n'; awk -F '\t' '{ print $2 ";9.5;" $1 }' asked; } |
    tr ';' '\t' >kunde.tsv
expect 0 "$REGATTA" score model kunde.tsv -o again
same scored.tsv again
check 'says so' grep -q "kunde.tsv:1: column 2, 'Preis', is not used" err
awk -F '\t' -v OFS=, 'BEGIN { print "clicked", "\"Kunde\"", "date", "asin", "brand" }
    { print $3, $1, "2030-01-01", $2, "x" }' with.tsv >order.csv
expect 0 "$REGATTA" evaluate model --pairs order.csv
check 'the same labels' sh -c 'head -n 3 out | cut -f 1,2 | cmp - a'
check 'says so' grep -q "order.csv:1: column 5, 'brand', is not used" err
{ printf 'user\titem\tprice\n'; cat with.tsv; } >priced.tsv
refuse 3 "priced.tsv:1: column 3 is 'price', not a label" \
    "$REGATTA" evaluate model --pairs priced.tsv
expect 0 "$REGATTA" score -q model priced.tsv -o again
same scored.tsv again
# A name that says nothing is no time; it is the label if one is needed and it is alone.
awk '{ print $0 "\t12" }' asked >twelve
for name in propensity price variant bid; do
    { printf 'user\titem\t%s\n' $name; cat twelve; } >named.tsv
    expect 0 "$REGATTA" score model named.tsv -o again
    same scored.tsv again
    check 'says so' grep -q "named.tsv:1: column 3, '$name', is not used" err
done
{ printf 'user\titem\trating\tlabel\n'; awk -F '\t' -v OFS='\t' '{ print $1, $2, 1 - $3, $3 }' with.tsv; } >both.tsv
expect 0 "$REGATTA" evaluate model --pairs both.tsv
check 'the label is the one of this name' sh -c 'head -n 3 out | cut -f 1,2 | cmp - a'
check 'says so' grep -q "both.tsv:1: column 3, 'rating', is not used" err
{ printf 'sep=;\r\n\n#gekauft;Kunde;Artikel\n'; awk -F '\t' '{ print ($3 ? "True" : "false") ";" $1 ";" $2 }' with.tsv; } >bought.csv
expect 0 "$REGATTA" evaluate -q model --pairs bought.csv
check 'the same labels' sh -c 'head -n 3 out | cut -f 1,2 | cmp - a'
{ printf '# exported from user and item table\n# item, user\n'; cat asked; } >comment.tsv
expect 0 "$REGATTA" score model comment.tsv -o again
same scored.tsv again
awk -F '\t' '{ printf "{\"userId\": \"%s\", \"asin\": \"%s\", \"clicked\": %s}\n", $1, $2, $3 ? "true" : "false" }' \
    with.tsv >keys.jsonl
expect 0 "$REGATTA" evaluate -q model --pairs keys.jsonl
check 'the same labels' sh -c 'head -n 3 out | cut -f 1,2 | cmp - a'

{ printf 'user\titem\tjudged\n'; cat with.tsv; } >judged.tsv
expect 0 "$REGATTA" evaluate model --pairs judged.tsv
check 'says so' grep -q "judged.tsv:1: column 3, 'judged', is the label" err
check 'its only open column' sh -c 'head -n 3 out | cut -f 1,2 >b; head -n 3 measured | cut -f 1,2 | cmp - b'

# JSON lines: users, histories, several items, a time.
cat >lines.jsonl <<'END'
{"user": "u1", "items": ["i1", "i2"]}
{"history": ["i3", "i4"], "item": "i5", "user": "somebody"}
{"history": ["i3", "i4"], "times": [1600000000, 1600000500], "at": 1600000900, "item": "i5"}
{"history": [], "item": "i5"}
{"user": "u1", "item": "i2", "at": "2020-09-14"}
END
expect 0 "$REGATTA" score -q model lines.jsonl -o scored.jsonl
check 'six pairs' [ "$(grep -c probability scored.jsonl)" -eq 6 ]
check 'a name' grep -q '"user":"somebody"' scored.jsonl
"$REGATTA" recommend -q model --user u1 -k 60 --at 2020-09-14 --keep-seen >at 2>err
want=$(awk -F '\t' '$2 == "i2" { print $4 }' at)
check 'the score as of a time' sh -c "tail -n 1 scored.jsonl | grep -qF '\"score\":$want'"
for time in 2020-09-14 2020-09-14T02:00:00+02:00 14.09.2020 1600041600 1600041600000 1600041600.5; do
    printf 'u1\ti2\t%s\n' $time >timed
    expect 0 "$REGATTA" score -q model timed
    check 'a time in a table' grep -qF "	$want	" out
    "$REGATTA" recommend -q model --user u1 -k 60 --at $time --keep-seen >other 2>err
    same at other
done
printf '{"history": ["i3", "i4"], "times": ["2020-09-13T12:26:40Z", 1600000500000], "at": 1600000900, "item": "i5"}\n' >dates.jsonl
expect 0 "$REGATTA" score -q model dates.jsonl -o dated.jsonl
check 'the history with dates' sh -c 'sed -n 4p scored.jsonl | cmp - dated.jsonl'

# Unknown ids are left out and counted, or refused.
printf 'u1\ti2\nnobody\ti2\nu1\tnothing\n' >unknown
expect 0 "$REGATTA" score model unknown
check 'one is left' [ "$(wc -l <out)" -eq 1 ]
check 'counted' grep -q "left 2 of 3 pairs out.*the first is unknown:2: user 'nobody'" err
refuse 3 "unknown:2: unknown user 'nobody'" "$REGATTA" score model unknown --strict
echo '{"history": ["i3", "nothing"], "item": "i5"}' >unknown
expect 0 "$REGATTA" score model unknown
check 'counted in histories' grep -q 'left 1 unknown item out' err
refuse 3 "unknown:1: unknown item 'nothing'" "$REGATTA" score model unknown --strict

# Lines that are not pairs.
wrong() {
    printf '%s\n' 'u1	i2' "$1" >bad
    refuse 3 "bad:2: $2" "$REGATTA" score -q model bad
}
wrong 'u1' '1 field, not .user item .time..'
wrong 'u1	i2	3	4' '4 fields'
wrong '	i2' 'the user is missing'
wrong 'u1	' 'the item is missing'
wrong 'u1	i2	soon' "time 'soon' is neither seconds nor a date"
wrong '{"user": "u1"}' 'is not .*"item": id'
wrong '{"user": "u1", "item": "i2", "items": ["i2"]}' 'is not'
wrong '{"user": "u1", "item": "i2", "more": 1}' 'is not'
wrong '{"user": ["u1"], "item": "i2"}' 'user is neither'
wrong '{"user": "u1", "item": [["i2"]]}' 'item 1 is neither'
wrong '{"history": ["i1"], "at": 5, "item": "i2"}' 'at needs times'
wrong '{"history": ["i1"], "times": [1, 2], "item": "i2"}' 'times is not a list of 1'
wrong '{"user": "u1", "item": "i2", "at": "soon"}' 'at is neither'
wrong '{"user": "u1", "item"' 'the JSON ends in the middle'
: >empty
refuse 3 'empty: the file is empty' "$REGATTA" score model empty
refuse 3 'empty: the file is empty' "$REGATTA" calibrate model empty -o none
printf 'user\titem\tlabel\n' >heading
refuse 3 'heading: has no pair$' "$REGATTA" calibrate model heading -o none
refuse 1 'none: No such file' "$REGATTA" score model none
refuse 2 'usage' "$REGATTA" score model
refuse 2 '.' "$REGATTA" score model asked -o asked

# evaluate --pairs: test interactions against items that the user does not have.
awk -F '\t' 'NR == FNR { had[$1 "\t" $2]; next }
    FNR > 1 { print $1 "\t" $2 "\t1"
      for (i = 0; i < 60; i += 4) if (!($1 "\ti" i in had) && "i" i != $2)
          print $1 "\ti" i "\t0" }' split/train.tsv split/test.tsv >labelled
expect 0 "$REGATTA" evaluate model --pairs labelled
check 'better than chance' awk -F '\t' '$1 == "auc" || $1 == "gauc" { n += $2 > 0.6 } END { exit n != 2 }' out
check 'standard errors' awk -F '\t' '$1 == "auc" && $3 > 0 && $3 < 0.1 { n++ } END { exit n != 1 }' out
check 'a reliability table' grep -q '^predicted	observed	n$' out
expect 0 "$REGATTA" evaluate model --pairs labelled --json
grep -v '"seconds"' out >one
check 'json' grep -q '"n_users_of_gauc"' out
for t in 2 3; do
    expect 0 "$REGATTA" evaluate -q model --pairs labelled --json -t $t
    grep -v '"seconds"' out >more
    same one more
done
awk -F '\t' -v OFS='\t' '{ $3 = $3 ? 5 : 2 } 1' labelled >rated
refuse 3 "rated:1: label '5' is neither 0 nor 1" "$REGATTA" evaluate model --pairs rated
expect 0 "$REGATTA" evaluate -q model --pairs rated --positive 4 --json
grep -v '"seconds"' out >more
same one more
awk -F '\t' '{ printf "{\"user\": \"%s\", \"item\": \"%s\", \"label\": %s}\n", $1, $2, $3 }' \
    labelled >labelled.jsonl
expect 0 "$REGATTA" evaluate -q model --pairs labelled.jsonl --json
grep -v '"seconds"' out >more
same one more
printf 'u1\ti2\n' >bad
refuse 3 'bad:1: 2 fields, not .user item label' "$REGATTA" evaluate model --pairs bad
printf 'u1\ti2\tyes\n' >bad
refuse 3 "bad:1: label 'yes' is no number" "$REGATTA" evaluate model --pairs bad
echo '{"user": "u1", "items": ["i1", "i2"], "labels": [1]}' >bad
refuse 3 'bad:1: labels is not a list of 2' "$REGATTA" evaluate model --pairs bad
printf 'nobody\ti2\t1\n' >bad
refuse 3 'no pair that the model knows' "$REGATTA" evaluate -q model --pairs bad
refuse 2 'too many arguments' "$REGATTA" evaluate model split/test.tsv --pairs labelled
refuse 2 'k' "$REGATTA" evaluate model --pairs labelled -k 5

# calibrate: probabilities of these pairs; scores stay.
expect 0 "$REGATTA" calibrate -q model labelled -o own
check 'a form' grep -Eq '^form	(sigmoid|isotonic)$' out
expect 0 "$REGATTA" score -q own asked -o own.tsv
check 'the scores stay' sh -c 'cut -f 1-3 own.tsv >a; cut -f 1-3 scored.tsv | cmp - a'
expect 0 "$REGATTA" evaluate -q own --pairs labelled --json
loss() { sed -n 's/^ *"log_loss": \([0-9.e-]*\).*/\1/p' "$1" | head -n 1; }
check 'a lower log loss' awk -v a="$(loss out)" -v b="$(loss one)" 'BEGIN { exit !(a > 0 && a < b) }'
for t in 2 3; do
    expect 0 "$REGATTA" calibrate -q model labelled -o again -t $t
    same own again
done
expect 0 "$REGATTA" calibrate -q model labelled -o again --negative-weight 100
expect 0 "$REGATTA" evaluate -q again --pairs labelled
grep -v '	1$' labelled >negative
refuse 3 'negative: no pair has label 1' "$REGATTA" calibrate -q model negative -o none
check 'no file' [ ! -e none ]
expect 0 "$REGATTA" quantize -q own -o small --type i8
expect 0 "$REGATTA" score -q small asked
check 'a smaller file keeps it' awk -F '\t' '$4 == "" { exit 1 }' out

# A model without a calibration: scores, and a message.
"$REGATTA" train -q split/train.tsv -o plain --preset fast --valid 0
expect 0 "$REGATTA" score plain asked
check 'no probabilities' awk -F '\t' '$3 == "" || $4 != "" { exit 1 }' out
check 'says so' grep -q 'the model has no calibration' err
expect 0 "$REGATTA" evaluate plain --pairs labelled
check 'auc alone' sh -c 'grep -q "^gauc" out && ! grep -q log_loss out'
check 'says so too' grep -q 'no calibration in the model' err
expect 0 "$REGATTA" info plain --json
check 'info: none' grep -q '"calibration": null' out
expect 0 "$REGATTA" info model
check 'info: a table' grep -q '^calibration.reliability	predicted=' out
finish
