# Inputs that are missing or wrong, disks that are full: one line, the right code, and
# files that were there are as before.
. "$(dirname "$0")/lib.sh"
small_model || { fail 'no small model'; finish; }
cp model before

# Data
refuse 1 'absent.tsv: No such file' "$REGATTA" train -q absent.tsv -o model
mkdir folder
refuse 3 'folder: is a folder without files' "$REGATTA" train -q folder -o model
: >empty
refuse 3 'empty' "$REGATTA" train -q empty -o model
printf 'user\titem\nu1\ti1\nu2\n' >bad.tsv
refuse 3 'bad.tsv:3: ' "$REGATTA" train -q bad.tsv -o model
printf 'user,item,rating\na,b,1\na,c,nan\n' >nan.csv
refuse 3 'nan.csv:3: ' "$REGATTA" prepare -q nan.csv -o out.tsv
check 'no output of a failed prepare' [ ! -e out.tsv ]
refuse 3 'folder: is a directory' "$REGATTA" train -q split/train.tsv -o folder
refuse 1 'No such file' "$REGATTA" train -q split/train.tsv -o absent/model
refuse 2 'would replace the input' "$REGATTA" train -q split/train.tsv -o split/train.tsv
refuse 1 'split: already exists' "$REGATTA" prepare -q data.tsv --split ratio:0.8,0.2 -o split
printf 'a b\n' | gzip -c | head -c 15 >cut.gz
refuse 3 'cut.gz' "$REGATTA" prepare -q cut.gz -o out.tsv
same model before

# Which columns were taken is said, and can be settled where it is not evident.
printf 'rating_id,recipe_id,user_id,when,brand\n1,2,3,1511544070,x\n' >half.csv
expect 0 "$REGATTA" prepare half.csv -o -
check 'the columns are said' grep -qx '  user = user_id, item = recipe_id, time = when; not used: rating_id, brand' err
expect 0 "$REGATTA" prepare half.csv -o - -q
check 'nothing is said with -q' [ ! -s err ]
printf '1,22,333\n2,23,334\n' >three.csv
refuse 3 'three.csv:1: the roles of 3 columns without a header are ambiguous \(1 = 1, 2 = 22, 3 = 333\): give --user-column' \
    "$REGATTA" prepare three.csv -o kept
check 'no output of a refused reading' [ ! -e kept ]
expect 0 "$REGATTA" prepare three.csv -o - --weight-column 0
check 'no weight column' grep -qx '  user = column 1, item = column 2; not used: column 3' err
expect 0 "$REGATTA" prepare three.csv -o - --weight-column 3
check 'the weight column' grep -qx '  user = column 1, item = column 2, weight = column 3' err
expect 0 "$REGATTA" prepare data.tsv -o - -q --weight-column 0 --time-column 0
check 'neither weights nor times' grep -qx "$(printf 'user\titem')" out
refuse 2 'user-column' "$REGATTA" prepare three.csv -o - --user-column 0
printf '<html>\n<body>\n' >page.csv
refuse 3 'page.csv: is a web page' "$REGATTA" train -q page.csv -o model
same model before

# Models
refuse 1 'absent: No such file' "$REGATTA" info absent
refuse 3 'folder: is a directory' "$REGATTA" info folder
mkfifo pipe
refuse 3 'pipe: not a regular file' timeout 20 "$REGATTA" info pipe
rm pipe
refuse 3 'empty' "$REGATTA" info empty
refuse 3 'data.tsv' "$REGATTA" recommend data.tsv
head -c 1000 model >cut
refuse 3 'cut: ' "$REGATTA" info cut
size=$(wc -c <model)
head -c $((size - 1)) model >cut
refuse 3 'cut: ' "$REGATTA" recommend cut
for at in 3 9 200 $((size / 2)) $((size - 1)); do
    cp model altered
    byte=$(od -An -tu1 -j $at -N1 model | tr -d ' ')
    printf "\\$(printf %03o $((byte ^ 1)))" |
        dd of=altered bs=1 seek=$at conv=notrunc 2>/dev/null
    refuse 3 'altered' "$REGATTA" info altered
done

