# --attention auto: what it tried, that the choice is made on validation, and what is refused.
. "$(dirname "$0")/lib.sh"

# Users whose interests changed: 8 items of an old group, 6 of a new one. There attention wins by
# six standard errors.
awk 'function draw(n) { seed = (seed * 16807) % 2147483647; return seed % n }
function some(of, group, days, j, t) {
    for (j = 0; j < 12; j++) at[j] = j
    for (j = 0; j < of; j++) {
        t = j + draw(12 - j); k = at[t]; at[t] = at[j]; at[j] = k
        print "u" u "\tg" group "_" at[j] "\t" 1500000000 + 3600 * u + 86400 * (days + j)
    } }
BEGIN { seed = 7; print "user\titem\ttime"
    for (u = 0; u < 900; u++) { old = draw(16); some(8, old, 0); some(6, (old + 1 + draw(15)) % 16, 300) } }' >all.tsv
set -- -q --dim 16 --steps 20 --temperature 0.15 --channels vectors --attention auto

expect 0 "$REGATTA" train all.tsv -o model "$@" --json
check 'says what it tried, and takes what wins by two standard errors' python3 -c '
import json
made = json.load(open("out"))["model"]["made_by"]
tried = made["validation"]["layer_attentions"]
assert [t["attention"] for t in tried] == ["none", "dot", "cosine"], tried
assert [t["heads"] for t in tried] == [1, 4, 4] and [t["dynamic"] for t in tried] == [False, False, True]
best = 0
for k in (1, 2):
    if tried[k]["ndcg@20"] - tried[best]["ndcg@20"] > 2 * tried[k]["standard_error"]: best = k
assert best > 0, tried
options = made["options"]
assert all(options[name] == tried[best][name] for name in ("attention", "heads", "dynamic")), (options, tried)'
for t in 1 3; do
    expect 0 "$REGATTA" train all.tsv -o again "$@" -t $t
    same model again
done
expect 0 "$REGATTA" train all.tsv -o resumed "$@" --checkpoint kept
rm resumed
expect 0 "$REGATTA" train all.tsv -o resumed "$@" --resume kept
same model resumed
expect 0 "$REGATTA" info model
check 'info has it' grep -q '^validation.layer_attentions' out
expect 0 "$REGATTA" report model -o page.html --json
check 'the report marks the chosen one' python3 -c '
import json
trials = [d for d in json.load(open("out"))["decisions"] if d["choice"] == "layer_attentions"][0]["trials"]
assert [t["chosen"] for t in trials] == ["attention dot" in t["setting"] for t in trials], trials'
printf 'user\titem\ttime\nu1\tg3_4\t1600000000\n' >news
expect 0 "$REGATTA" update -q model news -o newer
expect 0 "$REGATTA" recommend newer -k 3

# Nothing to gain: the model without attention.
planted 120 48 4 1 >plain.tsv
expect 0 "$REGATTA" train plain.tsv -o plain -q --dim 8 --steps 6 --channels vectors --attention auto --heads 2 --json
check 'none' grep -q '"attention": "none",$' out
check 'the heads of the options' python3 -c '
import json
made = json.load(open("out"))["model"]["made_by"]
assert [t["heads"] for t in made["validation"]["layer_attentions"]] == [2, 2, 2]'

refuse 2 'attention' "$REGATTA" train plain.tsv -o x -q --attention auto --valid 0
refuse 2 'dynamic' "$REGATTA" train plain.tsv -o x -q --attention auto --dynamic
refuse 2 'attention' "$REGATTA" train plain.tsv -o x -q --attention auto --channels items
check 'nothing was written' [ ! -e x ]
finish
