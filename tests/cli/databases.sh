# Databases as data. Runs beside a server (tests/with_postgres.sh), or without one.
. "$(dirname "$0")/lib.sh"

planted 40 30 4 3 >events.tsv
expect 0 "$REGATTA" prepare events.tsv -q -o plain.tsv
tail -n +2 plain.tsv >rows.tsv

# queries PLACE: what both databases do.
queries() {
    place=$1
    expect 0 "$REGATTA" prepare "$place" --query 'SELECT * FROM events ORDER BY n' -o got.tsv
    check "the roles of columns: $place" grep -q \
        'user = user_id, item = item_id, weight = rating, time = created_at; not used: n$' err
    check "rows are counted: $place" grep -q ', [0-9]* rows, ' err
    same got.tsv plain.tsv
    query='SELECT item_id, user_id FROM events WHERE rating > 1 ORDER BY n'
    expect 0 "$REGATTA" inspect "$place" --query "$query" --json
    refuse 3 'is a database with the tables .*events' "$REGATTA" inspect "$place"
    refuse 3 'nowhere' "$REGATTA" inspect "$place" --query 'SELECT * FROM nowhere'
    refuse 3 'must be a SELECT' "$REGATTA" inspect "$place" --query 'DELETE FROM events'
    refuse 3 'row 1: the user .column .user_id.. is empty' \
        "$REGATTA" inspect "$place" --query 'SELECT NULL AS user_id, item_id FROM events'
    refuse 3 '1 = a, 2 = b, 3 = c' "$REGATTA" inspect "$place" \
        --query 'SELECT n AS a, n AS b, n AS c FROM events'
    refuse 3 'format does not apply' "$REGATTA" inspect "$place" --query x --format tsv
    all='SELECT user_id, item_id, rating, created_at FROM events ORDER BY n'
    expect 0 "$REGATTA" train "$place" --query "$all" -q --preset fast -o b.regatta
    same a.regatta b.regatta
    expect 0 "$REGATTA" evaluate half.regatta "$place" --query "$all" -q
    expect 0 "$REGATTA" evaluate half.regatta plain.tsv --history "$place" -q \
        --query 'SELECT user_id, item_id FROM events WHERE n % 2 = 0'
}
expect 0 "$REGATTA" train plain.tsv -q --preset fast -o a.regatta
expect 0 sh -c "awk 'NR % 2' events.tsv | '$REGATTA' train - -q --preset fast -o half.regatta"
refuse 2 'query has no effect' "$REGATTA" inspect plain.tsv --query 'SELECT 1'
for command in inspect 'prepare -o none' 'train -o none'; do
    refuse 1 'absent.db: No such file' "$REGATTA" $command absent.db --query 'SELECT 1'
done
refuse 2 'query has no effect' "$REGATTA" evaluate a.regatta plain.tsv --query 'SELECT 1'

if command -v sqlite3 >/dev/null; then
    {
        echo 'CREATE TABLE events (n INTEGER PRIMARY KEY, user_id TEXT, item_id TEXT,' \
            'rating REAL, created_at INTEGER);'
        echo 'CREATE VIEW likes AS SELECT * FROM events; BEGIN;'
        awk -F '\t' '{ printf "INSERT INTO events VALUES (%d, \047%s\047, \047%s\047, %s, %s);\n",
            NR, $1, $2, $3, $4 }' rows.tsv
        echo 'COMMIT;'
    } | sqlite3 shop.db
    queries shop.db
    cp shop.db plain
    queries plain
    expect 0 "$REGATTA" inspect sqlite:plain --query 'SELECT user_id, item_id FROM likes'
    check 'tables and views are named' sh -c "'$REGATTA' inspect shop.db 2>&1 | grep -q 'events, likes'"
    sqlite3 plain 'CREATE VIEW hidden AS SELECT name AS user, seq AS item FROM pragma_database_list'
    refuse 3 'unsafe use' "$REGATTA" inspect plain --query 'SELECT * FROM hidden'
    refuse 3 'give its file' sh -c "'$REGATTA' inspect - <shop.db"
    refuse 1 'unable to open' "$REGATTA" inspect sqlite:nothing --query 'SELECT 1'
    check 'nothing is created' [ ! -e nothing ]
    head -c 3000 shop.db >cut.db
    refuse 3 'malformed' "$REGATTA" inspect cut.db --query 'SELECT * FROM events'
else
    echo 'skipped: sqlite3 is not installed' >&2
fi

if [ -n "${REGATTA_TEST_POSTGRES-}" ]; then
    psql -Xq -v ON_ERROR_STOP=1 >/dev/null <<'SQL'
CREATE TABLE raw (user_id text, item_id varchar(20), rating numeric, ts bigint);
\copy raw FROM rows.tsv
CREATE TABLE events (n serial, user_id text, item_id varchar(20), rating float4, created_at timestamptz);
INSERT INTO events (user_id, item_id, rating, created_at)
    SELECT user_id, item_id, rating, to_timestamp(ts) FROM raw;
SQL
    queries "$REGATTA_TEST_POSTGRES"
    queries "postgresql:///"
    refuse 1 'database "nowhere" does not exist' \
        "$REGATTA" inspect postgres:///nowhere --query 'SELECT 1'
    secret='postgresql://tester:secret@/postgres?host='"$PGHOST"'&application_name=secret'
    expect 0 "$REGATTA" train "$secret" --query 'SELECT * FROM raw' --preset fast \
        --report report.json -o c.regatta
    cat out err report.json >words
    check 'the place is shown' grep -q '^postgresql://tester@/postgres: PostgreSQL' err
    check 'no password is shown' sh -c '! grep secret words >&2'
    check 'no password is kept' sh -c "! grep -aq secret c.regatta"
    expect 0 "$REGATTA" convert plain.tsv "$secret" --table public.copy
    check 'the place of an output is shown' grep -q '^postgresql://tester@/postgres: [0-9]* rows$' err
    check 'its password is not' sh -c '! grep -q secret err'
    psql -XAtqc "SELECT \"user\", item, weight, extract(epoch FROM timestamp)::bigint FROM copy" \
        -F "$(printf '\t')" >got
    same got rows.tsv
    psql -Xqc 'CREATE ROLE reader; GRANT SELECT ON copy TO reader'
    expect 0 "$REGATTA" convert "$REGATTA_TEST_POSTGRES" --query 'SELECT * FROM raw' \
        "$REGATTA_TEST_POSTGRES" --table copy -q
    check 'privileges stay' [ "$(psql -XAtc "SELECT has_table_privilege('reader', 'copy', 'select')")" = t ]
    expect 0 "$REGATTA" convert postgresql:/// --query 'SELECT * FROM copy' back.tsv -q
    expect 0 "$REGATTA" prepare back.tsv -q -o again.tsv
    same again.tsv plain.tsv
    refuse 3 'is not a URL of PostgreSQL' "$REGATTA" inspect 'postgresql://u:sec@ret@/d' --query x
    check 'nor of a bad URL' sh -c "! grep -q sec@ err"
else
    echo 'skipped: run tests/with_postgres.sh' >&2
fi
finish
