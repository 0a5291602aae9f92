# Standard input and output, gzip, pipes, links, signals.
. "$(dirname "$0")/lib.sh"
small_model || { fail 'no small model'; finish; }

expect 0 "$REGATTA" prepare -q data.tsv -o plain.tsv
expect 0 sh -c "'$REGATTA' prepare -q - -o - <data.tsv >piped.tsv"
same plain.tsv piped.tsv
gzip -c data.tsv >data.tsv.gz
expect 0 "$REGATTA" prepare data.tsv.gz -o from-gz.tsv
check 'says gzipped' grep -q 'gzipped' err
same plain.tsv from-gz.tsv
expect 0 "$REGATTA" prepare -q data.tsv -o to.tsv.gz
check 'is gzip' sh -c 'gzip -dc to.tsv.gz | cmp - plain.tsv'
expect 0 "$REGATTA" prepare -q data.tsv --split leave-last:2 -z -o zipped
check 'gzipped parts' sh -c 'gzip -dc zipped/train.tsv.gz | cmp - split/train.tsv'
expect 0 sh -c "gzip -dc <data.tsv.gz | '$REGATTA' train -q - -o - --dim 8 --steps 2 --valid 0 | cat >piped-model"
expect 0 "$REGATTA" train -q data.tsv -o filed-model --dim 8 --steps 2 --valid 0
same piped-model filed-model

# Lists and histories from standard input, blocks of any size.
expect 0 "$REGATTA" recommend model -k 3
cp out all
expect 0 "$REGATTA" recommend model -k 3 --block 7
same out all
cut -f 1 all | uniq >users
expect 0 sh -c "'$REGATTA' recommend model -k 3 --users - <users"
same out all
printf 'anna\ti1\ti4\n{"user": "bob", "items": ["i2"]}\n{"user": 7, "items": []}\n' >histories
expect 0 sh -c "'$REGATTA' recommend model -k 2 --history - <histories"
check 'their names come back' [ "$(cut -f 1 out | uniq | tr '\n' ' ')" = 'anna bob 7 ' ]
cp out together
expect 0 "$REGATTA" recommend model -k 2 --history histories --block 1
same out together
printf '\357\273\277anna i1 i4\r\n' >windows
expect 0 "$REGATTA" recommend model -k 2 --history windows
check 'byte order mark and CRLF' sh -c 'head -2 together | cmp - out'
printf 'anna i1 absent i4\n' >histories
expect 0 "$REGATTA" recommend model -k 2 --history histories --skip-unknown
check 'unknown ones are counted' grep -q 'left out 1 unknown' err
check 'and left out' sh -c 'head -2 together | cmp - out'
expect 0 sh -c "echo 'anna i1 i4' | '$REGATTA' explain model --history - --item i7 --exact"
check 'a history explained' [ "$(grep -c '^item	i[14]	' out)" -eq 2 ]

# A reader that leaves ends it without a word.
expect 0 sh -c "'$REGATTA' recommend model -k 60 --keep-seen -f jsonl | head -c 10 >/dev/null"
check 'quietly' [ ! -s err ]

# Outputs: a symbolic link is followed, the mode of the file stays, a pipe is written.
echo old >target
chmod 640 target
ln -s target link
expect 0 "$REGATTA" recommend model -k 3 -o link
check 'the link stays a link' [ -h link ]
same target all
check 'the mode stays' [ "$(ls -l target | cut -c 1-10)" = '-rw-r-----' ]
mkfifo pipe
cat pipe >read-back &
expect 0 "$REGATTA" recommend model -k 3 -o pipe
wait
same read-back all
check 'the pipe stays a pipe' [ -p pipe ]

# Quoting: ids with commas, quotes, blanks and a letter of Latin-1.
printf 'user\titem\n"a, b"\tx\n"a, b"\ty\nc\303(\tx\nc\303(\tz z\nd\ty\nd\tz z\n' >odd.tsv
expect 0 "$REGATTA" train -q odd.tsv -o odd --dim 4 --steps 2 --valid 0
expect 0 "$REGATTA" recommend odd -k 1 -f csv
check 'CSV quotes' grep -q '^"' out
expect 0 "$REGATTA" recommend odd -k 1 -f jsonl
check 'JSON has the letter as UTF-8' grep -q "$(printf 'c\303\203(')" out

# Ctrl-C: the best state so far is kept.
mkfifo words
"$REGATTA" train split/train.tsv -o stopped --dim 8 --steps 1000000 --patience 1000 \
    --temperature 0.2 --no-refit -t 1 2>words &
pid=$!
{
    read -r _
    while read -r line; do
        case $line in *ndcg*) kill -INT $pid; break ;; esac
    done
    cat >rest
} <words
wait $pid
check 'Ctrl-C ends training well' [ $? -eq 0 ]
check 'says so' grep -q 'Ctrl-C' rest
expect 0 "$REGATTA" info stopped

# press: Ctrl-C, and until it has arrived: two that wait would be one.
press() {
    kill -INT $pid
    while grep -q '^ShdPnd:.*[2367abef]$' /proc/$pid/status 2>/dev/null; do :; done
}

# Ctrl-C twice: nothing is written. The second has to come before the first is heeded, at
# the end of a step: steps that take a while, and some more tries.
planted 4000 3000 5 3 >large.tsv
echo before >kept
for try in 1 2 3 4 5 6; do
    cp kept target
    "$REGATTA" train large.tsv -o target --dim 64 --steps 1000000 --temperature 0.2 \
        --no-refit -t 1 2>words &
    pid=$!
    {
        while read -r line; do
            case $line in *validate*) press; press; break ;; esac
        done
        cat >rest
    } <words
    wait $pid
    code=$?
    [ $code -ne 0 ] && break
done
check "exit $code for 130" [ $code -eq 130 ]
check 'says so, too' grep -q 'cancelled; nothing was written' rest
same kept target

# A signal that comes while an output is written waits until it is there.
"$REGATTA" prepare -q large.tsv -o late.tsv.gz &
pid=$!
until [ -n "$(find . -name '.late*')" ]; do kill -0 $pid 2>/dev/null || break; done
kill -TERM $pid 2>/dev/null
wait $pid
code=$?
check 'it ends by the signal, unless that was too late' [ $code -eq 143 -o $code -eq 0 ]
check 'whole or not at all' sh -c '[ ! -e late.tsv.gz ] || gzip -t late.tsv.gz'
check 'no temporary file is left' [ -z "$(find . -name '.*regatta-*')" ]
finish
