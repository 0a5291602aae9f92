# Vectors in the formats of other tools, checked byte by byte and, where it is there, by
# numpy.
read=$(cd "$(dirname "$0")/read" && pwd)
. "$(dirname "$0")/lib.sh"
small_model || { fail 'no small model'; finish; }

number() { od -An -t"$1" -j "$3" -N "$4" "$2" | tr -s ' \n' ' ' | sed 's/^ //; s/ $//'; }

for format in npy w2v fvecs safetensors tsv; do
    expect 0 "$REGATTA" embed model --side items -f $format -o items.$format
done
expect 0 "$REGATTA" embed model --side users -f tsv -o users.tsv
items=$(wc -l <items.tsv) users=$(wc -l <users.tsv)
check 'all items' [ "$items" -eq "$("$REGATTA" info model --json | sed -n 's/.*"items": \([0-9]*\),/\1/p' | head -1)" ]
check 'eight numbers and the bias' awk -F '\t' 'NF != 10 { exit 1 }' items.tsv
check 'unit rows' awk -F '\t' '{ s = 0; for (i = 2; i < NF; i++) s += $i * $i; if (s < 0.9999 || s > 1.0001) exit 1 }' items.tsv
check 'users end in 1' awk -F '\t' 'NF != 10 || $NF != 1 { exit 1 }' users.tsv
cut -f 1 items.tsv >ids
same items.npy.ids.txt ids
same items.fvecs.ids.txt ids
same items.safetensors.ids.txt ids

check 'npy: magic' [ "$(number x1 items.npy 0 8)" = '93 4e 55 4d 50 59 01 00' ]
check 'npy: the data begin at 128' [ "$(number u2 items.npy 8 2)" = 118 ]
check 'npy: shape' grep -aq "'descr': '<f4', 'fortran_order': False, 'shape': ($items, 9)" items.npy
check 'npy: size' [ "$(wc -c <items.npy)" -eq $((128 + 36 * items)) ]
check 'fvecs: size' [ "$(wc -c <items.fvecs)" -eq $((40 * items)) ]
check 'fvecs: dimension in front of each row' [ "$(number d4 items.fvecs 40 4)" = 9 ]
check 'safetensors: header' grep -aq "\"items\":{\"dtype\":\"F32\",\"shape\":\[$items,9\],\"data_offsets\":\[0,$((36 * items))\]" items.safetensors
head=$(number u8 items.safetensors 0 8)
check 'safetensors: aligned' [ $((head % 8)) -eq 0 ]
check 'safetensors: size' [ "$(wc -c <items.safetensors)" -eq $((8 + head + 36 * items)) ]
check 'w2v: first line' [ "$(head -1 items.w2v)" = "$items 9" ]
check 'w2v is tsv with blanks' sh -c "sed 1d items.w2v | tr ' ' '\t' | cmp - items.tsv"

# The same floats everywhere: the bytes of npy, safetensors and row 2 of fvecs.
tail -c +129 items.npy >raw
tail -c +$((9 + head)) items.safetensors >raw2
same raw raw2
number x1 raw 36 36 >a
number x1 items.fvecs 44 36 >b
same a b
check 'row 2 as text' awk -v row="$(number f4 raw 36 36)" -F '\t' '
    NR == 2 { n = split(row, x, " "); for (i = 1; i <= n; i++) { d = x[i] - $(i + 1); if (d > 1e-6 || d < -1e-6) exit 1 } exit n != 9 }' items.tsv

expect 0 "$REGATTA" embed model --side both -o both.npy
check 'a file for each side' [ -s both.users.npy -a -s both.items.npy -a -s both.users.npy.ids.txt ]
same both.items.npy items.npy
expect 0 "$REGATTA" embed model --side both -f safetensors -o both.safetensors
check 'both in one' [ "$(wc -l <both.safetensors.users.ids.txt)" -eq "$users" ]
expect 0 sh -c "'$REGATTA' embed model -f npy -o - | cmp - items.npy"
refuse 2 'standard output takes only one' "$REGATTA" embed model --side both -o -
printf 'a b\n' >old
printf 'user\titem\na\tx y\na\tz\nb\tz\n' >blank.tsv
expect 0 "$REGATTA" train -q blank.tsv -o blank --dim 4 --steps 2 --valid 0
refuse 3 "id 'x y' has a blank" "$REGATTA" embed blank -f w2v -o old
check 'the old file is as before' [ "$(cat old)" = 'a b' ]

