# regatta convert: every output is read by the tool that its users use, and by regatta.
. "$(dirname "$0")/lib.sh"

python=/usr/bin/python3
"$python" -c 'import scipy.sparse' 2>/dev/null || {
    echo "skipped: python3-scipy is not installed" >&2
    exit 77
}
# In no order of users, with repeats, and ids that need quotes.
planted 40 30 4 3 | awk 'NR > 1 { print NR * 7919 % 997 "\t" $0 }' | sort -n | cut -f 2- >rows
head -3 rows >>rows
printf 'a "b", c\ti,1\t0.1\t1600000000\n' >>rows
{ printf 'user\titem\tweight\ttimestamp\n' && cat rows; } >in.tsv

for name in a.tsv a.csv a.jsonl a.inter b.csv.gz b.jsonl.zst; do
    expect 0 "$REGATTA" convert in.tsv $name
    check "$name: rows are counted" grep -q "^$name: $(wc -l <rows) rows$" err
    expect 0 "$REGATTA" convert $name back.tsv -q
    same back.tsv in.tsv
done
cat >read.py <<'PYTHON'
import csv, json, numpy, scipy.io, scipy.sparse
rows = [line.rstrip("\n").split("\t") for line in open("rows")]
text = [[r[0], r[1], float(r[2]), int(r[3])] for r in rows]
def typed(rows):
    return [[r[0], r[1], float(r[2]), int(r[3])] for r in rows]
assert typed(list(csv.reader(open("a.csv")))[1:]) == text
assert typed(list(csv.reader(open("a.tsv"), delimiter="\t", quoting=csv.QUOTE_NONE))[1:]) == text
assert [[d["user"], d["item"], d["weight"], d["timestamp"]]
        for d in map(json.loads, open("a.jsonl"))] == text
users, items = ({x: k for k, x in enumerate(dict.fromkeys(r[c] for r in rows))} for c in (0, 1))
expected = scipy.sparse.coo_matrix(
    ([numpy.float32(r[2]) for r in rows], ([users[r[0]] for r in rows], [items[r[1]] for r in rows])),
    shape=(len(users), len(items)), dtype=numpy.float32).tocsr()
npz = scipy.sparse.load_npz("m.npz")
assert npz.nnz == len(rows)  # repeats are kept, and added by whoever sorts them
assert abs(npz - expected).max() < 1e-5 and npz.shape == expected.shape
ids = numpy.load("m.npz")
assert [x.decode() for x in ids["users"]] == list(users)
assert [x.decode() for x in ids["items"]] == list(items)
mtx = scipy.io.mmread("m.mtx")
assert abs(mtx.tocsr() - expected).max() < 1e-5
assert open("m.mtx.users.txt").read().split("\n")[:-1] == list(users)
assert open("m.mtx.items.txt").read().split("\n")[:-1] == list(items)
lists = {line.split()[0]: line.split()[1:] for line in open("m.adj")}
assert lists == {u: [r[1] for r in rows if r[0] == u] for u in users if " " not in u}
PYTHON
expect 0 "$REGATTA" convert in.tsv m.npz --time-column 0
expect 0 "$REGATTA" convert in.tsv m.mtx --time-column 0
grep -v '"' in.tsv >plain.tsv
expect 0 "$REGATTA" convert plain.tsv m.adj --time-column 0 --weight-column 0
expect 0 "$python" read.py
expect 0 "$REGATTA" inspect m.npz
check 'ids of the archive' grep -q 'user = users.npy, item = items.npy, weight = value' err

# Standard input and output, and a pipe, which is read once.
expect 0 sh -c "'$REGATTA' convert - - -q <in.tsv | cmp - in.tsv"
expect 0 sh -c "'$REGATTA' convert in.tsv - -q --output-format jsonl | cmp - a.jsonl"
mkfifo pipe
cat in.tsv >pipe &
expect 0 "$REGATTA" convert pipe back.tsv -q
same back.tsv in.tsv
cat pipe >seen &
expect 0 "$REGATTA" convert in.tsv pipe -q --output-format tsv
wait
same seen in.tsv

# Peak memory does not grow with the rows, nor with the ids of an output that needs no list of them. (A sanitizer's
# allocator keeps what was freed.)
if ! grep -aq __asan_init "$REGATTA"; then
    cat >peak.py <<'PYTHON'
