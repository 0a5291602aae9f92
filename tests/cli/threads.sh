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
finish
