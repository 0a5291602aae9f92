#!/bin/sh
# Runs a command beside a PostgreSQL server of its own: in a temporary folder, on a Unix
# socket alone, ended with the command however that ends.
#
#   tests/with_postgres.sh COMMAND [ARGUMENT ...]
#
# The command finds the server by PGHOST, PGUSER and PGDATABASE, and a URL of it in
# REGATTA_TEST_POSTGRES. Exits with the command's code; 77 if PostgreSQL is not installed.
export LC_ALL=C
bin=$(command -v initdb || ls -d /usr/lib/postgresql/*/bin/initdb 2>/dev/null | tail -n 1)
if [ -z "$bin" ]; then
    echo "skipped: PostgreSQL is not installed (Debian package postgresql)" >&2
    exit 77
fi
bin=$(dirname "$(readlink -f "$bin")")
folder=$(mktemp -d /tmp/regatta-postgres-XXXXXX) || exit 1
server=
stop() {
    if [ -n "$server" ]; then
        kill -QUIT "$server" 2>/dev/null
        wait "$server" 2>/dev/null
    fi
    rm -rf "$folder"
}
trap stop EXIT
trap 'exit 1' HUP INT TERM

# PostgreSQL refuses to run as root.
as="setpriv --pdeathsig QUIT"
if [ "$(id -u)" -eq 0 ]; then
    user=$(id -u postgres 2>/dev/null || id -u nobody)
    group=$(id -g "$user" 2>/dev/null || id -g nobody)
    chown "$user:$group" "$folder"
    as="setpriv --reuid $user --regid $group --clear-groups --pdeathsig QUIT"
fi
chmod 755 "$folder"
$as "$bin/initdb" -D "$folder/data" -U tester --auth trust --no-sync --encoding UTF8 \
    --no-locale >"$folder.log" 2>&1 || {
    cat "$folder.log" >&2
    rm -f "$folder.log"
    exit 1
}
$as "$bin/postgres" -D "$folder/data" -k "$folder" -c listen_addresses= -c fsync=off \
    -c unix_socket_permissions=0777 >"$folder.log" 2>&1 &
server=$!
export PGHOST="$folder" PGUSER=tester PGDATABASE=postgres
export REGATTA_TEST_POSTGRES="postgresql://tester@/postgres?host=$folder"
tries=0
until psql -XAtqc 'SELECT 1' >/dev/null 2>&1; do
    tries=$((tries + 1))
    if [ "$tries" -gt 600 ] || ! kill -0 "$server" 2>/dev/null; then
        echo "the server did not start:" >&2
        cat "$folder.log" >&2
        rm -f "$folder.log"
        exit 1
    fi
    sleep 0.1
done
rm -f "$folder.log"
"$@"
