#!/bin/sh
# Times the nightly job, examples/nightly.sh, on datasets/debian in a PostgreSQL server of
# its own: packages are customers, their dependencies products, sections the tags. Prints,
# tab-separated, each command of the job with the minimum and the median of its seconds.
#
#   bench/nightly.sh REGATTA [RUNS] [OPTION of train]...
set -eu
here=$(cd "$(dirname "$0")/.." && pwd)
if [ -z "${REGATTA_TEST_POSTGRES-}" ]; then
    [ $# -gt 0 ] || { echo "usage: bench/nightly.sh REGATTA [RUNS] [OPTION]..." >&2; exit 2; }
    exec sh "$here/tests/with_postgres.sh" sh "$0" "$@"
fi
regatta=$(cd "$(dirname "$1")" && pwd)/$(basename "$1")
runs=${2:-5}
shift
[ $# -gt 0 ] && shift
url=$REGATTA_TEST_POSTGRES
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

sql() { psql "$url" -XAtq -v ON_ERROR_STOP=1 -c "$1"; }
sql "CREATE TABLE products (product text PRIMARY KEY, title text);
    CREATE TABLE product_tags (product text, tag text);
    CREATE TABLE customer_tags (customer text, team text);
    CREATE TABLE purchases (customer text, product text, number serial,
        bought timestamp GENERATED ALWAYS AS ('epoch'::timestamp + number * interval '1 second') STORED);
    CREATE TABLE returned (customer text, product text);
    CREATE TABLE packages (package text, section text, maintainer text, description text)" 2>"$work/error" ||
    { cat "$work/error" >&2; exit 1; }
gzip -dc "$here/datasets/debian/train.tsv.gz" | psql "$url" -Xq -c 'COPY purchases (customer, product) FROM STDIN'
gzip -dc "$here/datasets/debian/packages.tsv.gz" | sed 's/\\/\\\\/g' |
    psql "$url" -Xq -c 'COPY packages FROM STDIN (HEADER)'
sql 'INSERT INTO products SELECT package, description FROM packages;
    INSERT INTO product_tags SELECT package, section FROM packages WHERE package IN (SELECT product FROM purchases);
    INSERT INTO customer_tags SELECT package, section FROM packages WHERE package IN (SELECT customer FROM purchases);
    INSERT INTO returned SELECT customer, product FROM (SELECT DISTINCT ON (customer) * FROM purchases ORDER BY customer, number DESC) AS p;
    ANALYZE'

# A command `regatta` that writes down how long it takes.
cat >"$work/regatta" <<END
#!/bin/sh
begin=\$(date +%s%N)
"$regatta" "\$@" || exit
awk -v n="\$((\$(date +%s%N) - begin))" -v c="\$1" 'BEGIN { printf "%s\t%.3f\n", c, n / 1e9 }' >>"$work/times"
END
chmod +x "$work/regatta"
for run in $(seq "$runs"); do
    begin=$(date +%s%N)
    PATH=$work:$PATH sh "$here/examples/nightly.sh" "$url" "$work/job" "$@"
    awk -v n="$(($(date +%s%N) - begin))" 'BEGIN { printf "whole job\t%.3f\n", n / 1e9 }' >>"$work/times"
    echo "run $run of $runs" >&2
done
sql "SELECT count(*) || ' rows of recommendations' FROM recommendations" >&2
sort -t "$(printf '\t')" -k 1,1 -k 2,2n "$work/times" | awk -F '\t' '
    function show() { if (n) printf "%s\t%.2f\t%.2f\n", name, t[1], n % 2 ? t[(n + 1) / 2] : (t[n / 2] + t[n / 2 + 1]) / 2 }
    BEGIN { print "command\tminimum\tmedian" }
    $1 != name { show(); name = $1; n = 0 }
    { t[++n] = $2 }
    END { show() }'
