# The nightly job, examples/nightly.sh: from PostgreSQL tables to recommendations for all
# users and vectors of items, killed at many moments. Runs beside the server of
# tests/with_postgres.sh.
here=$(cd "$(dirname "$0")" && pwd)
. "$here/lib.sh"
. "$here/shop.sh"
url=$REGATTA_TEST_POSTGRES
PATH=$(dirname "$REGATTA"):$PATH
export PATH
make_shop 600 120
nightly() { sh "$here/../../examples/nightly.sh" "$url" job --dim 8 --steps 4 --channels vectors,items,content,profile; }
expect 0 nightly
check 'silent' [ ! -s out -a ! -s err ]

# Everybody has ten, new customers too, with titles; new products are among them.
n_users=$(sql 'SELECT count(*) FROM customer_tags')
check 'ten for each' [ "$(sql 'SELECT count(*) FROM recommendations')" -eq $((10 * n_users)) ]
check 'for new customers' [ "$(sql "SELECT count(*) FROM recommendations WHERE \"user\" IN ('zoe', 'kim')")" -eq 20 ]
check 'of their team' [ "$(sql "SELECT count(*) FROM recommendations WHERE \"user\" = 'zoe' AND item ~ '^i' AND substr(item, 2)::int % 6 = 1")" -ge 7 ]
check 'with titles' [ "$(sql 'SELECT count(*) FROM recommendations r JOIN products p ON p.product = r.item AND p.title = r.title')" -eq $((10 * n_users)) ]
check 'nothing that they have' [ "$(sql 'SELECT count(*) FROM recommendations r JOIN purchases p ON p.customer = r."user" AND p.product = r.item')" -eq 0 ]
check 'vectors of all products' [ "$(sql 'SELECT count(*) FROM product_vectors JOIN products ON id = product')" -eq "$(sql 'SELECT count(*) FROM products')" ]
check 'vectors of the form of pgvector' [ "$(sql "SELECT count(*) FROM product_vectors WHERE array_length(string_to_array(trim(vector::text, '[]'), ',')::float4[], 1) <> 9")" -eq 0 ]

# Returned products do not come back, for these customers.
sql 'INSERT INTO returned SELECT "user", item FROM recommendations WHERE rank <= 2 AND "user" < '"'u3'"
expect 0 nightly
check 'still ten for each' [ "$(sql 'SELECT count(*) FROM recommendations')" -eq $((10 * n_users)) ]
check 'nothing that they returned' [ "$(sql 'SELECT count(*) FROM recommendations r JOIN returned t ON t.customer = r."user" AND t.product = r.item')" -eq 0 ]
check 'others get it' [ "$(sql 'SELECT count(*) FROM recommendations WHERE item IN (SELECT product FROM returned)')" -gt 0 ]

# Ids with a backslash, a comma and quotes are those of the tables in every list.
sql "UPDATE products SET product = 'p\N, \"five\"' WHERE product = 'i5';
    UPDATE product_tags SET product = 'p\N, \"five\"' WHERE product = 'i5';
    UPDATE purchases SET product = 'p\N, \"five\"' WHERE product = 'i5'"
expect 0 nightly
check 'the product is recommended' [ "$(sql "SELECT count(*) FROM recommendations WHERE item LIKE 'p%'")" -gt 0 ]
check 'with its title' [ "$(sql "SELECT count(*) FROM recommendations WHERE item LIKE 'p%' AND title IS DISTINCT FROM 'The i5'")" -eq 0 ]
sql "INSERT INTO returned SELECT \"user\", item FROM recommendations WHERE item LIKE 'p%' AND rank <= 5"
expect 0 nightly
check 'nothing that they returned' [ "$(sql 'SELECT count(*) FROM recommendations r JOIN returned t ON t.customer = r."user" AND t.product = r.item')" -eq 0 ]
before=$(sql 'SELECT md5(string_agg(r::text, chr(10) ORDER BY "user", rank)) FROM recommendations r')
expect 2 sh "$here/../../examples/nightly.sh" "$url" job --preset fast --temperature 0.2
expect 3 sh "$here/../../examples/nightly.sh" "$url" job --preset fast
check 'without vectors no table is replaced' [ "$(sql 'SELECT md5(string_agg(r::text, chr(10) ORDER BY "user", rank)) FROM recommendations r')" = "$before" ]
expect 0 nightly

