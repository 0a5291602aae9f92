# regatta convert of side tables: layouts and RecBole, read back as training reads them; and what is wrong is said.
. "$(dirname "$0")/lib.sh"

cat >products.csv <<'TABLE'
item_id,brand,genres,price,title,url
i1,Acme,Drama|Comedy,9.5,"The big, red car",u1
i2,Bolt,Drama,19.25,A small house on the hill,u2
i3,Acme,Comedy|Action,5.75,"One ""more"" car for all",u3
i4,NA,Action,,"Nothing, at all here",u4
TABLE
kinds='--feature-columns brand=category,title=text,url=skip,genres=list'
printf 'u1\ti1\nu1\ti2\nu2\ti3\nu2\ti4\nu3\ti1\n' >data.tsv
# features NAME OPTION...: what training makes of a table called products.
features() {
    file=$1
    shift
    "$REGATTA" inspect data.tsv --item-features "products=$file" "$@" 2>&1 >/dev/null | grep 'item features'
}
features products.csv $kinds >wanted
check 'two modalities' [ "$(wc -l <wanted)" -eq 2 ]

# Wide to wide: cells as they were, RecBole with its types.
expect 0 "$REGATTA" convert products.csv p.item $kinds
check 'says what it read' grep -q '^products.csv: a row for each node, 5 lines, 4 items$' err
check 'and the columns' grep -q '^  id = item_id, category = brand, list = genres (|), number = price, text = title; not used: url$' err
printf 'item_id:token\tbrand:token\tgenres:token_seq\tprice:float\ttitle:token_seq\ni1\tAcme\tDrama Comedy\t9.5\tThe big, red car\ni2\tBolt\tDrama\t19.25\tA small house on the hill\ni3\tAcme\tComedy Action\t5.75\tOne "more" car for all\ni4\t\tAction\t\tNothing, at all here\n' >recbole
same p.item recbole
expect 0 "$REGATTA" convert products.csv p.tsv --features $kinds -q
features p.tsv --feature-columns brand=category,title=text,genres=list >got
same got wanted
expect 0 "$REGATTA" convert p.tsv p.csv --features -q --feature-columns brand=category,title=text,genres=list
features p.csv --feature-columns brand=category,title=text,genres=list >got
same got wanted
expect 0 "$REGATTA" convert p.item p2.csv -q
check 'lists of RecBole' grep -q '^i1,Acme,Drama|Comedy,9.5,"The|big,|red|car"$' p2.csv
expect 0 "$REGATTA" convert products.csv p.item.gz $kinds -q
expect 0 sh -c 'gzip -dc p.item.gz | cmp - recbole'
expect 0 sh -c "'$REGATTA' convert - - --features --output-format recbole $kinds -q <products.csv | cmp - recbole"

