# regatta convert of vectors: every format to every other, read back; and what is wrong with a file is said.
. "$(dirname "$0")/lib.sh"

planted 60 40 4 3 >data.tsv
expect 0 "$REGATTA" train data.tsv -o model --channels vectors --steps 5 --valid 0 --dim 8 -q
formats='npy w2v fvecs safetensors tsv faiss pgvector'
for format in $formats; do expect 0 "$REGATTA" embed model -o a.$format -q; done
cut -f 1 a.tsv >ids
for from in $formats; do
    for to in $formats; do
        expect 0 "$REGATTA" convert a.$from b.$to -q --vectors
        if [ $to = safetensors ]; then # without the metric in its head
            tail -c 1440 a.$to >wanted
            tail -c 1440 b.$to >got
            same got wanted
        else
            same b.$to a.$to
        fi
        if [ -e a.$to.ids.txt ]; then
            same b.$to.ids.txt ids
            rm b.$to.ids.txt
        else
            check "$to has its ids" [ ! -e b.$to.ids.txt ]
        fi
    done
done
expect 0 "$REGATTA" convert a.npy c.w2v
check 'says what it read' grep -q '^a.npy: npy, 40 vectors of 9 numbers$' err
check 'and the ids' grep -q '^  ids = a.npy.ids.txt$' err
check 'and what it wrote' grep -q '^c.w2v: w2v$' err

# By the tools of their users.
if /usr/bin/python3 -c 'import numpy' 2>/dev/null; then
    cat >read.py <<'PYTHON'
import json, numpy
rows = [line.rstrip("\n").split("\t") for line in open("a.tsv")]
ids, table = [r[0] for r in rows], numpy.array([r[1:] for r in rows], dtype=numpy.float32)
assert (numpy.load("b.npy") == table).all()
fvecs = numpy.fromfile("b.fvecs", dtype="<i4").reshape(40, 10)
assert (fvecs[:, 0] == 9).all() and (fvecs[:, 1:].copy().view("<f4") == table).all()
raw = open("b.safetensors", "rb").read()
size = int.from_bytes(raw[:8], "little")
tensor = json.loads(raw[8:8 + size])["items"]
begin, end = tensor["data_offsets"]
assert size % 8 == 0 and tensor["dtype"] == "F32" and tensor["shape"] == [40, 9]
assert (numpy.frombuffer(raw[8 + size:][begin:end], "<f4").reshape(40, 9) == table).all()
w2v = [line.split() for line in open("b.w2v")]
assert w2v[0] == ["40", "9"] and [r[0] for r in w2v[1:]] == ids
for kind in ("f2", "f8"):
    numpy.save(f"{kind}.npy", table.astype(kind))
numpy.save("big.npy", table.astype(">f4"))
numpy.save("whole.npy", table.astype("i4"))
numpy.save("fortran.npy", numpy.asfortranarray(table))
bad = table.copy()
bad[3, 2] = numpy.nan
numpy.save("nan.npy", bad)
numpy.save("many.npy", numpy.ones((100000, 50), dtype=numpy.float32))
PYTHON
    expect 0 /usr/bin/python3 read.py
    expect 0 "$REGATTA" convert f8.npy from8.tsv -q
    check 'float64, and numbers for ids' sh -c 'cut -f 2- a.tsv >x; cut -f 2- from8.tsv | cmp - x; [ "$(cut -f 1 from8.tsv | head -2 | tr "\n" " ")" = "0 1 " ]'
    expect 0 "$REGATTA" convert f2.npy from2.npy -q
    expect 0 /usr/bin/python3 -c 'import numpy; assert (numpy.load("from2.npy") == numpy.load("f2.npy").astype("f4")).all()'
    for name in big whole fortran nan; do refuse 3 "^regatta: $name.npy: " "$REGATTA" convert $name.npy x.tsv -q; done
    refuse 3 'nan.npy: row 3, column 2 \(from 0\) is not a finite float32' "$REGATTA" convert nan.npy x.fvecs
    check 'nothing is written' [ ! -e x.tsv -a ! -e x.fvecs -a ! -e x.fvecs.ids.txt ]
    expect 0 "$REGATTA" convert many.npy many.fvecs -q
    # Memory is that of a row: 20 MB of vectors.
    if ! grep -aq __asan_init "$REGATTA"; then
        cat >peak.py <<'PYTHON'
