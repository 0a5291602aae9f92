# Features of items: the channel content, items that nobody has had, and measurements of
# them.
. "$(dirname "$0")/lib.sh"
planted 200 60 4 1 >all.tsv
# Item iN belongs to a group; its tags say which, and a few say nothing.
awk -F '\t' 'NR > 1 && !seen[$2]++ { n = substr($2, 2); print $2 "\tgroup" n % 4; print $2 "\tother" n % 7 }' all.tsv | sort >tags.tsv
awk -F '\t' '{ n = substr($1, 2); if (n % 5 == 0) print $1 }' tags.tsv | sort -u >new
awk -F '\t' 'NR == FNR { new[$1]; next } !($2 in new)' new all.tsv >train.tsv
awk -F '\t' 'NR == FNR { new[$1]; next } FNR == 1 || $2 in new' new all.tsv >test.tsv
awk -F '\t' 'NR == FNR { new[$1]; next } !($1 in new)' new tags.tsv >old.tags
awk -F '\t' 'NR == FNR { new[$1]; next } $1 in new' new tags.tsv >new.tags
n_new=$(wc -l <new)

# Trained with the new items, or without and added to a run.
expect 0 "$REGATTA" train -q train.tsv --item-features tags.tsv --dim 8 --steps 4 -o with
expect 0 "$REGATTA" train -q train.tsv --item-features tags=old.tags --dim 8 --steps 4 -o without
expect 0 "$REGATTA" recommend with -k 20 --only-items new
cp out kept
expect 0 "$REGATTA" recommend without -k 20 --only-items new --new-items tags=new.tags
check 'new items are added' grep -q "added $n_new new items" err
sort kept >a
sort out >b
same a b
check 'they are listed' [ -s a ]
expect 0 "$REGATTA" info with
check 'content is in the model' grep -q content out

# Ranked among all, and among themselves.
expect 0 "$REGATTA" evaluate with test.tsv -k 3 --only-items new --json
check 'new items only' grep -q '"ranked": *"the items of a list"' out
expect 0 "$REGATTA" evaluate with test.tsv -k 3 --only-items new
awk '$1 == "recall" { print $2 }' out >among_new
check 'better than chance' awk -v n="$n_new" '{ exit !($1 > 1.5 * 3 / n) }' among_new
expect 0 "$REGATTA" evaluate with all.tsv -k 3 --only-items new --keep-seen
check 'items that are not to rank are left out' grep -q 'not to rank' err

for command in similar embed explain; do
    case $command in
    similar) set -- similar without --item "$(head -1 new)" -k 3 ;;
    embed) set -- embed without --side items -f tsv -o - ;;
    explain) set -- explain without --user u1 --item "$(head -1 new)" ;;
    esac
    expect 0 "$REGATTA" "$@" --new-items tags=new.tags
    cp out here
    check "$command knows the new item" grep -q . here
done
expect 0 "$REGATTA" candidates without -n 60 -u u1 --new-items tags=new.tags --only-items new
check 'candidates' [ -s out ]
expect 0 "$REGATTA" recommend without -u u1 -k 100 --keep-seen --only-items new --new-items tags=new.tags
cut -f 1,2,4 out | sort >recommended
sed 's/^/u1\t/' new >asked
expect 0 "$REGATTA" score without asked --new-items tags=new.tags
cut -f 1,2,3 out | sort >scored
same recommended scored

# A new item joins the community of its nearest item; at share 1 all is read.
expect 0 "$REGATTA" candidates without -n 60 --source graph --new-items tags=new.tags
cp out whole
expect 0 "$REGATTA" index --communities without -o grouped
expect 0 "$REGATTA" candidates grouped -n 60 --source graph --new-items tags=new.tags --communities 1
same whole out
expect 0 "$REGATTA" candidates grouped -n 60 --source graph --new-items tags=new.tags --communities 0.5
check 'fewer are found' [ "$(wc -l <out)" -lt "$(wc -l <whole)" ]
check 'a half finds some' [ -s out ]

