# The example of ranks: its model has the bytes of one process, in a file and in shards; and
# a failure ends it with one message.
REGATTA=$3
. "$(dirname "$0")/lib.sh"
example=$1 data=$2
run() { # RANKS ARGUMENTS...
    n=$1
    shift
    timeout 300 "$MPIEXEC" -n "$n" "$example" "$@" 10
}
expect 0 run 1 "$data" one.model
cp out one.out
expect 0 run 2 "$data" two.model
same one.model two.model
check 'the items of one process' [ "$(head -1 out)" = "$(head -1 one.out)" ]
check 'the traffic' grep -Eq '^2 ranks, rank 0 received [1-9][0-9]+ bytes$' out
expect 0 run 2 "$data" two.safetensors.index.json
check 'two shards' [ "$(ls two-*-0000?-of-00002.safetensors | wc -l)" -eq 2 ]
expect 0 "$REGATTA" convert -q two.safetensors.index.json joined.model
same one.model joined.model
expect 1 run 2 gone.tsv two.model
check 'the message' grep -q '^rank 0: gone.tsv: No such file' err
finish
