# Checkpoints: trainings that are killed and resumed give the bytes of one that was not;
# what a resume refuses; a full disk; signals.
. "$(dirname "$0")/lib.sh"

common="--dim 16 --steps 20"

planted 60 30 3 3 >data.tsv
expect 0 "$REGATTA" train data.tsv -o whole.regatta -q $common

# begin_train DIR ARGUMENT...: in the background, its progress through the pipe.
mkfifo pipe
begin_train() {
    place=$1
    shift
    "$REGATTA" train data.tsv -o m.regatta $common --progress json \
        --checkpoint "$place" --resume "$place" "$@" 2>pipe &
    pid=$!
}

# end_at LINE SIGNAL: after that many lines of progress. Reads the rest, so that the
# process never waits for a reader.
end_at() {
    line=0
    while read -r _; do
        line=$((line + 1))
        [ $line -eq "$1" ] && kill -"$2" $pid
    done <pipe
    wait $pid
    code=$?
}

# Killed at the 9th line of progress of each run, with other numbers of threads.
kills=0
for threads in 1 2 3 1; do
    begin_train killed --every 0.05 -t $threads
    end_at 9 KILL
    [ $code -eq 0 ] && break
    kills=$((kills + 1))
    check "no model while the training is not finished" [ ! -e m.regatta ]
done
check "a training was killed" [ $kills -ge 1 ]
expect 0 "$REGATTA" train data.tsv -o m.regatta -q $common --resume killed
same whole.regatta m.regatta
check "files of the checkpoint" [ -e killed/training.txt ] && [ -e killed/results-000001 ]
check "no temporary files" [ -z "$(find killed -name '.*regatta-*')" ]

# SIGTERM writes the checkpoint, and no model; a second command continues.
rm m.regatta
begin_train term
end_at 12 TERM
check "exit 143 after SIGTERM, not $code" [ $code -eq 143 ]
check "no model after SIGTERM" [ ! -e m.regatta ]
expect 0 "$REGATTA" train data.tsv -o m.regatta -q $common --resume term -t 3
same whole.regatta m.regatta

# Ctrl-C saves the best state so far; the checkpoint continues as if it had not been.
begin_train int
end_at 12 INT
check "exit 0 after Ctrl-C, not $code" [ $code -eq 0 ]
check "a model after Ctrl-C" [ -e m.regatta ]
expect 0 "$REGATTA" train data.tsv -o m.regatta -q $common --resume int
same whole.regatta m.regatta

# Refused, with the difference. The command reads the data first.
refuse 2 'term: has a checkpoint already: resume it' "$REGATTA" train data.tsv -o n.regatta -q $common --checkpoint term
refuse 2 'nowhere: has no checkpoint to resume' "$REGATTA" train data.tsv -o n.regatta -q $common --resume nowhere
refuse 2 "differs in dim: '16' there, '32' here" \
    "$REGATTA" train data.tsv -o n.regatta -q --dim 32 --steps 20 --resume term
planted 60 30 3 5 >other.tsv
refuse 2 "differs in data: '60 users, 30 items, [0-9]* interactions, hash" \
    "$REGATTA" train other.tsv -o n.regatta -q $common --resume term
refuse 2 '^regatta: --every has no effect without --checkpoint or --resume' \
    "$REGATTA" train data.tsv -o n.regatta --every 5
cp -R term cut
head -c 1000 term/results-000001 >cut/results-000001
refuse 3 'cut/results-000001: .*truncated or altered' "$REGATTA" train data.tsv -o n.regatta -q $common --resume cut
check "nothing was written" [ ! -e n.regatta ]

# A full disk: training fails, and the files before it stay, so that it can go on.
(
    trap '' XFSZ
    ulimit -f 40
    exec "$REGATTA" train data.tsv -o n.regatta -q $common --checkpoint full --every 0 2>err
)
code=$?
check "exit 1 on a full disk, not $code" [ $code -eq 1 ]
check "'$(cat err)' names the file" grep -q 'full/[a-z0-9-]*: File too large' err
check "no model" [ ! -e n.regatta ]
check "no temporary files" [ -z "$(find full -name '.*regatta-*')" ]
expect 0 "$REGATTA" train data.tsv -o n.regatta -q $common --resume full
same whole.regatta n.regatta

# Updates: killed and cancelled ones continue, and give the bytes of one that was not.
planted 60 30 3 4 >new.tsv
steps='--steps 200'
expect 0 "$REGATTA" update whole.regatta new.tsv -o updated $steps -q
begin_update() {
    "$REGATTA" update whole.regatta new.tsv -o u.regatta $steps --progress json \
        --checkpoint "$1" --resume "$1" --every 0 -t "$2" 2>pipe &
    pid=$!
}
begin_update dead 1
end_at 8 KILL
check "the update was killed, not $code" [ $code -eq 137 ]
begin_update dead 2
end_at 7 TERM
check "exit 143 after SIGTERM, not $code" [ $code -eq 143 ]
check "no model" [ ! -e u.regatta ]
refuse 3 "differs in steps: '200' there, '100' here" \
    "$REGATTA" update whole.regatta new.tsv -o u.regatta --steps 100 -q --resume dead
refuse 3 "differs in new interactions: '" "$REGATTA" update whole.regatta data.tsv -o u.regatta $steps -q --resume dead
refuse 3 "differs in model: 'hash " "$REGATTA" update updated new.tsv -o u.regatta $steps -q --resume dead
expect 0 "$REGATTA" update whole.regatta new.tsv -o u.regatta $steps --resume dead -t 3 -q
same updated u.regatta

# Without a checkpoint a signal cancels too: a model of fewer steps would be another one.
rm u.regatta
for signal in TERM-143 INT-130; do
    "$REGATTA" update whole.regatta new.tsv -o u.regatta $steps --progress json 2>pipe &
    pid=$!
    end_at 7 ${signal%-*}
    check "exit ${signal#*-} after SIG${signal%-*}, not $code" [ $code -eq ${signal#*-} ]
    check "no model after SIG${signal%-*}" [ ! -e u.regatta ]
done

# A training that is refused before it keeps anything is no checkpoint.
refuse 1 'needs about .* allowed: ' "$REGATTA" train data.tsv -o m.regatta -q $common --checkpoint early --memory-limit 2M
expect 0 "$REGATTA" train data.tsv -o m.regatta -q --preset fast --checkpoint early/ --resume early
cut -f 1 data.tsv | sed -n 2,40p | sort -u | head -3 >leave
expect 0 "$REGATTA" update whole.regatta --forget-users leave -o without -q
expect 0 "$REGATTA" update whole.regatta --forget-users leave -o u.regatta -q --checkpoint gone --every 0
same without u.regatta
rm gone/running gone/results-000002
expect 0 "$REGATTA" update whole.regatta --forget-users leave -o u.regatta -q --resume gone
same without u.regatta
refuse 2 '^regatta: --every has no effect without --checkpoint or --resume' \
    "$REGATTA" update whole.regatta new.tsv -o u.regatta --every 5
finish
