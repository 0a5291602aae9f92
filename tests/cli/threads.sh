# The model file has the same bytes at any number of threads and from run to run, and so
# has everything that is answered from it.
. "$(dirname "$0")/lib.sh"
planted 150 90 5 23 >data.tsv
train="train -q data.tsv --dim 16 --heads 2 --steps 30"
for attention in none cosine dot gatv2; do
    expect 0 "$REGATTA" $train --attention $attention -t 1 -o one
    for threads in 1 2 3 8; do
        expect 0 "$REGATTA" $train --attention $attention -t $threads -o other
        same one other
    done
done
"$REGATTA" recommend one -t 1 -k 10 >list
for threads in 2 3 8; do
    expect 0 "$REGATTA" recommend one -t $threads -k 10
    same out list
done
expect 0 "$REGATTA" train -q data.tsv --dim 16 --steps 30 --seed 2 -o two
expect 0 "$REGATTA" train -q data.tsv --dim 16 --steps 30 --seed 3 -o three
check 'another seed is another model' sh -c '! cmp -s two three'
finish
