# Hierarchical and dynamic attention, and shared parameters: what training says, what is refused, and
# that every command takes such models.
. "$(dirname "$0")/lib.sh"
planted 120 48 4 1 >all.tsv
awk -F '\t' 'NR > 1 && !seen[$2]++ { n = substr($2, 2); print $2 "\tgroup" n % 4 }' all.tsv | sort >groups.tsv
set -- -q --dim 8 --heads 2 --steps 6 --channels vectors,items

# levels FILE: prints the groups and the sum of the shares of the levels of each layer.
levels() {
    python3 -c '
import json, sys
made = json.load(open(sys.argv[1]))["model"]["made_by"]["training"]["hierarchy"]
print(made["groups_of"], made["groups"], *(
    round(l["items"] + l["groups"] + l["whole"], 5) for l in made["layers"]))' "$1"
}
expect 0 "$REGATTA" train all.tsv -o communities "$@" --hierarchy communities --json
cp out communities.json
check 'communities' [ "$(levels communities.json | cut -d ' ' -f 1)" = communities ]
check 'two layers' [ "$(levels communities.json | cut -d ' ' -f 3-)" = '1.0 1.0' ]
expect 0 "$REGATTA" train all.tsv -o given "$@" --item-groups groups.tsv --attention cosine --share layers --json
cp out given.json
check 'given groups, one layer' [ "$(levels given.json)" = 'given 4 1.0' ]
expect 0 "$REGATTA" train all.tsv -o auto "$@" --hierarchy auto --json
check 'auto says what it tried' grep -q '"hierarchies"' out

expect 0 "$REGATTA" train all.tsv -o moving -q --dim 8 --heads 2 --steps 6 --channels vectors --dynamic --attention cosine \
    --share layers --json
check 'terms of users and items' [ "$(grep -c '"neighbour_degree"' out)" -eq 2 ]
check 'ages are learned' python3 -c '
import json
terms = json.load(open("out"))["model"]["made_by"]["training"]["dynamic"]
assert all(t["age"] != 0 and t["degree"] != 0 for t in terms), terms'
printf '{"user": "who", "items": ["i0", "i4", "i8"], "times": [1500000000, 1590000000, 1600000000]}\n' >timed
expect 0 "$REGATTA" recommend moving --history timed -k 9
cp out soon
expect 0 "$REGATTA" recommend moving --history timed -k 9 --at 1900000000
check 'ages count at the time of asking' sh -c '! cmp -s soon out'

for model in communities given moving; do
    expect 0 "$REGATTA" info $model
    expect 0 "$REGATTA" recommend $model -k 3
    cp out lists
    expect 0 "$REGATTA" recommend $model -k 3 --threads 3
    same lists out
    expect 0 "$REGATTA" explain $model --user u3 --item i7 --exact
    expect 0 "$REGATTA" similar $model --item i3 -k 3
    expect 0 "$REGATTA" embed $model -o vectors.tsv
    printf '{"user": "who", "items": ["i0", "i4", "i8"]}\n' >who
    expect 0 "$REGATTA" recommend $model --history who -k 3
    expect 0 "$REGATTA" quantize $model -o compact --type i8
    expect 0 "$REGATTA" recommend compact -k 3
    printf 'user\titem\ttime\nu1\tnew\t900000\nu5\tnew\t900001\nu1\ti20\t900002\n' >news
    expect 0 "$REGATTA" update -q $model news -o newer
    expect 0 "$REGATTA" recommend newer -k 3
    printf 'u3\n' >leaving
    expect 0 "$REGATTA" update -q $model --forget-users leaving -o without
    expect 0 "$REGATTA" recommend without -k 3
done

# Killed and resumed: the bytes of a training that was not.
expect 0 "$REGATTA" train all.tsv -o resumed "$@" --hierarchy communities --checkpoint kept
rm resumed
expect 0 "$REGATTA" train all.tsv -o resumed "$@" --hierarchy communities --resume kept
same communities resumed
refuse 2 'hierarchy' "$REGATTA" train all.tsv -o other "$@" --hierarchy none --resume kept

refuse 2 'item-groups' "$REGATTA" train all.tsv -o x "$@" --hierarchy groups
refuse 2 'no effect' "$REGATTA" train all.tsv -o x "$@" --hierarchy communities --item-groups groups.tsv
refuse 2 'share' "$REGATTA" train all.tsv -o x "$@" --share all
refuse 2 'hierarchy' "$REGATTA" train all.tsv -o x "$@" --hierarchy auto --valid 0
refuse 2 'hierarchy' "$REGATTA" train all.tsv -o x -q --channels items --hierarchy communities
printf 'i1\n' >broken.tsv
refuse 3 'broken.tsv' "$REGATTA" train all.tsv -o x "$@" --item-groups broken.tsv
refuse 1 'missing.tsv' "$REGATTA" train all.tsv -o x "$@" --item-groups missing.tsv
check 'nothing was written' [ ! -e x ]
finish