import resource, subprocess, sys
subprocess.run([sys.argv[1], "convert", *sys.argv[2:], "-q"], check=True)
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
PYTHON
    rows_of() {
        awk -v n="$1" -v m="$2" 'BEGIN { print "user\titem\tweight\ttimestamp"
            for (k = 0; k < n; k++) print "user-" k % m "\titem-" k * 7919 % m "\t" 1 + k % 5 "\t" 1600000000 + k }'
    }
    rows_of 500000 500000 >some.tsv
    rows_of 2000000 2000000 >many.tsv
    rows_of 500000 3000 >known.tsv
    rows_of 2000000 3000 >knowns.tsv
    for name in tsv jsonl; do
        few=$("$python" peak.py "$REGATTA" some.tsv big.$name)
        all=$("$python" peak.py "$REGATTA" many.tsv big.$name)
        check "$name: $few kB, then $all kB" [ "$all" -lt $((few * 3 / 2)) ]
    done
    expect 0 "$REGATTA" convert big.jsonl big.tsv -q
    same big.tsv many.tsv
    for name in mtx npz; do
        few=$("$python" peak.py "$REGATTA" known.tsv big.$name --time-column 0)
        all=$("$python" peak.py "$REGATTA" knowns.tsv big.$name --time-column 0)
        check "$name: $few kB, then $all kB" [ "$all" -lt $((few + 30000)) ] # rows of a window of users
    done
    expect 0 "$python" -c 'import scipy.sparse; m = scipy.sparse.load_npz("big.npz"); assert m.nnz == 2000000 and m.shape == (3000, 3000) and m.sum() == 6000000'
    rm -f some.tsv many.tsv known.tsv knowns.tsv big.*
fi

# What cannot be held is not left out unasked; outputs stay as they were.
cp a.csv before
refuse 2 'lists hold no weights' "$REGATTA" convert in.tsv a.adj
for id in '##' '%' '%%2'; do
    printf 'user,item\nu,x\n%s,x\n' "$id" >sharp.csv
    refuse 3 "a.adj: a list of the user '$id' would be read as a comment" "$REGATTA" convert sharp.csv a.adj
done
refuse 2 'holds no times' "$REGATTA" convert in.tsv m2.npz
refuse 2 'choose --output-format' "$REGATTA" convert in.tsv a.xyz
refuse 2 'the output would replace the input' "$REGATTA" convert a.csv a.csv
refuse 2 'only a database has tables' "$REGATTA" convert in.tsv a.csv --table t
printf 'user\titem\nu\ti\nu\t\n' >bad.tsv
refuse 3 'bad.tsv:3: the item' "$REGATTA" convert bad.tsv a.csv
same a.csv before
check 'nothing is left over' [ -z "$(find . -name '.*regatta*')" ]

if command -v sqlite3 >/dev/null && "$REGATTA" convert in.tsv shop.db --table events -q 2>/dev/null; then
    sqlite3 -separator "$(printf '\t')" shop.db "SELECT user, item, printf('%g', weight), timestamp FROM events" >seen
    same seen rows
    sqlite3 shop.db 'CREATE INDEX by_user ON events (user)'
    expect 0 "$REGATTA" convert plain.tsv shop.db --table events
    sqlite3 -separator "$(printf '\t')" shop.db "SELECT user, item, printf('%g', weight), timestamp FROM events" >seen
    tail -n +2 plain.tsv >wanted
    same seen wanted
    check 'the index stays' sh -c 'sqlite3 shop.db .schema | grep -q by_user'
    expect 0 "$REGATTA" convert shop.db back.tsv -q --query 'SELECT * FROM events'
    same back.tsv plain.tsv
    refuse 2 'needs a table' "$REGATTA" convert in.tsv shop.db
    refuse 3 'bad.tsv:3: the item' "$REGATTA" convert bad.tsv shop.db --table events
    check 'the rows stay' [ "$(sqlite3 shop.db 'SELECT count(*) FROM events')" -eq "$(wc -l <wanted)" ]

    # A disk that is full after some pages: a new file goes, an old one is as it was.
    awk 'BEGIN { for (k = 0; k < 200000; k++) print "u" k % 5000 "\ti" k }' >many.tsv
    for to in new.db shop.db; do
        refuse 1 "$to: (disk I/O error|database or disk is full)" sh -c \
            "ulimit -f 600; trap '' XFSZ; '$REGATTA' convert many.tsv $to --table events"
    done
    check 'no new database, and no journal' [ -z "$(ls | grep -e '^new.db' -e journal)" ]
    check 'the old rows' [ "$(sqlite3 -readonly shop.db 'SELECT count(*) FROM events')" -eq "$(wc -l <wanted)" ]
fi
finish
