# The model file has the same bytes at any number of threads and from run to run, and so
# has everything that is answered from it.
. "$(dirname "$0")/lib.sh"
planted 150 90 5 23 >data.tsv
# several OPTIONS: the same bytes at 1 (again), 2, 3 and 8 threads.
several() {
    expect 0 "$REGATTA" train -q data.tsv --dim 8 "$@" -t 1 -o one
    for threads in 1 2 3 8; do
        expect 0 "$REGATTA" train -q data.tsv --dim 8 "$@" -t $threads -o other
        same one other
    done
}
several --steps 12 --attention gatv2 --heads 2 --temperature 0.2 --eval-every 5
several --steps 12 --attention cosine --edge-dropout 0.2 --temperature 0.2 --no-refit
several --steps 12 --loss bpr --start random --weights log --temperature 0.2 --valid 0
several --steps 20
"$REGATTA" recommend one -t 1 -k 10 >list
for threads in 2 3 8; do
    expect 0 "$REGATTA" recommend one -t $threads -k 10
    same out list
done
expect 0 "$REGATTA" train -q data.tsv --dim 8 --steps 10 --temperature 0.2 --start random --seed 2 -o two
expect 0 "$REGATTA" train -q data.tsv --dim 8 --steps 10 --temperature 0.2 --start random --seed 3 -o three
check 'another seed is another model' sh -c '! cmp -s two three'

# The report of train has the costs of each kind of work, and its end prints them. FLOPs
# do not depend on the threads.
flops() { sed -n 's/.*"\(part\|channel\|name\|flops\)": \(.*\)/\2/p' "$1"; }
expect 0 "$REGATTA" train data.tsv --dim 8 --steps 20 -t 1 -o one --report one.json
check 'the table' grep -Eq '^  whole  items      (local|exact) ridge  +[0-9.]+ +[0-9.]+ +[0-9.]+$' err
check 'work of all channels' grep -Eq '^  slice  -          blend ' err
expect 0 "$REGATTA" train data.tsv --dim 8 --steps 20 -t 3 -o other --report other.json -q
check 'no table with -q' [ ! -s err ]
check 'members' grep -q '"work": \[' one.json
check 'many kinds' [ "$(grep -c '"flops": [0-9]' one.json)" -ge 15 ]
flops one.json >one.flops
flops other.json >other.flops
same one.flops other.flops
expect 0 "$REGATTA" info one --json
check 'no costs in the model' sh -c '! grep -q flops out'
finish
