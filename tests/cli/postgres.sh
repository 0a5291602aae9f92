# Records and vectors into tables of a PostgreSQL server, read back by psql. Runs beside
# the server of tests/with_postgres.sh.
read=$(cd "$(dirname "$0")/read" && pwd)
. "$(dirname "$0")/lib.sh"
small_model || { fail 'no small model'; finish; }
url=$REGATTA_TEST_POSTGRES
sql() { psql -XAtq -v ON_ERROR_STOP=1 -c "$1"; }
awk 'BEGIN { for (i = 0; i < 50; i++) print "i" i "\tIt'"'"'s \"" i "\"; \\N caf\303\251" }' >names.tsv
cut -f 1,2 data.tsv | sed 1d | head -20 >pairs
printf 'i7\ni8\n' >items

# table TYPES COMMAND...: the table has these types and the rows that the command prints.
count=0
table() {
    types=$1
    shift
    count=$((count + 1))
    expect 0 "$REGATTA" "$@" -q -f csv
    cp out printed.csv
    expect 0 "$REGATTA" "$@" -q --to "$url" --table "T $count"
    check 'nothing is printed' [ ! -s out -a ! -s err ]
    check "types of: $*" [ "$(sql "SELECT string_agg(data_type, ', ' ORDER BY ordinal_position) FROM information_schema.columns WHERE table_name = 'T $count'")" = "$types" ]
    sql "COPY \"T $count\" TO STDOUT CSV HEADER" >copied.csv
    check "rows of: $*" python3 "$read/rows.py" printed.csv copied.csv
}
table 'text, text, bigint, real' recommend model -k 5
table 'text, text, text, bigint, real, text, text, real' recommend model -k 5 --explain 1 --names names.tsv
table 'text, text, bigint, real, real, real' candidates model -n 30
table 'text, text, bigint, real' similar model --items items
table 'text, text, text, real, double precision' score model pairs --names names.tsv
table 'text, text, real, double precision, double precision, double precision, double precision, double precision, double precision, double precision, double precision, double precision, double precision, double precision, double precision' \
    explain model --user u1 --item i7 --exact
expect 0 "$REGATTA" evaluate model split/test.tsv --to "$url" --table users -q
check 'their mean is the table' [ "$(sql 'SELECT round(avg("recall@20")::numeric, 4) FROM users')" = "$(awk '$1 == "recall" { print $2 }' out)" ]

# The table is replaced, in place: its own columns, index, privileges and views stay.
sql 'CREATE SCHEMA shop'
sql 'CREATE TABLE shop.recs (score float8, item varchar(20), "user" text, rank int, day date DEFAULT current_date)'
sql 'CREATE INDEX by_user ON shop.recs ("user")'
sql "CREATE VIEW shop.best AS SELECT \"user\", item FROM shop.recs WHERE rank = 1"
for k in 3 2; do
    expect 0 "$REGATTA" recommend model -k $k -q --to "$url" --table shop.recs
    check "$k for each" [ "$(sql "SELECT count(*) FROM shop.recs WHERE day IS NOT NULL")" -eq $((90 * k)) ]
done
check 'the view stays' [ "$(sql 'SELECT count(*) FROM shop.best')" -eq 90 ]
sql 'CREATE TABLE other (x int)'
refuse 3 'column .* of relation .other' "$REGATTA" recommend model --to "$url" --table other
sql 'ALTER TABLE shop.recs ALTER score TYPE boolean USING true'
refuse 3 'shop.recs|boolean' "$REGATTA" recommend model --to "$url" --table shop.recs -q
check 'the old rows stay' [ "$(sql 'SELECT count(*) FROM shop.recs')" -eq 180 ]
refuse 1 'no_such|does not exist' "$REGATTA" recommend model --to "postgresql://tester:secret@/no_such?host=$PGHOST" --table t
check 'no password' sh -c '! grep -q secret err'

# Vectors: into a table, and as text that COPY reads, the same.
expect 0 "$REGATTA" embed model --to "$url" --table vectors -q
expect 0 "$REGATTA" embed model -f pgvector -o vectors.txt -q
sql 'COPY vectors TO STDOUT' >copied.txt
same vectors.txt copied.txt
sql 'CREATE TABLE copied (id text, vector text)'
check 'COPY reads it' sh -c 'psql -XAtq -c "COPY copied FROM STDIN" <vectors.txt'
check 'all of it' [ "$(sql 'SELECT count(*) FROM copied NATURAL JOIN vectors')" -eq "$(wc -l <vectors.txt)" ]

# A column of pgvector's type: of the extension where it is installed, else of a type made here that has its name, its
# number of dimensions and its text, but not its check of the text, which is made below.
sql 'DROP TABLE vectors'
sql 'CREATE EXTENSION vector' 2>/dev/null || sql "CREATE TYPE vector;
    CREATE FUNCTION vector_in(cstring) RETURNS vector AS 'textin' LANGUAGE internal IMMUTABLE STRICT;
    CREATE FUNCTION vector_out(vector) RETURNS cstring AS 'textout' LANGUAGE internal IMMUTABLE STRICT;
    CREATE TYPE vector (INPUT = vector_in, OUTPUT = vector_out, INTERNALLENGTH = VARIABLE, STORAGE = extended,
        TYPMOD_IN = varchartypmodin, TYPMOD_OUT = varchartypmodout)" 2>/dev/null
check 'a type vector' [ "$(sql "SELECT to_regtype('vector')")" = vector ]
vectors_are() {
    check "$1: its type" [ "$(sql "SELECT format_type(atttypid, atttypmod) FROM pg_attribute WHERE attrelid = '$1'::regclass AND attname = 'vector'")" = 'vector(9)' ]
    sql "COPY $1 TO STDOUT" >copied.txt
    same vectors.txt copied.txt
    check "$1: nine numbers" [ "$(sql "SELECT count(*) FROM $1 WHERE array_length(translate(vector::text, '[]', '{}')::float4[], 1) = 9")" -eq "$(wc -l <vectors.txt)" ]
}
expect 0 "$REGATTA" embed model --to "$url" --table vectors -q
vectors_are vectors
expect 0 "$REGATTA" embed model --to "$url" --table vectors -q # an existing column
vectors_are vectors
expect 0 "$REGATTA" embed model -o vectors.npy -q
expect 0 "$REGATTA" convert vectors.npy "$url" --table converted
check 'says the place without its password' grep -q ': table converted$' err
vectors_are converted
sql 'CREATE TABLE by_copy (id text, vector vector(9))'
check 'COPY of the text' sh -c 'psql -XAtq -c "COPY by_copy FROM STDIN" <vectors.txt'
vectors_are by_copy
head -c 500 vectors.npy >cut.npy
refuse 3 'is truncated' "$REGATTA" convert cut.npy "$url" --table converted
vectors_are converted
finish
