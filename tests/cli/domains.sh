# Other domains: --source, what is printed of it, and bad input.
. "$(dirname "$0")/lib.sh"

# Users of taste u % 6; the target has few of their items, the source many.
awk 'BEGIN { srand(3); for (u = 0; u < 120; u++) for (k = 0; k < 3; k++)
    printf "u%d\tt%d\n", u, 6 * int(rand() * 15) + u % 6 }' >target.tsv
awk 'BEGIN { srand(4); for (u = 0; u < 120; u++) for (k = 0; k < 12; k++)
    printf "u%d\ts%d\n", u, 6 * int(rand() * 15) + u % 6 }' >source.tsv
awk 'BEGIN { srand(5); for (u = 0; u < 120; u++) for (k = 0; k < 12; k++)
    printf "u%d\tn%d\n", u, int(rand() * 90) }' >noise.tsv
printf 'x1\ty1\nx2\ty1\nx1\ty2\n' >other.tsv
options='--channels items,users --valid 0.3'

expect 0 "$REGATTA" train target.tsv --source source.tsv,noise.tsv $options -o model --report report
check 'both sources are printed' [ "$(grep -c '^  source [12]: shares 120 users and 0 items' err)" -eq 2 ]
check 'noise is left out' grep -q '^  source 2: .*left out: it does not help' err
check 'the files are in the report' grep -q 'noise.tsv' report
check 'the weights are in the report' grep -q '"weight": 1' report
expect 0 "$REGATTA" info model
check 'info has the domains' grep -q 'domains' out
expect 0 "$REGATTA" recommend model --user u3 -k 1000
check 'answers are of the target' [ "$(cut -f 2- out | grep -c 's[0-9]')" -eq 0 ]
check 'there are answers' grep -q 't[0-9]' out
cut -f 2 source.tsv | sort -u >strange
expect 0 "$REGATTA" recommend model --user u3 -k 5 --only-items strange
check 'no item of the source is an answer' \
    grep -qx 'no item for 1 query: the history and the filters leave none' err
# An update takes rows of the target in, and an item of the source becomes one of its.
printf 'u3\tt9\nv1\tt3\nv1\tt9\nv1\tt15\nu9\ts3\n' >new.tsv
expect 0 "$REGATTA" update model new.tsv -o updated
expect 0 "$REGATTA" info updated --json
check 'the target has one user and one item more' python3 -c '
import json
info = json.load(open("out"))
target = [line.split() for line in open("target.tsv")]
users, items = ({row[k] for row in target} for k in (0, 1))
assert info["own_users"] == len(users) + 1, info["own_users"]
assert info["own_items"] == len(items | {"s3", "t3", "t9", "t15"}), info["own_items"]'
expect 0 "$REGATTA" info updated
check 'info prints them once' [ "$(grep -c own_ out)" -eq 2 ]
expect 0 "$REGATTA" update updated --replay -q
expect 0 "$REGATTA" recommend updated --user v1 -k 5
check 'a new user has answers of the target' grep -q 't[0-9]' out
expect 0 "$REGATTA" recommend updated --user u3 -k 1000
check 'one item of the source is an answer' [ "$(cut -f 2- out | grep -c 's[0-9]')" -eq 1 ]
printf 'v1\n' >gone
expect 0 "$REGATTA" update updated --forget-users gone -q -o without
expect 0 "$REGATTA" update without --replay -q
printf 'new s3 s9 t15\n' >history
expect 0 "$REGATTA" recommend model --history history -k 5
check 'a history has items of both' [ -s out ]

# Pairs with items of the source are left out, as unknown ones.
printf 'u1\tt3\t1\nu1\ts4\t0\nu1\tt2\t0\nu2\tt9\t0\nu2\tt4\t1\n' >pairs
expect 0 "$REGATTA" evaluate model --pairs pairs --json
check 'one pair is left out' grep -q '"unknown_pairs": 1' out
check 'it says why' grep -q 'or the item is of another domain' err
cut -f 1,2 pairs >asked
expect 0 "$REGATTA" score model asked
check 'four scores' [ "$(wc -l <out)" -eq 4 ]
expect 0 "$REGATTA" calibrate model pairs -o calibrated
refuse 3 "item 's4' is of another domain, and never an answer" "$REGATTA" score model asked --strict
refuse 3 "regatta: item 's4' is of another domain, and never an answer" "$REGATTA" explain model --user u1 --item s4