# Killed: the table has the rows of one run, whole. Two runs that differ in length.
run() { # K: all users, K items each
    "$REGATTA" recommend job/model -q -k "$1" --to "$url" --table recommendations
}
state() { sql "SELECT count(*) || ' ' || md5(string_agg(r::text, '|' ORDER BY \"user\", rank)) FROM recommendations r"; }
embed() { "$REGATTA" embed job/model -q ${1-} --to "$url" --table product_vectors; }
vectors() { sql "SELECT count(*) || ' ' || md5(string_agg(v::text, '|' ORDER BY id)) FROM product_vectors v"; }
embed --no-bias
with_7=$(run 7; state)
without=$(vectors)
begin=$(date +%s%N)
with_10=$(run 10; state)
length=$(($(date +%s%N) - begin)) # nanoseconds of a run and a query
with=$(embed; vectors)
check 'four states' [ "$with_7" != "$with_10" -a "$with" != "$without" ]

# one_of STATE WANTED...
one_of() {
    seen=$1
    shift
    for wanted in "$@"; do [ "$seen" = "$wanted" ] && return 0; done
    return 1
}
seed=5
k=7
for try in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
    seed=$((seed * 16807 % 2147483647))
    wait_for=$(awk -v s=$seed -v l="$length" 'BEGIN { printf "%.4f", s / 2147483647 * l / 1e9 }')
    signal=KILL
    [ $((try % 3)) -eq 0 ] && signal=TERM
    if [ $((try % 4)) -eq 0 ]; then
        timeout -s $signal "$wait_for" "$REGATTA" embed job/model -q --to "$url" --table product_vectors
        check "try $try, $signal after $wait_for s: whole" one_of "$(vectors)" "$with" "$without"
    else
        timeout -s $signal "$wait_for" "$REGATTA" recommend job/model -q -k $k --to "$url" --table recommendations
        check "try $try, $signal after $wait_for s: whole" one_of "$(state)" "$with_7" "$with_10"
        k=$((17 - k))
    fi
done 2>/dev/null

# Killed in the middle of the rows: a trigger stops the server at a row until a lock is free.
sql "CREATE FUNCTION hold() RETURNS trigger LANGUAGE plpgsql AS
    'BEGIN PERFORM pg_advisory_lock(7); RETURN NEW; END';
    CREATE TRIGGER hold BEFORE INSERT ON recommendations FOR EACH ROW
        WHEN (NEW.rank = 3 AND NEW.\"user\" = 'u300') EXECUTE FUNCTION hold()"
before=$(state)
for signal in KILL TERM; do
    mkfifo session
    psql "$url" -XAtq <session >locked &
    holder=$!
    exec 9>session
    echo 'SELECT pg_advisory_lock(7);' >&9
    until [ "$(sql "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND granted")" -eq 1 ]; do :; done
    "$REGATTA" recommend job/model -q -k 5 --to "$url" --table recommendations &
    pid=$!
    until [ "$(sql "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted")" -eq 1 ]; do
        kill -0 $pid || break
    done
    check 'others see the old rows meanwhile' [ "$(state)" = "$before" ]
    kill -$signal $pid
    wait $pid
    check "ended by $signal" [ $? -gt 128 ]
    check "after $signal the old rows" [ "$(state)" = "$before" ]
    exec 9>&-
    wait $holder
    rm session
    check 'and they stay' [ "$(state)" = "$before" ]
done 2>/dev/null
sql 'DROP TRIGGER hold ON recommendations'
expect 0 run 7
check 'then the next run' [ "$(state)" = "$with_7" ]

# The same with an SQLite file.
lite() { sqlite3 -cmd ".timeout 9000" rows.db "PRAGMA integrity_check; SELECT count(*) FROM recs"; }
"$REGATTA" recommend job/model -q -k 7 --to rows.db --table recs
lite_7=$(lite)
"$REGATTA" recommend job/model -q -k 10 --to rows.db --table recs
lite_10=$(lite)
k=7
for try in 1 2 3 4 5 6; do
    seed=$((seed * 16807 % 2147483647))
    wait_for=$(awk -v s=$seed -v l="$length" 'BEGIN { printf "%.4f", s / 2147483647 * l / 2e9 }')
    timeout -s KILL "$wait_for" "$REGATTA" recommend job/model -q -k $k --to rows.db --table recs
    check "SQLite, try $try: whole" one_of "$(lite)" "$lite_7" "$lite_10"
    k=$((17 - k))
done 2>/dev/null
finish
