# Features in the input layer: what training says, vectors of new items and users, what every command does
# with such models, and what is refused.
. "$(dirname "$0")/lib.sh"
planted 160 60 4 1 >all.tsv
awk -F '\t' 'NR > 1 && !seen[$2]++ { n = substr($2, 2); print $2 "\tgroup" n % 4; print $2 "\tshelf" n % 7 }' \
    all.tsv | sort >tags.tsv
awk -F '\t' 'NR > 1 && !seen[$1]++ { n = substr($1, 2); print $1 "\ttown" n % 4 }' all.tsv | sort >towns.tsv
for k in 0 1 2 3; do printf 'new%d\tgroup%d\n' $k $k; done >new.tsv
for k in 0 1 2 3; do printf 'guest%d\ttown%d\n' $k $k; done >guests.tsv
set -- -q --dim 8 --steps 10 --temperature 0.15 --item-features tags.tsv --user-features towns.tsv

expect 0 "$REGATTA" train all.tsv -o model "$@" --feature-vectors always --json
check 'features of both sides' python3 -c '
import json
made = json.load(open("out"))["model"]["made_by"]
assert made["options"]["feature_vectors"] == "always", made["options"]
features = made["training"]["feature_vectors"]
assert features["items"] == 11 and features["users"] == 4, features'
expect 0 "$REGATTA" train all.tsv -o auto "$@" --feature-vectors auto --json
check 'auto says what it tried' python3 -c '
import json
text = open("out").read()
assert text.count("\"features\": true") == 1 and text.count("\"features\": false") == 1, text'
expect 0 "$REGATTA" train all.tsv -o plain "$@"
check 'without it nothing changes' sh -c '! cmp -s plain model'

# The most similar items of a new one are those of its group.
for k in 0 1 2 3; do
    expect 0 "$REGATTA" similar model --new-items tags=new.tsv --item new$k -k 8
    check "items near new$k" [ "$(awk -v k=$k '{ n += (substr($1, 2) % 4 == k) } END { print n }' out)" -eq 8 ]
done
expect 0 "$REGATTA" recommend model --new-users towns=guests.tsv -u guest1 -k 5
check 'a new user has a list' [ "$(wc -l <out)" -ge 5 ]
expect 0 "$REGATTA" candidates model --new-items tags=new.tsv -u u2 -n 20
expect 0 "$REGATTA" embed model --new-items tags=new.tsv --side items -f tsv -o vectors.tsv
check 'four more vectors' [ "$(grep -c '^new' vectors.tsv)" -eq 4 ]
check 'they are not zero' [ "$(grep -c '^new[0-9].*0\.[0-9]' vectors.tsv)" -eq 4 ]
expect 0 "$REGATTA" info model
expect 0 "$REGATTA" quantize model -o compact --type i8
expect 0 "$REGATTA" similar compact --new-items tags=new.tsv --item new1 -k 3
expect 0 "$REGATTA" prune model -o thin --keep 0.5
expect 0 "$REGATTA" similar thin --new-items tags=new.tsv --item new1 -k 3
printf 'user\titem\ttimestamp\nu1\tnew0\t1700000000\nu5\tnew0\t1700000001\nguest1\ti20\t1700000002\n' >news
expect 0 "$REGATTA" update -q model news --new-items tags=new.tsv --new-users towns=guests.tsv -o newer
expect 0 "$REGATTA" similar newer --item new2 -k 8
check 'an update keeps the vectors of features' \
    [ "$(awk '/^i/ { n += (substr($1, 2) % 4 == 2) } END { print n }' out)" -ge 7 ]
expect 0 "$REGATTA" update model --replay -q
printf 'u3\n' >leaving
expect 0 "$REGATTA" update -q model --forget-users leaving -o without
expect 0 "$REGATTA" similar without --new-items tags=new.tsv --item new1 -k 8
check 'forgetting trains the vectors of features again' \
    [ "$(awk '{ n += (substr($1, 2) % 4 == 1) } END { print n }' out)" -eq 8 ]
refuse 3 u3 "$REGATTA" recommend without -u u3
expect 0 "$REGATTA" recommend without --new-users towns=guests.tsv -u guest1 -k 5
expect 0 "$REGATTA" update -q compact --forget-users leaving -o without

# Killed and resumed: the bytes of a training that was not; any number of threads.
expect 0 "$REGATTA" train all.tsv -o resumed "$@" --feature-vectors always --checkpoint kept
same model resumed
rm resumed
expect 0 "$REGATTA" train all.tsv -o resumed "$@" --feature-vectors always --resume kept
same model resumed
refuse 2 'feature_vectors' "$REGATTA" train all.tsv -o other "$@" --feature-vectors none --resume kept
expect 0 "$REGATTA" train all.tsv -o threads "$@" --feature-vectors always --threads 3
same model threads

refuse 2 'feature-vectors' "$REGATTA" train all.tsv -o x -q --feature-vectors always
refuse 2 'feature-vectors' "$REGATTA" train all.tsv -o x "$@" --feature-vectors auto --valid 0
refuse 2 'feature-vectors' "$REGATTA" train all.tsv -o x "$@" --feature-vectors always --channels vectors,items
refuse 2 'feature-vectors' "$REGATTA" train all.tsv -o x -q --item-features tags.tsv --feature-vectors always \
    --channels items,content
check 'nothing was written' [ ! -e x ]
finish