# A table of new items is read like that of the training, also with a header and a row for each.
{ printf 'item,tag\n'; tr '\t' ',' <old.tags; } >old.csv
expect 0 "$REGATTA" train -q train.tsv --item-features tags=old.csv --channels items,content -o headed
printf 'fresh\tgroup1\n' >long.tsv
expect 0 "$REGATTA" recommend headed -u u1 -k 60 --new-items tags=long.tsv
grep fresh out >wanted
for header in item,tag item,feature item,feature,weight; do
    printf '%s\nfresh,group1%s\n' $header "$(echo $header | sed -n 's/.*weight/,1/p')" >fresh.csv
    expect 0 "$REGATTA" recommend headed -u u1 -k 60 --new-items tags=fresh.csv
    grep fresh out >again
    same wanted again
    check 'its feature is known' sh -c '! grep -q "no feature that the model knows" err'
done
{ echo item,tag,kind; awk -F '\t' '!seen[$1]++ { print $1 "," $2 ",x" }' old.tags; } >wide.csv
expect 0 "$REGATTA" train -q train.tsv --item-features tags=wide.csv --feature-columns tag=category,kind=category \
    --channels items,content -o wide
printf 'item,tag\nfresh,group1\nfresh2,group2\n' >fresh.csv
expect 0 "$REGATTA" recommend wide -u u1 -k 60 --new-items tags=fresh.csv
check 'a column for each property' grep -q 'a row for each node' err
check 'its features are known' sh -c '! grep -q "no feature that the model knows" err'
printf '{"item": "i1", "tags": ["a", "b"]}\n' >tags.jsonl
refuse 3 'tags.jsonl:1: is JSON, but a side table has rows' "$REGATTA" train -q train.tsv --item-features tags.jsonl -o never

# Features of users, and users without a history.
awk -F '\t' 'NR > 1 && !seen[$1]++ { print $1 "\tteam" substr($1, 2) % 4 }' all.tsv >teams.tsv
printf 'zoe\tteam1\nkim\tteam3\nann\tteam99\n' >zoe
expect 0 "$REGATTA" train -q all.tsv --user-features teams.tsv --dim 8 --steps 4 -o teams
expect 0 "$REGATTA" recommend teams -u zoe -k 5 --new-users teams=zoe
check 'items of the team' awk -F '\t' 'substr($2, 2) % 4 == 1 { n++ } END { exit !(n >= 4) }' out
expect 0 "$REGATTA" recommend teams -u ann -k 5 --new-users teams=zoe
check 'a team that is not known' [ "$(wc -l <out)" -eq 5 ]
check 'says so' grep -q '1 new user has no feature that the model knows' err
refuse 2 'teams' "$REGATTA" recommend teams -q --new-users other=zoe
# An item without a known feature does not lead the lists.
printf 'bare\tnothing-known\n' >bare.tags
expect 0 "$REGATTA" recommend without -k 10 --new-items tags=bare.tags
check 'says so' grep -q '1 new item has no feature that the model knows' err
check 'it leads few lists' awk -F '\t' '$3 == 1 { n++; bare += $2 == "bare" } END { exit !(n > 100 && bare < n / 10) }' out

# Features of an item.
expect 0 "$REGATTA" train -q train.tsv --item-features tags.tsv --channels items,content -o two
expect 0 "$REGATTA" explain two --user u1 --item "$(head -1 new)" --features 3
check "a tag" grep -q "^tags" out

# Bad input: one line, and nothing is written.
refuse 2 'other' "$REGATTA" recommend without -q --new-items other=new.tags -o never
check 'nothing was written' [ ! -e never ]
expect 0 "$REGATTA" train -q train.tsv --preset fast -o bare
refuse 3 'new items need a model with features' "$REGATTA" recommend bare -q --new-items tags=new.tags
refuse 2 'content needs features of items' "$REGATTA" train -q train.tsv --channels content -o never
refuse 1 "missing.tsv: No such file" "$REGATTA" recommend without -q --new-items tags=missing.tsv
finish