import resource, subprocess, sys
subprocess.run([sys.argv[1], "convert", *sys.argv[2:], "-q"], check=True)
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
PYTHON
        for pair in 'a.npy many.npy x.pgvector' 'a.pgvector x.pgvector x.npy'; do
            set -- $pair
            few=$(/usr/bin/python3 peak.py "$REGATTA" $1 y.${3#x.})
            all=$(/usr/bin/python3 peak.py "$REGATTA" $2 $3)
            check "$1: $few kB, then $all kB" [ "$all" -lt $((few + 4000)) ]
        done
    fi
    rm -f many.* x.* y.*
fi

# Both sides in one file: a tensor is chosen, with its ids.
expect 0 "$REGATTA" embed model --side both -o both.safetensors -q
refuse 3 'both.safetensors: has several tensors: choose one by --tensor: users, items' "$REGATTA" convert both.safetensors x.npy
refuse 3 "has no tensor 'pairs'; it has users, items" "$REGATTA" convert both.safetensors x.npy --tensor pairs
expect 0 "$REGATTA" convert both.safetensors x.npy --tensor items -q
same x.npy a.npy
same x.npy.ids.txt ids

# Streams, pipes, and a database.
expect 0 sh -c "'$REGATTA' convert - - --output-format w2v -q <a.pgvector | cmp - a.w2v"
expect 0 sh -c "'$REGATTA' convert a.w2v - --output-format npy -q | cmp - a.npy"
mkfifo pipe
cat a.fvecs >pipe &
expect 0 "$REGATTA" convert pipe x.faiss --vectors -q
same x.faiss a.faiss
if command -v sqlite3 >/dev/null && "$REGATTA" convert a.npy v.db --table vectors -q 2>/dev/null; then
    check 'a table' [ "$(sqlite3 v.db 'SELECT count(*), min(length(vector)) FROM vectors')" = '40|36' ]
    refuse 3 'cut.npy: is truncated' sh -c "head -c 200 a.npy >cut.npy; '$REGATTA' convert cut.npy v.db --table vectors"
    check 'stays' [ "$(sqlite3 v.db 'SELECT count(*) FROM vectors')" -eq 40 ]
    refuse 2 'a database needs a table' "$REGATTA" convert a.npy v.db
    refuse 2 'vectors are not read from a database' "$REGATTA" convert v.db x.npy
fi

# Texts of other hands: CRLF, a byte order mark, blanks at the end of lines of word2vec, no newline at the end.
printf '\357\273\277a\t1\t2\r\nb b\t3\t4' >odd.tsv
expect 0 "$REGATTA" convert odd.tsv x.pgvector -q
check 'read' [ "$(cat x.pgvector)" = "$(printf 'a\t[1,2]\nb b\t[3,4]')" ]
printf '2 2\na 1 2 \nb 3e0 4 \n' >odd.w2v
expect 0 "$REGATTA" convert odd.w2v x.tsv -q
check 'read' [ "$(cat x.tsv)" = "$(printf 'a\t1\t2\nb\t3\t4')" ]
refuse 3 "id 'b b' has a blank" "$REGATTA" convert odd.tsv x.w2v
check 'no file' [ ! -e x.w2v ]

# What is wrong is said in one line with its place, and outputs stay.
printf 'kept\n' >kept.npy
wrong() { # NAME BYTES REASON
    printf "$2" >"$1"
    refuse 3 "$1$3" "$REGATTA" convert "$1" kept.npy --vectors
}
wrong empty.npy '' ': is empty'
wrong empty.tsv '' ': is empty'
wrong short.fvecs '\003\000\000\000abc' ': is no file of vectors that is known'
wrong odd.fvecs '\001\000\000\000abcd\002\000\000\000abcd' ': vector 1 has not 1 number'
wrong gz.npy '\037\213\010\000abcd' ': is compressed'
wrong other.faiss 'IxPQ\001\000\000\000' ': an index of faiss other than IndexFlat'
wrong head.npy '\223NUMPY\001\000\377\377' ': is not a .npy file'
wrong json.safetensors '\003\000\000\000\000\000\000\000{a}' ': is not a safetensors file'
wrong none.safetensors '\002\000\000\000\000\000\000\000{}' ': has no tensor of two dimensions'
wrong words.w2v 'the cat sat\n' ':1: no vector'
wrong count.w2v '3 2\na 1 2\nb 3 4\n' ': 2 rows where its first line says 3'
wrong nan.tsv 'a\t1\t2\nb\tnan\t3\n' ':2: a number is not a finite'
wrong word.tsv 'a\t1\t2\nb\t1\tx\n' ':2: a number is missing or not a number'
wrong gap.tsv 'a\t1\t2\nb\t1\t\n' ':2: a number is missing'
wrong length.tsv 'a\t1\t2\nb\t1\n' ':2: 1 number, not 2 as before'
wrong noid.tsv 'a\t1\t2\n\t1\t2\n' ':2: the id is empty'
wrong latin.tsv 'a\t1\t2\n\344\t1\t2\n' ':2: the id is not UTF-8'
wrong open.pgvector 'a\t[1,2\n' ':1: no \[..\] behind the id'
wrong csv.tsv '"a",1,2\n' ':1: no vector'
cp a.npy less.npy
head -39 ids >less.npy.ids.txt
refuse 3 'less.npy.ids.txt: 39 ids for 40 vectors' "$REGATTA" convert less.npy kept.npy
{ cat ids && echo more; } >less.npy.ids.txt
refuse 3 'less.npy.ids.txt: more ids than the 40 vectors' "$REGATTA" convert less.npy kept.npy
mkdir folder.npy
refuse 3 'folder.npy: is a directory' "$REGATTA" convert folder.npy kept.npy
refuse 1 'missing.npy: No such file' "$REGATTA" convert missing.npy kept.npy
refuse 2 'the output would replace the input' "$REGATTA" convert a.npy a.npy
refuse 2 "no format has the extension '.xyz': choose one with --output-format" "$REGATTA" convert a.npy x.xyz
refuse 2 'is no format of vectors' "$REGATTA" convert a.npy x.csv --output-format csv
refuse 2 '--time-column has no effect on vectors' "$REGATTA" convert a.npy x.tsv --time-column 0
refuse 2 '--tensor has no effect on interactions' "$REGATTA" convert data.tsv x.csv --tensor items
refuse 2 '--tensor has no effect: a.npy is no safetensors' "$REGATTA" convert a.npy x.tsv --tensor items
refuse 2 'not compressed' "$REGATTA" convert a.npy x.npy.gz
check 'the output stays' [ "$(cat kept.npy)" = kept ]
check 'nothing is left over' [ -z "$(find . -name '.*regatta*')" ]
finish