# Novelty is the share of the users of the target who have an item; so the users of a source
# without any of its items change nothing.
{ cat source.tsv; awk 'BEGIN { for (u = 0; u < 300; u++) printf "x%d\ts%d\nx%d\ts%d\n", u, u % 90, u, (u + 7) % 90 }'; } >wide.tsv
expect 0 "$REGATTA" train -q target.tsv --source wide.tsv $options -o wide
printf 'u3\tt80\nu8\tt81\nu5\tt82\n' >later
expect 0 "$REGATTA" recommend wide -u u3 -u u8 -u u5 -k 5 -q
cp out lists
expect 0 "$REGATTA" evaluate wide later -k 5 --json -q
check 'novelty is of the users of the target' python3 -c '
import collections, json, math
target = {tuple(line.split()) for line in open("target.tsv")}
users, count = {u for u, _ in target}, collections.Counter(i for _, i in target)
lists = [line.split("\t")[1] for line in open("lists")]
want = sum(-math.log2(count[i] / len(users)) for i in lists) / len(lists)
found = json.load(open("out"))["metrics"]["novelty@5"]
assert len(users) == 120 and abs(found - want) < 1e-9, (found, want)'

expect 0 "$REGATTA" report model --json -q
check 'the report is about the items of the target' awk '
    /"share_of_(items|interactions|recommendations)"/ { sub(",", ""); n++; sum += $2 }
    END { exit n == 0 || sum < 2.999 || sum > 3.001 }' out

# Noise alone: the answers of the target alone.
expect 0 "$REGATTA" train -q target.tsv --source noise.tsv $options -o noisy
expect 0 "$REGATTA" train -q target.tsv $options -o alone
expect 0 "$REGATTA" recommend alone --user u3 --user u8
cp out wanted
expect 0 "$REGATTA" recommend noisy --user u3 --user u8
same wanted out

# Vectors of another model start those of all domains; killed and resumed, any number of threads.
start='--dim 8 --steps 10 --temperature 0.15 --channels vectors,items --valid 0.3'
expect 0 "$REGATTA" train -q source.tsv $start -o shop
expect 0 "$REGATTA" train -q target.tsv --source source.tsv $start -o plain
expect 0 "$REGATTA" train -q target.tsv --source source.tsv $start --init shop -o begun --json
check 'the users and the items of the source begin with its vectors' python3 -c '
import json
made = json.load(open("out"))["model"]["made_by"]
assert made["domains"]["sources"][0]["weight"] == 1, made["domains"]
init = made["training"]["init"]
assert init["users"] == 120 and 80 <= init["items"] <= 90 and init["on_slice"], init'
check 'another start, other vectors' sh -c '! cmp -s plain begun'
expect 0 "$REGATTA" recommend begun -k 1000 -q
check 'answers are of the target' [ "$(cut -f 2- out | grep -c 's[0-9]')" -eq 0 ]
expect 0 "$REGATTA" train -q target.tsv --source source.tsv $start --init shop -o again --threads 3 --checkpoint kept --every 0
same begun again
rm again
expect 0 "$REGATTA" train -q target.tsv --source source.tsv $start --init shop -o again --resume kept
same begun again
expect 0 "$REGATTA" train -q target.tsv --source source.tsv $start --init begun -o again
# A source without weight leaves the start of the target alone.
expect 0 "$REGATTA" train -q target.tsv --source noise.tsv $start --init plain -o noisy
expect 0 "$REGATTA" train -q target.tsv $start --init plain -o alone
expect 0 "$REGATTA" recommend alone --user u3 --user u8
cp out wanted
expect 0 "$REGATTA" recommend noisy --user u3 --user u8
same wanted out

