# Formats of other tools, as these tools write them.
. "$(dirname "$0")/lib.sh"

python=/usr/bin/python3
"$python" -c 'import scipy.sparse' 2>/dev/null || {
    echo "skipped: python3-scipy is not installed" >&2
    exit 77
}
planted 40 30 4 3 >events.tsv
expect 0 "$REGATTA" prepare events.tsv -q -o plain.tsv

# The matrix of weights in each format of scipy, its rows as text.
cat >make.py <<'PYTHON'
import json, scipy.io, scipy.sparse as sparse
rows = [line.rstrip("\n").split("\t") for line in open("plain.tsv")][1:]
m = sparse.coo_matrix(([float(r[2]) for r in rows],
                       ([int(r[0][1:]) for r in rows], [int(r[1][1:]) for r in rows])))
m = m.tocsr()  # adds repeats
sparse.save_npz("csr.npz", m)
sparse.save_npz("csc.npz", m.tocsc())
sparse.save_npz("coo.npz", m.tocoo(), compressed=False)
sparse.save_npz("array.npz", sparse.csr_array(m))
sparse.save_npz("int.npz", m.astype("int32"))
sparse.save_npz("dia.npz", m.todia())
scipy.io.mmwrite("real.mtx", m)
scipy.io.mmwrite("integer.mtx", m.astype("int32"))
scipy.io.mmwrite("pattern.mtx", m, field="pattern")
scipy.io.mmwrite("symmetric.mtx", sparse.eye(3), symmetry="symmetric")
c = m.tocoo()
for name, base in (("from0", 0), ("from1", 1)):
    with open(name, "w") as out:
        for r, i, w in sorted(zip(c.row, c.col, c.data)):
            print(r + base, i + base, f"{w:g}", sep="\t", file=out)
with open("amazon.jsonl", "w") as out:
    for r in rows:
        print(json.dumps({"reviewerID": r[0], "asin": r[1], "reviewText": 'a "\u00e9"\n',
                          "overall": float(r[2]), "unixReviewTime": int(r[3])}), file=out)
with open("data.inter", "w") as out:
    print("user_id:token\titem_id:token\trating:float\ttimestamp:float", file=out)
    for r in rows:
        print(*r, sep="\t", file=out)
PYTHON
expect 0 "$python" make.py

# read_as FORMAT EXPECTED FILE: its edges, sorted.
read_as() {
    expect 0 "$REGATTA" prepare "$3" -o read.tsv || return
    check "$3 is recognised as $1" grep -q "^$3: $1" err
    tail -n +2 read.tsv | sort -n -k 1,1 -k 2,2 >got
    sort -n -k 1,1 -k 2,2 "$2" >wanted
    same got wanted
}
for name in csr csc coo array int; do read_as 'SciPy sparse matrix' from0 $name.npz; done
for name in real integer; do read_as 'MatrixMarket matrix' from1 $name.mtx; done
cut -f 1,2 from1 >pairs
read_as 'MatrixMarket matrix' pairs pattern.mtx
refuse 3 'another format than csr, csc and coo' "$REGATTA" inspect dia.npz
refuse 3 "the matrix is 'symmetric'" "$REGATTA" inspect symmetric.mtx
refuse 3 'give the .npz file' sh -c "'$REGATTA' inspect - <csr.npz"
refuse 3 'not an .npz file' "$REGATTA" inspect --format npz events.tsv
refuse 2 'a matrix has no columns' "$REGATTA" inspect real.mtx --user-column 2

# Order, repeats and times are kept.
expect 0 "$REGATTA" prepare amazon.jsonl -o json.tsv
check 'the keys in use' grep -q 'time = unixReviewTime; not used: reviewText$' err
same json.tsv plain.tsv
expect 0 "$REGATTA" prepare data.inter -o recbole.tsv
check 'RecBole is named' grep -q '^data.inter: RecBole atomic file, with a header' err
same recbole.tsv plain.tsv
expect 0 "$REGATTA" inspect amazon.jsonl --json
refuse 2 'only tables have a header' "$REGATTA" inspect amazon.jsonl --header

# zstd, in and out, beside gzip.
if command -v zstd >/dev/null; then
    zstd -q events.tsv amazon.jsonl real.mtx
    expect 0 "$REGATTA" prepare events.tsv.zst -o zstd.tsv.zst
    check 'zstd is named' grep -q '^events.tsv.zst: TSV, zstd' err
    check 'zstd reads the output' zstd -qd zstd.tsv.zst
    same zstd.tsv plain.tsv
    expect 0 sh -c "zstd -dc amazon.jsonl.zst | gzip | '$REGATTA' prepare - -q -o gzip.tsv"
    same gzip.tsv plain.tsv
    head -c 100 events.tsv.zst >cut.zst
    refuse 3 'the zstd stream is cut short' "$REGATTA" inspect cut.zst
    cat events.tsv.zst events.tsv.zst >twice.zst
    expect 0 "$REGATTA" inspect twice.zst --skip-bad --json
    check 'frames one after another' grep -q "  $(($(wc -l <events.tsv) - 1)) interactions repeat" err
fi

# What is not read has a name.
for magic in PAR1:Parquet ARROW1:Arrow FEA1:Feather; do
    printf '%s rest' "${magic%:*}" >binary
    refuse 3 "${magic#*:} file" "$REGATTA" inspect binary
done
printf "{'user': 1, 'item': 2}\n" >python.json
refuse 3 'Python dictionary, not JSON' "$REGATTA" inspect python.json

# A model from JSON lines is that from the table.
expect 0 "$REGATTA" train plain.tsv -q --preset fast -o a.regatta
expect 0 "$REGATTA" train amazon.jsonl -q --preset fast -o b.regatta
same a.regatta b.regatta

# Repeats are rows of their own, unless one row of a pair is asked for.
printf 'user,item\na,x\na,x\na,x\n' >repeats.csv
expect 0 "$REGATTA" prepare repeats.csv -o -
check 'three rows' [ "$(wc -l <out)" = 4 ]
check 'repeats are kept' grep -q '  2 interactions repeat a user and item: kept as repeats' err
expect 0 "$REGATTA" prepare repeats.csv --dedup max -o -
check 'one row' [ "$(wc -l <out)" = 2 ]
check 'repeats are merged' grep -q '  2 interactions repeat a user and item: merged' err
finish