# To a row for each feature: those that training makes, bins and words too.
expect 0 "$REGATTA" convert products.csv long.tsv --features --layout long $kinds -q
"$REGATTA" inspect data.tsv --item-features products=products.csv $kinds 2>&1 >/dev/null | sed -n 's/.* \([0-9]*\) values$/\1/p' >n
check "$(cat n) rows" [ "$(wc -l <long.tsv)" -eq "$(cat n)" ]
check 'a category' grep -q '^i1	brand=Acme$' long.tsv
check 'a bin' grep -q '^i3	price=\[5.75,9.5)$' long.tsv
check 'a word' grep -q '^i2	title:hill$' long.tsv
printf 'a\tx\t1\na\ty z\t2.5\nb\tx\t1\na\tx\t1\n' >tags.tsv
expect 0 "$REGATTA" convert tags.tsv tags.csv --features -q
check 'weights, and sums of repeats' [ "$(cat tags.csv)" = "$(printf 'a,x,2\na,y z,2.5\nb,x,1')" ]
printf 'a\tx\na\ty z\nb\tx\n' >plain.tsv
expect 0 "$REGATTA" convert plain.tsv plain.csv --features --layout wide -q
check 'a list for each node' [ "$(cat plain.csv)" = "$(printf 'item_id,features\na,x|y z\nb,x')" ]
# An id like a comment, in the first row: quoted, or refused where there are no quotes.
printf '"# a",x\n"# a",y\nb,x\n' >sharp.csv
expect 0 "$REGATTA" convert sharp.csv quoted.csv --features -q
check 'an id like a comment' [ "$(cat quoted.csv)" = "$(printf '"# a",x\n# a,y\nb,x')" ]
expect 0 "$REGATTA" convert quoted.csv again.csv --features -q
same again.csv quoted.csv
refuse 3 "kept.tsv: the first row begins with '# a' and would be read as a comment: convert to CSV" "$REGATTA" convert sharp.csv kept.tsv --features
printf 'a\tx\na\ty\nb\tx\n' >users.tsv
expect 0 "$REGATTA" convert users.tsv u.user -q
check 'users' [ "$(cat u.user)" = "$(printf 'user_id:token\tfeatures:token_seq\na\tx y\nb\tx')" ]
expect 0 "$REGATTA" inspect data.tsv --user-features u.user

# By the tools of their users.
if /usr/bin/python3 -c 'import pandas' 2>/dev/null; then
    expect 0 /usr/bin/python3 -c '
import pandas
a = pandas.read_csv("products.csv").drop(columns="url")
assert pandas.read_csv("p.csv").equals(a)
assert pandas.read_csv("p.tsv", sep="\t", quoting=3).equals(a)
r = pandas.read_csv("p.item", sep="\t", quoting=3)
assert list(r.columns) == ["item_id:token", "brand:token", "genres:token_seq", "price:float", "title:token_seq"]
assert [str(x).split(" ") for x in r["genres:token_seq"]] == [x.split("|") for x in a["genres"]]'
fi

# What cannot be held, and what is wrong: one line, and outputs stay.
cp recbole kept.item
cp products.csv kept.csv
refuse 3 "the feature 'y z' holds a blank" "$REGATTA" convert plain.tsv kept.item
refuse 3 'holds no weights of features' "$REGATTA" convert tags.tsv kept.csv --features --layout wide
printf 'item_id,genres\na,Science Fiction|Drama\nb,Drama|War\n' >blank.csv
refuse 3 "blank.csv:2: 'Science Fiction' \(column 'genres'\) holds a blank" "$REGATTA" convert blank.csv kept.item
printf 'item_id,genres\na,x;y|z\nb,y;w\n' >bar.csv
refuse 3 "bar.csv:2: 'y\|z' \(column 'genres'\) holds a \|" "$REGATTA" convert bar.csv kept.csv --features --feature-columns 'genres=list:;'
refuse 2 'RecBole has a row for each node' "$REGATTA" convert products.csv kept.item --layout long $kinds
wrong() { # BYTES REASON OPTION...
    printf "$1" >bad.csv
    reason=$2
    shift 2
    refuse 3 "bad.csv$reason" "$REGATTA" convert bad.csv kept.csv --features "$@"
}
wrong '' ': contains no row'
wrong 'item_id,price\n' ': ' --feature-columns price=number
wrong 'item_id,price\na,1.5\nb,x\n' ":3: 'x' \(column 'price'\) is not a finite number" --feature-columns price=number
wrong 'item_id,price\na,1.5\nb,inf\n' ":3: 'inf' \(column 'price'\) is not a finite number" --feature-columns price=number
wrong 'item_id,price\na,1.5\nb,1,2\n' ':3: 3 columns where the first line has 2' --feature-columns price=number
wrong 'item_id,brand\na,x\na,y\n' ":3: the item 'a' has an earlier row" --feature-columns brand=category
wrong 'item_id,brand\na,x\n,y\n' ':3: the item' --feature-columns brand=category
wrong 'item_id,thing\na,x1\nb,y2\n' ': the kind of column' 
wrong 'item_id,brand\na,x\nb,"y\n' ':3: ' --feature-columns brand=category
gzip -c products.csv | head -c 60 >cut.csv.gz
refuse 3 'cut.csv.gz' "$REGATTA" convert cut.csv.gz kept.csv --features $kinds
printf '\357\273\277item_id,brand\r\na,x\r\nb,"y, z"\r\n' >odd.csv
expect 0 "$REGATTA" convert odd.csv odd.tsv --features -q --feature-columns brand=category
check 'CRLF and a mark' [ "$(cat odd.tsv)" = "$(printf 'item_id\tbrand\na\tx\nb\ty, z')" ]
mkdir folder
refuse 3 'folder: is a directory' "$REGATTA" convert folder kept.csv --features
refuse 1 'missing.csv: No such file' "$REGATTA" convert missing.csv kept.item
refuse 2 'no format of side tables has this extension' "$REGATTA" convert products.csv x.xyz --features
refuse 2 'is no format of side tables' "$REGATTA" convert products.csv x --features --output-format npy
refuse 2 '--time-column has no effect on side tables' "$REGATTA" convert products.csv x.item --time-column 0
refuse 2 '--layout has no effect on interactions' "$REGATTA" convert data.tsv x.csv --layout long
refuse 2 'the output would replace the input' "$REGATTA" convert kept.csv kept.csv --features
same kept.item recbole
same kept.csv products.csv
check 'nothing is left over' [ -z "$(find . -name '.*regatta*')" ]
finish
