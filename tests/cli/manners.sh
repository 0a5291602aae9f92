# Every command: progress on stderr, no colours, a reader that leaves.
. "$(dirname "$0")/lib.sh"
small_model || { fail 'no small model'; finish; }
cut -f 1,2 data.tsv | sed -n '2,40p' >pairs
awk '{ print $0 "\t" NR % 2 }' pairs >labelled
{ printf 'user\titem\treward\tpropensity\n'; awk '{ print $0 "\t0.5" }' labelled; } >shown
printf 'anna i1 i4\nbob i2\n' >histories
cut -f 2 data.tsv | sed 1d | sort -u | head -20 >items

# Those that may work for longer than a moment.
cat >long <<'END'
prepare data.tsv -o -
prepare data.tsv --split leave-last:2 -o parts
inspect data.tsv
train split/train.tsv -o again --dim 8 --steps 20 --temperature 0.2
evaluate model split/test.tsv
evaluate model split/test.tsv --every-next
evaluate model --pairs labelled
evaluate model --logged shown
recommend model -k 2
recommend model --history histories
candidates model -n 5
similar model --items items
similar model --history histories
explain model --user u1 --item i7
score model pairs
calibrate model labelled -o again
embed model -o vectors.npy
embed model --history histories -o vectors.npy
quantize model --type i8 -o again
prune model --keep 0.5 -o again
index model --force -o again
END
object='^\{"stage":"[a-z -]+","done":[0-9]+,"total":([0-9]+|null),"seconds":[0-9]+\.[0-9]+(,"[a-z_@0-9]+":-?[0-9.e+-]+)*\}$'
while read -r line; do
    # shellcheck disable=SC2086 # words are wanted
    set -- $line
    expect 0 "$REGATTA" "$@" -q
    check "$line -q: silent" [ ! -s err ]
    rm -rf parts
    expect 0 "$REGATTA" "$@" -q --progress json
    check "$line: objects" [ "$(grep -Ec "$object" err)" -ge 2 ]
    check "$line: nothing else" [ "$(grep -Evc "$object" err)" -eq 0 ]
    rm -rf parts
    expect 0 "$REGATTA" "$@" --progress bar
    check "$line: lines, no bar, where stderr is a file" sh -c '[ -s err ] && ! grep -q "$(printf "\r")" err'
    rm -rf parts
    expect 0 "$REGATTA" "$@" -q --progress bar
    check "$line: -q is stronger than a bar" [ ! -s err ]
    rm -rf parts
done <long
expect 0 "$REGATTA" train split/train.tsv -o again --dim 8 --steps 2 --progress none
check 'no lines of training' sh -c '! grep -q "s left" err'
expect 0 "$REGATTA" train split/train.tsv -o again --dim 8 --steps 2
check 'lines of training' grep -q 's left' err
refuse 2 '--progress: must be one of auto' "$REGATTA" recommend model --progress yes

# On a terminal: a bar, which goes before the answers; no escape sequence.
if command -v script >/dev/null; then
    for colour in '' 1; do
        NO_COLOR=$colour script -qec "'$REGATTA' explain model --user u1 --item i7 -n 1" /dev/null >seen </dev/null
        check 'a bar' grep -q "$(printf '\rexplain ')" seen
        check 'no colour' sh -c '! grep -q "$(printf "\033")" seen'
        "$REGATTA" explain model --user u1 --item i7 -n 1 >plain
        tr '\r' '\n' <seen | grep -v '^ *$\|^explain' >answers
        same plain answers
    done
fi

# Pictures of inspect on a terminal: as wide as it, in the characters of the locale, the same
# numbers; none where the output is read by a program.
if command -v script >/dev/null; then
    for data in split/train.tsv model; do
        for locale in C C.UTF-8; do
            LC_ALL=$locale script -qec "stty cols 60; '$REGATTA' inspect $data -q" /dev/null >seen </dev/null
            tr -d '\r' <seen | sed -n '/^users by/,$p' >pictures
            check "no wider than the terminal: $data $locale" [ "$(LC_ALL=C.UTF-8 wc -L <pictures)" -le 60 ]
            check "no colour: $data $locale" sh -c '! grep -q "$(printf "\033")" pictures'
            check "three histograms: $data $locale" [ "$(grep -c '^[a-z]' pictures)" -eq 3 ]
            if [ $locale = C ]; then
                check "letters of ASCII: $data" sh -c '! grep -q "[^ -~]" pictures'
                cp pictures plain
            else
                check "blocks: $data" grep -q '█' pictures
                sed 's/[^ -~]//g; s/  */ /g' pictures >blocks
                sed 's/#//g; s/  */ /g' plain >hashes
                same blocks hashes
            fi
        done
        check "all users: $data" [ "$(awk '/^[a-z]/ { title = $1 } /^ / && title == "users" { n += $NF } END { print n }' plain)" -eq \
            "$(awk -F '\t' '$1 == "users" { print $2 }' seen | tr -d '\r')" ]
        "$REGATTA" inspect $data -q >piped
        check "no picture in a pipe: $data" sh -c '! grep -q "^users by\|#\|█" piped'
        script -qec "'$REGATTA' inspect $data -q --json" /dev/null >seen </dev/null
        check "no picture in JSON: $data" sh -c '! grep -q "^users by" seen'
    done
fi

# The reader of the output has left before the first byte: no message, ended by SIGPIPE.
cat >short <<'END'
--help
--version
help train
man train
completion zsh
info model
inspect model
recommend model -f csv
recommend model -f jsonl
recommend model --history histories --stream
candidates model -f jsonl
score model pairs -f csv
evaluate model split/test.tsv --json
evaluate model split/test.tsv --per-user -
explain model --user u1 --item i7 --exact
similar model --item i7
embed model -o -
embed model -o - -f safetensors
train split/train.tsv -o - --dim 8 --steps 2
quantize model --type i8 -o -
prune model --keep 0.5 -o -
index model --force -o -
calibrate model labelled -o -
prepare data.tsv -o -
END
cat long short | grep -v -e '-o [a-z]' | while read -r line; do
    rm -f closed
    (
        until [ -e closed ]; do :; done
        case $line in man*|completion*) ;; *) line="$line -q" ;; esac
        # shellcheck disable=SC2086
        "$REGATTA" $line 2>err || echo $? >code
    ) | (
        exec <&-
        touch closed
        cat /dev/null
    )
    echo "$(cat code) $(wc -c <err) $line"
    rm -f code
done >ended
grep -v '^141 0 ' ended
check 'all end by SIGPIPE, without a message' [ "$(grep -c '^141 0 ' ended)" -eq "$(cat long short | grep -vc -e '-o [a-z]')" ]
finish