# Ids
refuse 3 "unknown user 'u999'" "$REGATTA" recommend model --user u999
refuse 3 "unknown item 'i7x'; did you mean 'i7'" "$REGATTA" similar model --item i7x
refuse 3 "unknown item 'nothing-like-it'$" "$REGATTA" similar model --item nothing-like-it
printf 'u1\nu2\nnobody-of-that-name\n' >users
refuse 3 "users:3: unknown user 'nobody-of-that-name'$" "$REGATTA" recommend model --users users --strict -o kept
check 'no output beside the error' [ ! -e kept ]
refuse 3 'empty: no id in it' "$REGATTA" recommend model --users empty
printf 'x i1 i2\ny i3 absent-item-name\n' >histories
refuse 3 "histories:2: unknown item 'absent-item-name'" "$REGATTA" recommend model --history histories -o kept
printf '{"user": "x", "items": 5}\n' >histories
refuse 3 'histories:1: ' "$REGATTA" recommend model --history histories
printf '{"user": "x", "items": ["i1"]\n' >histories
refuse 3 'histories:1: ' "$REGATTA" recommend model --history histories
refuse 3 'folder: is a directory' "$REGATTA" recommend model --users folder
refuse 3 '' "$REGATTA" evaluate -q model empty

# Full disks: /dev/full is a device that is written straight.
for command in "recommend model" "similar model --item i1" "info model" "info model --json" \
    "inspect -q data.tsv" "evaluate -q model split/test.tsv" \
    "explain model --user u1 --item i1"; do
    refuse 1 'stdout>: No space left' sh -c "'$REGATTA' $command >/dev/full"
done
refuse 1 '/dev/full: No space left' "$REGATTA" recommend model -o /dev/full
refuse 1 '/dev/full: No space left' "$REGATTA" embed model -o /dev/full -f tsv
refuse 1 '/dev/full: No space left' "$REGATTA" prepare -q data.tsv -o /dev/full
refuse 1 '/dev/full: No space left' "$REGATTA" train -q split/train.tsv -o /dev/full --steps 2
refuse 1 '/dev/full: No space left' "$REGATTA" evaluate -q model split/test.tsv --json /dev/full
check '/dev/full is still a device' [ -c /dev/full ]

# Training that does not stay finite: the inverse of this temperature is no float.
refuse 4 'training diverged' "$REGATTA" train -q split/train.tsv -o model --temperature 1e-40
same model before

# Weights whose sum a float cannot store, of a file and of a stream.
printf 'user,item,weight\na,x,1\nb,x,3e38\nb,x,3e38\n' >sums.csv
sums="the weights of user 'b' and item 'x' add up to more than a float can store"
refuse 3 "^regatta: sums.csv: $sums" "$REGATTA" train sums.csv --preset fast --weights raw -o none -q
refuse 3 "^regatta: <stdin>: $sums" sh -c '"$1" inspect - -q <sums.csv' sh "$REGATTA"
printf 'user,item,weight\na,x,1\nb,x,-1e308\n' >large.csv
refuse 3 "large.csv:3: the weight '-1e308' .* is larger than a float can store" \
    "$REGATTA" inspect large.csv -q --dislike-below 0
printf 'user,item,weight\na,x,1e-30\na,y,1\nb,x,1\nb,y,1e38\n' >wide.csv
refuse 4 "^regatta: wide.csv: weight .* is above 2" \
    "$REGATTA" train wide.csv --preset fast --weights raw -o none -q

# A limit on file size is a disk that fills while an output is written.
echo before >kept
# Not the least limit: libomp has a small file of its own in /dev/shm.
refuse 1 'kept: File too large' sh -c "ulimit -f 8; '$REGATTA' embed model -o kept -f tsv"
check 'the old file is as before' [ "$(cat kept)" = before ]
same model before
check 'no temporary file is left' [ -z "$(find . -name '.*.??????')" ]
# A name that two columns have; the date of a shelf, where other dates are empty.
printf 'user,item,rating,rating\n1,2,3,4\n2,2,3,4\n' >twins.csv
refuse 3 "twins.csv:1: columns 3 and 4 are both named 'rating': choose one with --weight-column" "$REGATTA" inspect twins.csv
expect 0 "$REGATTA" inspect twins.csv --weight-column 4
printf 'user_id,book_id,rating,date_added,read_at,started_at\n1,2,3,2020-01-01,,\n2,2,3,2020-01-02,,\n' >shelf.csv
expect 0 "$REGATTA" inspect shelf.csv
check 'its time' grep -q 'time = date_added' err
printf '{"user_id":"a","book_id":1,"rating":3,"date_added":"2017-01-01","read_at":"","started_at":""}\n' >shelf.jsonl
expect 0 "$REGATTA" inspect shelf.jsonl
check 'its time' grep -q 'time = date_added' err
finish
