# Outputs appear whole or not at all, all of them or none; what killed runs left.
. "$(dirname "$0")/lib.sh"
small_model || { fail 'no small model'; finish; }
quick='--preset fast'
mkdir place
none_left() { check "$1: nothing temporary is left" [ -z "$(find . -name '.*regatta-*')" ]; }

# A report that cannot be written: the model does not appear either, and what was there
# stays.
refuse 1 'No space left' "$REGATTA" train -q data.tsv -o place/m $quick --json /dev/full
check 'no model' [ ! -e place/m ]
expect 0 "$REGATTA" train -q data.tsv -o place/m $quick
cp place/m before
refuse 1 'No space left' "$REGATTA" train -q data.tsv -o place/m --dim 8 --steps 2 --json /dev/full
same place/m before
refuse 1 'stdout.*No space left' sh -c "'$REGATTA' train -q data.tsv -o place/m --dim 8 --steps 2 --json - >/dev/full"
same place/m before
refuse 1 'No space left' "$REGATTA" quantize -q model -o place/q --json /dev/full
refuse 1 'stdout.*No space left' sh -c "'$REGATTA' quantize -q model -o place/q >/dev/full"
refuse 1 'stdout.*No space left' sh -c "'$REGATTA' index --force model -o place/i >/dev/full"
refuse 1 'No space left' "$REGATTA" evaluate -q model split/test.tsv --per-user place/rows --json /dev/full
refuse 1 'stdout.*No space left' sh -c "'$REGATTA' evaluate -q model split/test.tsv --per-user place/rows >/dev/full"
check 'nothing but the first model' [ "$(ls -A place)" = m ]
ln -s /dev/full place/v.npy.ids.txt
refuse 1 'No space left' "$REGATTA" embed model -o place/v.npy
check 'no vectors without ids' [ ! -e place/v.npy ]
none_left 'after refusals'

# Both appear.
expect 0 "$REGATTA" train -q data.tsv -o place/m $quick --json place/report
check 'model and report' [ -s place/m -a -s place/report ]
none_left 'after both'

# A rename that fails undoes those before it: a former file comes back, a new one goes. A
# sanitizer's runtime lets nothing be loaded before it.
preloads=no
LD_PRELOAD=$FAIL_LIBRARY "$REGATTA" --version >out 2>&1 && preloads=yes
if [ $preloads = yes ]; then
    failing() { # N COMMAND...: its N-th rename fails
        nth=$1
        shift
        env LD_PRELOAD="$FAIL_LIBRARY" FAIL_RENAME="$nth" "$@"
    }
    cp place/report report
    refuse 1 'place/report: Input/output error' failing 2 "$REGATTA" train -q data.tsv \
        -o place/m --dim 8 --steps 2 --json place/report
    same place/m before
    same place/report report
    refuse 1 'Input/output error' failing 2 "$REGATTA" train -q data.tsv -o place/m3 $quick \
        --json place/report3
    refuse 1 'Input/output error' failing 3 "$REGATTA" embed model --side both -o place/v.npy
    refuse 1 'File too large' sh -c "ulimit -f 8; FAIL_OPENDIR=1 LD_PRELOAD='$FAIL_LIBRARY' \
        '$REGATTA' prepare -q data.tsv --split leave-last:2 -o place/parts"
    expect 1 failing 1 "$REGATTA" prepare data.tsv --split leave-last:2 -o place/parts
    check 'no part is announced' sh -c "! grep -q 'parts/train.tsv: ' err"
    check 'no more than before' [ "$(ls -A place | tr '\n' ' ')" = 'm report v.npy.ids.txt ' ]
fi

# Messages name the file.
refuse 1 '^regatta: /dev/full: No space left' "$REGATTA" train -q data.tsv -o /dev/full $quick

# Names as long as a file may have; what they replace is temporary as well.
long=$(printf '%0250d' 7)
expect 0 "$REGATTA" train -q data.tsv -o "$long" $quick
same "$long" before
expect 0 "$REGATTA" prepare -q data.tsv -o "$long"
expect 0 "$REGATTA" prepare -q data.tsv --split leave-last:2,0 -o "place/$long"
same "place/$long/test.tsv" split/test.tsv
expect 0 "$REGATTA" recommend model -k 3 -o "$long"
expect 1 "$REGATTA" train -q data.tsv -o "${long}1234567" $quick
check 'says why' grep -q 'File name too long' err

