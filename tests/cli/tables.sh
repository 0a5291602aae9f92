# Records into tables of an SQLite file, read back by sqlite3. tests/cli/postgres.sh does
# the same with a server.
read=$(cd "$(dirname "$0")/read" && pwd)
. "$(dirname "$0")/lib.sh"
small_model || { fail 'no small model'; finish; }
"$REGATTA" recommend model --to probe.db --table x -q -k 1 2>err
if grep -q 'no SQLite\|was built without' err || ! command -v sqlite3 >/dev/null; then
    echo 'skipped: no SQLite'
    exit 77
fi
tab=$(printf '\t')
awk 'BEGIN { for (i = 0; i < 50; i++) print "i" i "\tIt'"'"'s \"" i "\"; --\\" }' >names.tsv
cut -f 1,2 data.tsv | sed 1d | head -20 >pairs
printf 'i7\ni8\n' >items

# table WANTED COMMAND...: the rows of the table are those that the command prints, and
# the columns have the types WANTED.
count=0
table() {
    types=$1
    shift
    count=$((count + 1))
    expect 0 "$REGATTA" "$@" -q -f csv
    cp out printed.csv
    expect 0 "$REGATTA" "$@" -q --to rows.db --table "t $count"
    check 'nothing is printed' [ ! -s out -a ! -s err ]
    check "types of: $*" [ "$(sqlite3 rows.db "SELECT group_concat(type, ' ') FROM pragma_table_info('t $count')")" = "$types" ]
    check "rows of: $*" python3 "$read/rows.py" printed.csv rows.db "t $count"
    "$REGATTA" "$@" -q >printed.tsv
    check "TSV of: $*" python3 "$read/rows.py" printed.csv printed.tsv
    case "$*" in *explain*) return ;; esac # JSON has lists and terms of its own
    "$REGATTA" "$@" -q -f jsonl >printed.jsonl
    check "JSON of: $*" python3 "$read/rows.py" printed.csv printed.jsonl
}
table 'TEXT TEXT INTEGER REAL' recommend model -k 5
table 'TEXT TEXT TEXT INTEGER REAL TEXT TEXT REAL' recommend model -k 5 --explain 1 --names names.tsv
table 'TEXT TEXT INTEGER REAL REAL REAL' candidates model -n 30
table 'TEXT TEXT INTEGER REAL' similar model --items items
table 'TEXT INTEGER REAL' similar model --user u1
table 'TEXT TEXT TEXT REAL REAL' score model pairs --names names.tsv
table 'TEXT TEXT TEXT REAL REAL REAL REAL REAL REAL REAL REAL REAL REAL REAL REAL REAL' \
    explain model --user u1 --item i7 --exact --names names.tsv
expect 0 "$REGATTA" explain model --user u1 --item i7 --to rows.db --table why -q
check 'shares are numbers' [ "$(sqlite3 rows.db 'SELECT abs(sum(share) - 1) < 1e-9 FROM why')" = 1 ]
expect 0 "$REGATTA" evaluate model split/test.tsv --to rows.db --table users -q
check 'a row of each user' [ "$(sqlite3 rows.db 'SELECT count(*) FROM users')" -eq 90 ]
check 'their mean is the table' [ "$(sqlite3 rows.db 'SELECT printf("%.4f", avg("recall@20")) FROM users')" = "$(awk '$1 == "recall" { print $2 }' out)" ]

# Replaced, not added; other tables stay; a failure leaves the old rows.
expect 0 "$REGATTA" recommend model -k 2 -q --to rows.db --table 't 1'
check 'replaced' [ "$(sqlite3 rows.db 'SELECT count(*) FROM "t 1"')" -eq 180 ]
check 'other tables stay' [ "$(sqlite3 rows.db 'SELECT count(*) FROM "t 3"')" -gt 180 ]
sqlite3 rows.db 'CREATE TABLE own (score REAL, item TEXT, "user" TEXT, rank INTEGER, day TEXT DEFAULT "today"); CREATE TABLE other (x); CREATE VIEW seen AS SELECT 1 AS x'
expect 0 "$REGATTA" recommend model -k 2 -q --to rows.db --table own
check 'a table of its own columns' [ "$(sqlite3 rows.db 'SELECT count(*) FROM own WHERE day = "today" AND rank IN (1, 2)')" -eq 180 ]
refuse 3 "other.*column" "$REGATTA" recommend model --to rows.db --table other
refuse 3 'seen' "$REGATTA" recommend model --to rows.db --table seen
printf 'u1\tno-such\n' >wrong
refuse 3 'wrong' "$REGATTA" recommend model -k 2 --users wrong --to rows.db --table own
check 'the old rows stay' [ "$(sqlite3 rows.db 'SELECT count(*) FROM own')" -eq 180 ]
printf 'u1\nabsent\n' >list
refuse 3 'unknown user' "$REGATTA" recommend model --users list --strict --to new.db --table t
check 'no file is left' [ ! -e new.db ]

# Use.
refuse 2 '--to needs --table' "$REGATTA" recommend model --to rows.db
refuse 2 '--table has no effect without --to' "$REGATTA" recommend model --table t
refuse 2 'not a database' "$REGATTA" recommend model --to rows.txt --table t
refuse 2 'not a database' "$REGATTA" recommend model --to postgres:me:secret@host --table t
check 'no password' sh -c '! grep -q secret err'
refuse 2 '--to and --output exclude each other' "$REGATTA" recommend model --to rows.db --table t -o x
refuse 2 '--format has no effect with --to' "$REGATTA" recommend model --to rows.db --table t -f csv
refuse 2 'choose one' "$REGATTA" recommend model --to rows.db --table t --stream --users list
refuse 2 '--to and --output exclude each other' "$REGATTA" evaluate model split/test.tsv --to rows.db --table t --per-user x
refuse 1 'me@localhost:1/x' "$REGATTA" recommend model --to postgresql://me:secret@localhost:1/x --table t
check 'no password' sh -c '! grep -q secret err'
for url in postgresql://me:secret@host/x 'postgresql://host/x?password=secret&user=me' "x'postgres://me:se:secret@cret@host"; do
    refuse 1 'No such file' "$REGATTA" recommend model --names "$url"
    refuse 1 'No such file' "$REGATTA" recommend model --users "$url" --to rows.db --table t
    check "no password of $url" sh -c '! grep -q secret err'
done
check 'the rest stays' grep -q "x'postgres://me@host: No such" err
refuse 1 'no/such' "$REGATTA" recommend model --to no/such.db --table t
finish