# ---- the inner product of the files is the score of candidates --source vectors ----
# ranked USERS ITEMS K: `user item rank score` of the best K, ties in the order of ITEMS.
ranked() {
    awk -F '\t' -v users="$1" -v k="$3" '
        BEGIN { n = 0 }
        FILENAME != users { id[n] = $1; row[n++] = $0; next }
        {
            m = split($0, u, FS)
            for (i = 0; i < n; i++) {
                split(row[i], v, FS)
                score[i] = 0
                for (c = 2; c <= m; c++) score[i] += u[c] * v[c]
                free[i] = 1
            }
            for (r = 1; r <= k; r++) {
                best = -1
                for (i = 0; i < n; i++)
                    if (free[i] && (best < 0 || score[i] > score[best])) best = i
                free[best] = 0
                printf "%s\t%s\t%d\t%.9g\n", $1, id[best], r, score[best]
            }
        }' "$2" "$1"
}
# agree FILE FILE: rows `user item rank score` of the same scores, and of the same items
# but where two scores are as good as one.
agree() {
    paste "$1" "$2" | awk -F '\t' '
        { d = $4 - $8; if (d < 0) d = -d; size = $4 < 0 ? -$4 : $4
          if ($1 != $5 || $3 != $7 || d > 1e-4 * (1 + size)) exit 1
          if ($2 != $6) swapped++ }
        END { exit !(NR > 0 && swapped < NR / 100) }'
}
for test in model bf16 i8; do
    [ $test = model ] || expect 0 "$REGATTA" quantize -q model -o $test --type $test
    expect 0 "$REGATTA" embed -q $test --side both -o $test.tsv
    expect 0 "$REGATTA" candidates -q $test --source vectors -n 20 --keep-seen
    cut -f 1-4 out >asked
    ranked $test.users.tsv $test.items.tsv 20 >made
    check "$test: the best 20 of every user, from the files" agree asked made
done
check 'every user' [ "$(cut -f 1 asked | sort -u | wc -l)" -eq "$users" ]
printf 'anna\ti1\ti4\nbert\ti2\n' >history
expect 0 "$REGATTA" embed -q model --history history -o new.tsv
expect 0 "$REGATTA" candidates -q model --source vectors -n 20 --keep-seen --history history
cut -f 1-4 out >asked
ranked new.tsv model.items.tsv 20 >made
check 'the same of histories' agree asked made
printf 'new\tu1\tu4\nnewer\tu1\n' >had
expect 0 "$REGATTA" embed -q model --item-history had -o new.tsv
check 'a new item has the mean bias' awk -F '\t' '
    FNR == NR { sum += $NF; n++; next } { d = sum / n - $NF; if (d > 1e-5 || d < -1e-5) exit 1 }' model.items.tsv new.tsv

# ---- the cosine's file, and what is said of each ----
expect 0 "$REGATTA" embed model --no-bias -o cosine.tsv
check 'says cosine' grep -q '^metric: cosine' err
check 'eight numbers' awk -F '\t' 'NF != 9 { exit 1 }' cosine.tsv
cut -f 1-9 items.tsv | cmp -s - cosine.tsv || fail 'the vectors of both files are the same'
expect 0 "$REGATTA" embed model --side users --no-bias -o cosine.tsv
check 'unit rows of users' awk -F '\t' '{ s = 0; for (i = 2; i <= NF; i++) s += $i * $i; if (s < 0.9999 || s > 1.0001) exit 1 }' cosine.tsv
expect 0 "$REGATTA" embed model --side both -o both.safetensors
check 'says inner product' grep -q '^metric: inner product' err
check 'says what a row is' grep -Eq '^items: [0-9]+ rows of 9 numbers: unit vector, bias$' err
check 'the metric is in the file' grep -aq '"__metadata__":{"metric":"inner product","users":"vector times scale, 1","items":"unit vector, bias"}' both.safetensors
expect 0 "$REGATTA" embed model -q -o quiet.npy
check 'nothing is said with -q' [ ! -s err ]