# An open descriptor is written where it stands.
expect 0 sh -c "{ echo first; '$REGATTA' recommend model -k 3 -o /dev/fd/3; } >log 3>&1"
check 'after what is there' [ "$(head -n 1 log)" = first ]
expect 0 "$REGATTA" recommend model -k 3
tail -n +2 log >rest
same rest out
expect 0 sh -c "'$REGATTA' train -q data.tsv -o /dev/stdout $quick >m2"
same m2 before

# A run that is killed before its output has its name. Another run for the same name in the
# meantime leaves its file alone; the next one after its end removes it.
held() { find . -name '.held*regatta-*' | wc -l; }
stopped() { grep -q '^State:.T' /proc/$pid/status; }
if [ $preloads = yes ]; then
    env LD_PRELOAD="$FAIL_LIBRARY" STOP_RENAME=1 "$REGATTA" prepare -q data.tsv -o held.tsv.gz &
    pid=$!
    until stopped; do kill -0 $pid 2>/dev/null || break; done
    check 'one was caught before its rename' [ "$(held)" -eq 1 ]
    expect 0 "$REGATTA" prepare -q data.tsv -o held.tsv.gz
    check 'its temporary file is locked' [ "$(held)" -eq 1 ]
    kill -KILL $pid
    wait $pid 2>/dev/null
    check 'it is left' [ "$(held)" -eq 1 ]
    expect 0 "$REGATTA" prepare -q data.tsv -o other.tsv.gz
    check 'another name leaves it' [ "$(held)" -eq 1 ]
    expect 0 "$REGATTA" prepare -q data.tsv -o held.tsv.gz
    check 'the same name removes it' [ "$(held)" -eq 0 ]
    check 'and is whole' gzip -t held.tsv.gz
fi

# Several runs for one name at once: one of the whole files, nothing else.
for n in 1 2 3 4 5 6; do "$REGATTA" train -q data.tsv -o many $quick --json many.json & done
wait
same many before
check 'a whole report' grep -q '"regatta"' many.json
none_left 'after many at once'

# A folder that killed runs left, and one that cannot be listed.
mkdir .parts.regatta-abc123
echo x >.parts.regatta-abc123/train.tsv
expect 0 "$REGATTA" prepare -q data.tsv --split leave-last:2 -o parts
check 'is gone' [ ! -e .parts.regatta-abc123 ]
none_left 'after a split'

# The reader of standard output leaves: SIGPIPE, as with other commands; a full disk is
# said.
status() { env --default-signal=PIPE sh -c "{ $1; echo \$? >code; } | head -c 10 >/dev/null" 2>err; }
status "'$REGATTA' recommend model -k 60 --keep-seen -f jsonl"
check "ends by SIGPIPE: $(cat code)" [ "$(cat code)" -eq 141 ]
check 'without a word' [ ! -s err ]
status "'$REGATTA' train -q data.tsv -o - $quick"
check "a model, too: $(cat code)" [ "$(cat code)" -eq 141 -o "$(cat code)" -eq 0 ]
check 'without a word, too' [ ! -s err ]
env --ignore-signal=PIPE sh -c "{ '$REGATTA' recommend model -k 60 --keep-seen -f jsonl; echo \$? >code; } | head -c 10 >/dev/null" 2>err
check 'exit 1 and a word where SIGPIPE is ignored' [ "$(cat code)" -eq 1 -a -s err ]
refuse 1 'stdout.*No space left' sh -c "'$REGATTA' recommend model >/dev/full"

# SIGTERM and SIGHUP keep the best state of a training, as Ctrl-C does, and show in the
# exit code.
mkfifo words
for name in TERM HUP; do
    "$REGATTA" train split/train.tsv -o stopped.$name --dim 8 --steps 1000000 \
        --patience 1000 --temperature 0.2 --no-refit -t 1 2>words &
    pid=$!
    {
        while read -r line; do
            case $line in *ndcg*) kill -$name $pid; break ;; esac
        done
        cat >rest
    } <words
    wait $pid
    code=$?
    wanted=143
    [ $name = HUP ] && wanted=129
    check "exit $code for $wanted" [ $code -eq $wanted ]
    check 'says so' grep -q "ended by SIG$name" rest
    expect 0 "$REGATTA" info stopped.$name
done
none_left 'at the end'
finish