# New items, of a model with users of a source and of one with its items.
awk 'BEGIN { srand(7); for (u = 0; u < 200; u++) for (k = 0; k < 9; k++)
    printf "w%d\tt%d\n", u, 6 * int(rand() * 15) + u % 6 }' |
    awk 'NR == FNR { has[$2]; next } $2 in has' target.tsv - >users.tsv
{ cut -f 2 target.tsv | sort -u | awk '{ print $1 "\tgroup" substr($1, 2) % 6 }'; printf 't999\tgroup3\n'; } >groups.tsv
printf 't998\tgroup2\n' >fresh.tsv
content='--item-features tags=groups.tsv --channels items,content --valid 0.3'
expect 0 "$REGATTA" train target.tsv --source users.tsv $content -o more
check 'it has a weight' grep -q '^  source 1: shares 0 users and [0-9]* items; weight 1 ' err
expect 0 "$REGATTA" recommend more -k 200 --new-items tags=fresh.tsv -q
check 'an item of the table is an answer' grep -q 't999' out
check 'so is a new one' grep -q 't998' out
cut -f 2 source.tsv | sort -u | awk '{ print $1 "\tgroup" substr($1, 2) % 6 }' >>groups.tsv
expect 0 "$REGATTA" train -q target.tsv --source source.tsv $content -o both
expect 0 "$REGATTA" recommend both -k 200 --new-items tags=fresh.tsv -q
check 'both are answers again' sh -c 'grep -q t999 out && grep -q t998 out'
check 'no item of the source is' [ "$(cut -f 2 out | grep -c '^s[0-9]')" -eq 0 ]
expect 0 "$REGATTA" similar both --new-items tags=fresh.tsv --item t998 -k 5
check 'similar items of the target' [ "$(grep -c '^t' out)" -eq 5 ]
expect 0 "$REGATTA" explain both --new-items tags=fresh.tsv --user u3 --item t998
printf 'u3\tt998\nu4\tt998\n' >later
expect 0 "$REGATTA" evaluate both later --new-items tags=fresh.tsv -q
expect 0 "$REGATTA" quantize both -o compact --type i8
expect 0 "$REGATTA" recommend compact -u u3 -k 200 --new-items tags=fresh.tsv -q
check 'a compact model has them too' sh -c 'grep -q t999 out && grep -q t998 out'
# A table may have the items of a source without weight: they are no answers.
cut -f 2 noise.tsv | sort -u | awk '{ print $1 "\tgroup" substr($1, 2) % 6 }' >>groups.tsv
expect 0 "$REGATTA" train target.tsv --source noise.tsv $content -o noisy
check 'it has none' grep -q 'left out: it does not help' err
expect 0 "$REGATTA" recommend noisy -k 200 -q
check 'no item of it is an answer' [ "$(cut -f 2 out | grep -c '^n[0-9]')" -eq 0 ]

refuse 3 '^regatta: other.tsv: shares neither users nor items with the target' \
    "$REGATTA" train -q target.tsv --source other.tsv $options -o new
refuse 1 'absent.tsv' "$REGATTA" train -q target.tsv --source absent.tsv $options -o new
refuse 2 'a file name is empty' "$REGATTA" train -q target.tsv --source source.tsv, -o new
refuse 2 '--source has no effect with --valid 0' \
    "$REGATTA" train -q target.tsv --source source.tsv --valid 0 -o new
# No shared ids, but features: content learns from the source too, and new items are welcome.
planted 150 160 4 11 | awk -F '\t' 'NR <= 1200' >small.tsv
planted 400 160 4 12 | awk -F '\t' -v OFS='\t' 'NR > 1 { $1 = "f" $1; $2 = "f" $2 } { print }' >far.tsv
seq 0 159 | awk '{
    print "i" $1 "\tgroup" $1 % 4; print "fi" $1 "\tgroup" $1 % 4; print "i" $1 "\tshelf" $1 % 7; print "fi" $1 "\tshelf" $1 % 7 }' >tags.tsv
printf 'i190\tgroup1\n' >>tags.tsv
features='--item-features tags.tsv --dim 8 --steps 5 --temperature 0.15'
expect 0 "$REGATTA" train small.tsv --source far.tsv $features -o through
check 'it is said' grep -q 'source 1: shares no ids, content learns from its features' err
expect 0 "$REGATTA" train -q small.tsv $features -o without
expect 0 "$REGATTA" recommend through -k 161 -o lists
check 'no item of the source is an answer' [ "$(grep -c fi lists)" -eq 0 ]
check 'a new item of the table is' [ "$(grep -c i190 lists)" -gt 0 ]
printf 'i191\tgroup2\n' >fresh.tsv
expect 0 "$REGATTA" recommend through -k 170 --new-items tags=fresh.tsv -o lists
check 'a new item of a run is' [ "$(grep -c i191 lists)" -gt 0 ]
expect 0 "$REGATTA" train -q small.tsv --source far.tsv $features -o threads --threads 3
same through threads
printf 'user\titem\tweight\ttimestamp\nu1\ti190\t1\t1700000000\n' >news
expect 0 "$REGATTA" update -q through news -o newer
expect 0 "$REGATTA" info through --json
check 'a weight was tried' python3 -c '
import json
made = json.load(open("out"))["made_by"]
tried = {t["sources"][0] for t in made["validation"]["content"]}
assert tried >= {0, 0.25, 0.5, 1}, tried
assert made["content"]["sources"][0] in tried, made["content"]'
refuse 3 'or give features of the items of both' \
    "$REGATTA" train -q small.tsv --source far.tsv --item-features tags.tsv --channels vectors,items -o new

cp source.tsv mine.tsv
refuse 2 'replace the input' "$REGATTA" train -q target.tsv --source mine.tsv -o mine.tsv
check 'no model was written' [ ! -e new ]
finish
