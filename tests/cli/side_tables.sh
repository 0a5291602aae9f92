# Side tables: what is printed and reported, the same bytes, bad input in one line.
. "$(dirname "$0")/lib.sh"
small_model || { fail 'no small model'; finish; }
cp model before
cut -f2 data.tsv | sort -u | grep -v '^item$' >ids
n=$(wc -l <ids)

# A feature a row.
awk '{ print $1 "\tgroup" NR % 5 } END { print "new\tgroup1" }' ids >tags.tsv
expect 0 "$REGATTA" inspect data.tsv --item-features tags.tsv --json
check 'the layout is printed' grep -q "^tags.tsv: TSV, a feature a row, $((n + 1)) lines, $((n + 1)) items, 5 features" err
check 'the columns are printed' grep -qx '  id = column1, feature = column2' err
check 'the coverage is printed' grep -qx "  items of the data: $n with features, 0 without; 1 unknown to the data" err
check 'the report has the coverage' grep -q "\"with\": $n" out
check 'the report has the unknown' grep -q '"unknown": 1' out
check 'the report has the modality' grep -q '"name": "tags"' out
gzip -kc tags.tsv >tags.tsv.gz
expect 0 "$REGATTA" inspect data.tsv --item-features x=tags.tsv,y=tags.tsv.gz
check 'two modalities' grep -q "item features 'y': $((n + 1)) items, 5 features" err
expect 0 "$REGATTA" inspect data.tsv -q --item-features - <tags.tsv
check 'nothing is said with -q' [ ! -s err ]
refuse 2 "another table is called 'tags'" "$REGATTA" inspect -q data.tsv --item-features tags.tsv,tags.tsv.gz
expect 0 "$REGATTA" inspect data.tsv --item-features tags.tsv --max-features 2
check 'hashing is printed' grep -q 'hashed the 3 rarest features into 1 column (--max-features 2)' err

# A row for each node.
awk 'BEGIN { print "item_id,title,genres,price" }
    { print $1 ",The thing " NR "," (NR % 2 ? "a|b" : "b|c") "," NR / 4 }' ids >wide.csv
expect 0 "$REGATTA" inspect data.tsv --item-features wide.csv
check 'the kinds are printed' grep -qx '  id = item_id, list = genres (|), number = price (10 bins), text = title' err
check 'a text is a modality' grep -q "item features 'wide.title'" err
awk '{ print $0 (NR == 1 ? ",code" : ",7" NR) }' wide.csv | sed 's/code/shelf/' >open.csv
refuse 3 "open.csv: the kind of column 'shelf' \(whole numbers, such as '72'\) is not evident: give --feature-columns shelf=KIND" \
    "$REGATTA" train -q data.tsv -o model --item-features open.csv
expect 0 "$REGATTA" inspect data.tsv --item-features open.csv --feature-columns open.shelf=skip
check 'an unused column is printed' grep -q '; not used: shelf$' err
sed '3s/,[0-9.]*$/,cheap/' wide.csv >mixed.csv
refuse 3 "mixed.csv:3: 'cheap' \(column 'price'\) is not a number" \
    "$REGATTA" train -q data.tsv -o model --item-features mixed.csv --feature-columns price=number
refuse 1 'absent.csv: No such file' "$REGATTA" inspect -q data.tsv --item-features absent.csv

# Vectors, as embed writes them.
expect 0 "$REGATTA" embed -q model --side items -o items.npy
expect 0 "$REGATTA" inspect data.tsv --item-vectors v=items.npy
check 'the ids are printed' grep -qx '  ids = items.npy.ids.txt' err
check 'all items' grep -qx "  items of the data: $n with features, 0 without; 0 unknown to the data" err
expect 0 "$REGATTA" embed -q model --side users -o users.npy
expect 0 "$REGATTA" inspect data.tsv --user-vectors users.npy --item-vectors items.npy
check 'all users' grep -q 'users of the data: [0-9]* with features, 0 without; 0 unknown' err
head -c 200 items.npy >short.npy
cp items.npy.ids.txt short.ids
refuse 3 'short.npy: is truncated' "$REGATTA" inspect -q data.tsv --item-vectors short.npy
cp items.npy other.npy
refuse 3 'other.npy: the ids of the rows are missing' "$REGATTA" inspect -q data.tsv --item-vectors other.npy
sed 1d items.npy.ids.txt >other.ids
refuse 3 "other.ids: $((n - 1)) ids for $n vectors" "$REGATTA" inspect -q data.tsv --item-vectors other.npy
refuse 3 'tags.tsv: is not a .npy file' "$REGATTA" inspect -q data.tsv --item-vectors tags.tsv
printf 'item;price\ni1;1.234\ni2;2,5\n' >signs.csv
refuse 3 "signs.csv:3: the number '2,5' .column 'price'. has a decimal comma, but '1.234' in line 2 may be" \
    "$REGATTA" inspect -q data.tsv --item-features signs.csv --feature-columns price=number
printf 'i1;a;1.5\ni1;b;2,5\n' >signs.csv
refuse 3 "signs.csv:2: the number '2,5'" "$REGATTA" inspect -q data.tsv --item-features signs.csv
same model before

# The same bytes at any number of threads, and in the report of train.
expect 0 "$REGATTA" train -q data.tsv -o one --preset fast --item-features wide.csv -t 1
expect 0 "$REGATTA" train data.tsv -o three --preset fast --item-features wide.csv -t 3 --report report.json
same one three
check 'the report of train' grep -q '"name": "wide.title"' report.json
finish
