# When a rank fails, all end with one message that names it, and nothing is half written.
. "$(dirname "$0")/lib.sh"
planted 400 120 5 23 >data.tsv
planted 400 120 5 24 >other.tsv
echo before >kept.model

# complain CODE REGEX COMMAND...: exit CODE, and one line of regatta's on stderr.
complain() {
    code=$1 words=$2
    shift 2
    expect "$code" "$@"
    check "one message: $*" [ "$(grep -c '^regatta: ' err)" -eq 1 ]
    check "'$(grep '^regatta: ' err)' does not say '$words'" grep -Eq "^regatta: $words" err
    check 'the file before' grep -qx before kept.model
    check 'no temporary file' [ "$(find . -name '.*regatta*' | wc -l)" -eq 0 ]
}

complain 1 'rank 0: nothing.tsv: No such file' ranks 3 train nothing.tsv -o kept.model
complain 2 'rank 0: unknown option --nonsense' ranks 2 train data.tsv -o kept.model --nonsense
complain 2 "rank 0: ranks do not share the work of 'prepare'" ranks 2 prepare data.tsv -o p
complain 1 'rank 0: /dev/full: No space left on device' \
    ranks 3 train data.tsv -q -o /dev/full --channels items
complain 2 'rank 0: standard input reaches one rank only' \
    ranks 2 train - -q -o kept.model
printf 'u\ti\tno-number\n' >bad.tsv
complain 3 'rank 0: bad.tsv' ranks 2 train bad.tsv -q --weight-column 3 -o kept.model

# Ranks with other data or options.
complain 2 'rank 0: rank 1 has other data, options or vector unit' \
    "$MPIEXEC" -n 1 "$REGATTA_MPI" train data.tsv -q -o kept.model : \
    -n 1 "$REGATTA_MPI" train other.tsv -q -o kept.model
complain 2 'rank 0: rank 2 has other data, options or vector unit' \
    "$MPIEXEC" -n 2 "$REGATTA_MPI" train data.tsv -q -o kept.model : \
    -n 1 "$REGATTA_MPI" train data.tsv -q -o kept.model --seed 2
# One rank alone fails: it is named, whoever that is.
complain 1 'rank 2: gone.tsv: No such file' \
    "$MPIEXEC" -n 2 "$REGATTA_MPI" train data.tsv -q -o kept.model : \
    -n 1 "$REGATTA_MPI" train gone.tsv -q -o kept.model

# A shard that cannot be written: the model before stays.
few='train data.tsv -q --channels items'
expect 0 ranks 2 $few -o s.safetensors.index.json
cat s.safetensors.index.json s-* >s.before
failing="env LD_PRELOAD=$FAIL_LIBRARY FAIL_RENAME=1"
complain 1 'rank 1: .*s-.*-00002-of-00002.safetensors: Input/output error' \
    "$MPIEXEC" -n 1 "$REGATTA_MPI" $few --seed 2 -o s.safetensors.index.json : \
    -n 1 $failing "$REGATTA_MPI" $few --seed 2 -o s.safetensors.index.json
cat s.safetensors.index.json s-* >s.after
check 'the shards before' cmp s.before s.after

# A part that cannot be written: no folder.
expect 0 "$REGATTA" $few -o few.model
complain 1 'rank 1: .*part-00001-of-00002.tsv: Input/output error' \
    "$MPIEXEC" -n 1 "$REGATTA_MPI" recommend few.model -k 50 -o lists/ : \
    -n 1 $failing "$REGATTA_MPI" recommend few.model -k 50 -o lists/
check 'no folder' [ ! -e lists ]
mkdir lists
complain 1 'rank 0: lists: already exists' ranks 3 recommend few.model -o lists/

# A rank that dies: the launcher ends the others.
ranks 3 train data.tsv -q -o kept.model --dim 64 --steps 1000000 --valid 0 >out 2>err &
launcher=$!
victim=
for second in 1 2 3 4 5 6 7 8 9 10; do
    sleep 1
    victim=$(pgrep -f "^$REGATTA_MPI train data.tsv .* 1000000" | tail -1)
    [ -n "$victim" ] && [ "$second" -gt 2 ] && break
done
check 'ranks are there' kill -9 "$victim"
wait "$launcher"
check "exit $? of a run with a rank that died" [ $? -ne 0 ]
check 'the file before' grep -qx before kept.model
check 'no rank is left' sh -c "! pgrep -f '^$REGATTA_MPI train data.tsv .* 1000000'"

# A training of 2 ranks that was killed goes on with 3 ranks, and with one process.
train='train data.tsv -q --dim 16 --steps 1500 --valid 0 --channels vectors'
expect 0 "$REGATTA" $train -o whole.model
for resume in 'ranks 3' "$REGATTA"; do
    rm -rf ck
    ranks 2 $train -o other.model --checkpoint ck --every 0 --item-tables panels >out 2>err &
    launcher=$!
    for tenth in $(seq 100); do
        sleep 0.1
        [ -s ck/running ] && break
    done
    check 'a state is there' [ -s ck/running ]
    pkill -9 -f "^$REGATTA_MPI train data.tsv .*--checkpoint ck"
    wait "$launcher"
    check 'no model' [ ! -e other.model ]
    expect 0 $resume $train -o other.model --resume ck --every 3600
    same whole.model other.model
    rm -f other.model
done

# Ranks without users (there are fewer users than ranks), and one rank.
head -4 data.tsv >few.tsv
expect 0 "$REGATTA" train few.tsv -q -o one
expect 0 ranks 4 train few.tsv -q -o other
same one other
finish
