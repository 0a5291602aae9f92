# Short of address space, of threads, of libraries: an answer or a clear error, no hang.
. "$(dirname "$0")/lib.sh"
planted 300 200 5 23 >data.tsv
small_model
expect 0 "$REGATTA" inspect -q data.tsv
cp out whole

# under MEGABYTES COMMAND...: with that much address space
under() {
    limit=$1
    shift
    (ulimit -v $((limit * 1024)) && exec timeout 120 "$@")
}

# answers MEGABYTES COMMAND...: done, or out of memory in one line and exit 1
answers() {
    under "$@" >out 2>err
    got=$?
    checks=$((checks + 1))
    [ $got -eq 0 ] && return
    [ $got -eq 1 ] && grep -q 'out of memory' err && [ "$(wc -l <err)" -eq 1 ] && return
    fail "exit $got under $*: $(cat err)"
}

# A sanitizer's shadow takes terabytes.
if under 100 "$REGATTA" --version >out 2>err; then
    for limit in 40 60 100 150 200 300; do
        expect 0 under $limit "$REGATTA" --version
        expect 0 under $limit "$REGATTA" --help
        expect 0 under $limit "$REGATTA" recommend model -k 3
        for threads in 1 2 16; do
            answers $limit "$REGATTA" inspect -q data.tsv -t $threads
            answers $limit "$REGATTA" prepare -q data.tsv -o out.tsv -t $threads
            answers $limit "$REGATTA" train -q data.tsv -o other --preset fast -t $threads
            answers $limit "$REGATTA" candidates model -n 5 -t $threads
            answers $limit "$REGATTA" evaluate -q model data.tsv -t $threads
        done
    done
    refuse 1 'libigraph.*address space' under 60 "$REGATTA" inspect -q data.tsv
    expect 0 under 300 "$REGATTA" inspect -q data.tsv
    same out whole
    refuse 1 'address space' env OPENBLAS_NUM_THREADS=2 sh -c \
        'ulimit -v 180000; OMP_NUM_THREADS=2 exec "$0" inspect -q data.tsv' "$REGATTA"
else
    echo 'ulimit -v: not with this build'
fi

# limited SIZE COMMAND..: refused by the limit, in one line that names it.
limited() {
    size=$1
    shift
    refuse 1 'out of memory: the memory_limit is |(training|fitting the model again) needs about .* allowed' "$REGATTA" "$@" --memory-limit "$size"
}
cut -f 1-2 data.tsv | tail -n +2 | head -40 >pairs.tsv
for size in 1 1K 5000; do
    limited $size train -q data.tsv -o none --preset fast
    limited $size inspect -q data.tsv
    limited $size prepare -q data.tsv -o out.tsv
    limited $size recommend model -k 3
    limited $size candidates model -n 5
    limited $size similar model --item i1
    limited $size explain model --user u1 --item i2
    limited $size score -q model pairs.tsv
    limited $size evaluate -q model data.tsv
    limited $size embed -q model -o vectors.npy
    limited $size quantize -q model -o none
    limited $size prune -q model -o none --keep 0.5
    limited $size index -q model -o none --force
    limited $size update -q model data.tsv -o none
    limited $size report -q model -o page.html
    limited $size tune -q data.tsv -o best.conf --budget 5
    limited $size convert -q data.tsv rows.jsonl
done
check 'nothing is written' [ ! -e none -a ! -e page.html -a ! -e rows.jsonl -a ! -e vectors.npy -a ! -e best.conf ]
limited 1M train -q data.tsv -o none
refuse 1 'training needs about .* besides the data .* allowed: ' "$REGATTA" train -q data.tsv -o none --memory-limit 2M
expect 0 "$REGATTA" recommend model -k 3
cp out whole
expect 0 "$REGATTA" recommend model -k 3 --memory-limit 1G
same out whole
refuse 2 'memory-limit: must be a number of bytes' "$REGATTA" recommend model --memory-limit 1X

# Without igraph all but inspect works, and that says what is missing.
mkdir broken
: >broken/libigraph.so.3
refuse 1 'cannot load libigraph' env LD_LIBRARY_PATH="$PWD/broken" "$REGATTA" inspect -q data.tsv
expect 0 env LD_LIBRARY_PATH="$PWD/broken" "$REGATTA" train -q data.tsv -o other --preset fast
expect 0 env LD_LIBRARY_PATH="$PWD/broken" "$REGATTA" recommend other -k 3

# Waiting threads sleep unless the user says otherwise; OMP_NUM_THREADS is the default of
# --threads; little work has one thread.
policy() { grep -i 'OMP_WAIT_POLICY' err | grep -qi "$1"; }
unset OMP_WAIT_POLICY OMP_NUM_THREADS
expect 0 env OMP_DISPLAY_ENV=true "$REGATTA" train -q data.tsv -o other --preset fast
check 'waiting threads sleep' policy passive
expect 0 env OMP_DISPLAY_ENV=true OMP_WAIT_POLICY=active "$REGATTA" train -q data.tsv -o other --preset fast
check 'or as the user says' policy active
# libgomp prints to stderr and nothing of a thread that is alone, libomp to stdout and all.
team() { [ "$(cat out err | grep 'THREAD' | sort -u | wc -l)" -eq "$1" ]; }
alone() { team 0 || team 1; }
with_team() {
    env OMP_DISPLAY_AFFINITY=true OMP_AFFINITY_FORMAT='THREAD %n' "$@"
}
expect 0 with_team OMP_NUM_THREADS=3 "$REGATTA" train -q data.tsv -o other --preset fast
check 'three threads by OMP_NUM_THREADS' team 3
expect 0 "$REGATTA" train -q data.tsv -o one --preset fast -t 1
same other one
expect 0 with_team OMP_NUM_THREADS=3 "$REGATTA" train -q data.tsv -o other --preset fast -t 2
check 'two by --threads' team 2
printf '0 0 1 2\n1 1 3\n2\n3 0 3\n4 2 3\n' >five
expect 0 with_team "$REGATTA" train -q five -o other -t 4
check 'one for five lines' alone
finish
