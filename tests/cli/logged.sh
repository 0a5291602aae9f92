# evaluate --logged: estimates from the records of another policy.
. "$(dirname "$0")/lib.sh"
small_model || { fail 'no small model'; finish; }
"$REGATTA" recommend model -k 3 -q >lists 2>err
cut -f 2 data.tsv | sed 1d | sort -u >items
n_items=$(wc -l <items)

# Every item at three positions for each user, with the same probability: the estimates
# are the exact value of the ranking.
awk -F "\t" -v OFS=, -v OFMT=%.17g -v n="$n_items" 'NR == FNR { item[NR] = $1; next }
    FNR == 1 { print "user_id,item_id,position,click,propensity_score" }
    !($1 in seen) { seen[$1] = ++users
        for (p = 1; p <= 3; p++) for (k = 1; k <= n; k++)
            print $1, item[k], p, (users * 7 + k * 13) % 17 < 17 / (p + 1) ? 1 : 0, 1 / n }
    ' items lists >log.csv
value=$(awk -F '[\t,]' 'NR == FNR { r[$1 "," $2 "," $3] = $4; next }
    { s += r[$1 "," $2 "," $3]; n++ } END { printf "%.6g", s / n }' log.csv lists)
expect 0 "$REGATTA" evaluate model --logged log.csv
row() { awk -F '\t' -v e="$1" '$1 == e { print $2 }' out; }
for estimator in ips snips dr; do
    check "$estimator is $(row $estimator), not $value" [ "$(row $estimator)" = "$value" ]
done
check 'mean weight' [ "$(row mean_weight)" = 1 ]
check 'columns' grep -q 'item = item_id, reward = click, position = position, propensity' err
check 'counts' grep -q "measured $(($(wc -l <log.csv) - 1)) records" err
cp out table

# Other forms of the same records.
sed 's/,/\t/g' log.csv >log.tsv
gzip -c log.tsv >log.tsv.gz
awk -F , 'NR > 1 { printf "{\"reward\": %s, \"pscore\": %s, \"position\": %d, \"user\": \"%s\", \"item\": \"%s\"}\n",
    $4, $5, $3 - 1, $1, $2 }' log.csv >log.jsonl
for form in log.tsv log.tsv.gz log.jsonl; do
    expect 0 "$REGATTA" evaluate -q model --logged $form
    same out table
done
"$REGATTA" evaluate -q model --logged - <log.csv >out 2>err
same out table
sed 1d log.csv >bare.csv
expect 0 "$REGATTA" evaluate -q model --logged bare.csv --no-header --user-column 1 \
    --item-column 2 --position-column 3 --reward-column 4 --propensity-column 5
same out table
for t in 1 2 3; do
    expect 0 "$REGATTA" evaluate -q model --logged log.csv -t $t
    same out table
done

# Options.
expect 0 "$REGATTA" evaluate -q model --logged log.csv --position-column 0
check 'without positions' [ "$(row ips)" != "$value" ]
expect 0 "$REGATTA" evaluate -q model --logged log.csv --temperature 0.5
check 'draws match more' [ "$(row matched_records)" -gt 1000 ]
check 'draws have weights of mean 1' [ "$(row mean_weight)" = 1 ]
expect 0 "$REGATTA" evaluate model --logged log.csv --max-weight 2
check 'clipped' grep -q 'clipped [1-9][0-9]* weights to 2' err
expect 0 "$REGATTA" evaluate -q model --logged log.csv --keep-seen
check 'nothing is left out as seen' [ "$(row seen_item_records)" = 0 ]
head -5 items >some
expect 0 "$REGATTA" evaluate -q model --logged log.csv --only-items some
check 'five items' [ "$(row actions)" = 5 ]
expect 0 "$REGATTA" evaluate -q model --logged log.csv --json --report report.json
same out report.json
check 'JSON' grep -q '"snips": {' out
{ cat log.csv; echo 'nobody,i1,1,1,0.5'; echo 'u1,nothing,1,1,0.5'; } >more.csv
expect 0 "$REGATTA" evaluate model --logged more.csv
check 'unknown users' grep -q 'left out: 1 record of unknown users' err
check 'unknown items' grep -q 'weight 0: 1 record of unknown items' err
lines=$(wc -l <more.csv)
refuse 3 "more.csv:$((lines - 1)): unknown user 'nobody'" \
    "$REGATTA" evaluate -q model --logged more.csv --strict
grep -v nobody more.csv >most.csv
refuse 3 "most.csv:$((lines - 1)): unknown item 'nothing'" \
    "$REGATTA" evaluate -q model --logged most.csv --strict

# Logs that are wrong: file, line, reason.
wrong() { # ROW REASON
    { sed 3q log.csv; echo "$1"; } >bad.csv
    refuse 3 "bad.csv:4: $2" "$REGATTA" evaluate -q model --logged bad.csv
}
wrong 'u1,i1,1,1,0' "the propensity '0' \(column 'propensity_score'\) is not a probability above 0"
wrong 'u1,i1,1,1,-0.5' "the propensity '-0.5'"
wrong 'u1,i1,1,1,1.01' "the propensity '1.01'"
wrong 'u1,i1,1,1,nan' "the propensity 'nan'"
wrong 'u1,i1,1,1,' "the propensity ''"
wrong 'u1,i1,1,yes,0.5' "the reward 'yes' \(column 'click'\) is not a number"
wrong 'u1,i1,1,inf,0.5' "the reward 'inf'"
wrong 'u1,i1,1.5,1,0.5' "the position '1.5'"
wrong 'u1,i1,-1,1,0.5' "the position '-1'"
wrong ',i1,1,1,0.5' 'the user \(column .user_id.\) is empty'
wrong 'u1,i1,1,1' '4 columns where the first line has 5'
for column in user_id:user item_id:item click:reward propensity_score:propensity; do
    sed "1s/${column%:*}/unnamed/" log.csv >bad.csv
    refuse 3 "bad.csv:1: logged feedback has no column of the ${column#*:}" \
        "$REGATTA" evaluate -q model --logged bad.csv
done
echo 'user,item,reward,propensity' >bad.csv
refuse 3 'bad.csv: no interaction' "$REGATTA" evaluate -q model --logged bad.csv
printf 'user,item,reward,propensity\nx,i1,1,1\n' >bad.csv
refuse 3 'bad.csv: the model knows no user of its 1 record' \
    "$REGATTA" evaluate -q model --logged bad.csv
echo '{"user": "u1", "item": "i1", "reward": 1}' >bad.jsonl
refuse 3 'bad.jsonl:1: logged feedback has no column of the propensity' \
    "$REGATTA" evaluate -q model --logged bad.jsonl
printf 'u1 i1 i2\nu2 i4\n' >bad
refuse 3 'bad: is no table with named columns' "$REGATTA" evaluate -q model --logged bad
refuse 2 'too many arguments' "$REGATTA" evaluate model split/test.tsv --logged log.csv
refuse 2 'temperature' "$REGATTA" evaluate model --logged log.csv --temperature -1
refuse 2 'skip-bad' "$REGATTA" evaluate model --logged log.csv --skip-bad
finish