# ---- the name of the file chooses the format ----
for format in npy w2v fvecs safetensors tsv; do
    expect 0 "$REGATTA" embed model -o named.$format
    same named.$format items.$format
done
expect 0 "$REGATTA" embed model -o named.VEC
same named.VEC items.w2v
expect 0 "$REGATTA" embed model -f fvecs -o v.bin
same v.bin items.fvecs
refuse 2 'the name says fvecs and --format says npy' "$REGATTA" embed model -f npy -o v.fvecs
refuse 2 "no format has the extension '.csv'" "$REGATTA" embed model -o v.csv
check 'nothing was made' [ ! -e v.fvecs -a ! -e v.csv ]
expect 0 "$REGATTA" embed model -o plain
same plain items.npy

# The line of docs/serving.md that makes a COPY of pgvector from the TSV.
awk -F '\t' '{ printf "%s\t[", $1; for (i = 2; i <= NF; i++) printf "%s%s", $i, i < NF ? "," : "]\n" }' items.tsv >copy
check 'COPY text' grep -Eq '^i[0-9]+	\[[-0-9.e]+(,[-0-9.e]+){8}\]$' copy
check 'all of COPY' sh -c '! grep -Evq "^i[0-9]+	\[[-0-9.e]+(,[-0-9.e]+){8}\]$" copy'

# Each format by the tool that its users use.
mkdir formats
for extension in npy w2v fvecs safetensors faiss pgvector; do
    expect 0 "$REGATTA" embed model --side items -o formats/items.$extension -q
done
expect 0 "$REGATTA" embed model --side both -o formats/both.safetensors -q
check 'faiss: the head' [ "$(head -c 4 formats/items.faiss) $(number d4 formats/items.faiss 4 4) $(number u8 formats/items.faiss 8 8)" = "IxFI 9 $items" ]
check 'faiss: size' [ "$(wc -c <formats/items.faiss)" -eq $((45 + 36 * items)) ]
check 'pgvector has the ids' [ ! -e formats/items.pgvector.ids.txt ]
python=/usr/bin/python3
if $python -c 'import numpy' 2>/dev/null && "$REGATTA" embed model --to formats/rows.db --table vectors 2>err; then
    check 'says the table' grep -q '^formats/rows.db: table vectors$' err
    with=
    $python -c 'import faiss' 2>/dev/null && with=faiss
    expect 0 $python "$read/vectors.py" formats $with
    sqlite3 formats/rows.db 'UPDATE vectors SET id = "old"'
    expect 0 "$REGATTA" embed model --to formats/rows.db --table vectors -q
    expect 0 $python "$read/vectors.py" formats
else
    echo 'numpy or SQLite is not here: their checks are left out'
fi
printf 'user\titem\na\\b\tx\\y\nc\tx\\y\nc\tz\nd\tz\na\\b\tz\nd\tw\nc\tw\n' >slash.tsv
expect 0 "$REGATTA" train -q slash.tsv -o slash --dim 4 --steps 2 --valid 0
expect 0 "$REGATTA" embed slash -o - -f pgvector -q
check 'backslashes for COPY' grep -q '^x\\\\y	\[' out
refuse 2 '-o OUT or --to is missing' "$REGATTA" embed model
refuse 2 'needs two tables' "$REGATTA" embed model --side both --to x.db --table t
refuse 2 'exclude each other' "$REGATTA" embed model --to x.db --table t -o y.npy
refuse 2 '--format has no effect with --to' "$REGATTA" embed model --to x.db --table t -f npy
finish
