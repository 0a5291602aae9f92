# Smaller files of a model: what is printed, that they do all that the model does, and what
# is refused.
. "$(dirname "$0")/lib.sh"
small_model || { fail 'no small model'; finish; }
bytes() { wc -c <"$1" | tr -d ' '; }
value() { awk -F '\t' -v name="$1" -v column="$2" '$1 == name { print $column }' out; }

for type in bf16 i8; do
    expect 0 "$REGATTA" quantize -q model -o $type --type $type --test split/test.tsv
    check "$type: three columns" awk -F '\t' 'NF != 3 { exit 1 }' out
    check "$type: types" [ "$(value type 2) $(value type 3)" = "f32 $type" ]
    check "$type: bytes before" [ "$(value bytes 2)" -eq "$(bytes model)" ]
    check "$type: bytes after" [ "$(value bytes 3)" -eq "$(bytes $type)" ]
    check "$type: smaller" [ "$(bytes $type)" -lt "$(bytes model)" ]
    check "$type: most of the best stay" awk -v x="$(value kept@20 3)" 'BEGIN { exit !(x > 0.9 && x <= 1) }'
    check "$type: all of the model's own" [ "$(value kept@20 2)" = 1.0000 ]
    recall=$(value recall@20 3)
    expect 0 "$REGATTA" info $type
    check "$type: info" grep -qx "type	$type" out
    expect 0 "$REGATTA" evaluate -q $type split/test.tsv
    check "$type: evaluate says the same recall" [ "$(value recall 2)" = "$recall" ]
    expect 0 "$REGATTA" recommend $type --user u1 -k 3
    check "$type: recommends" [ "$(wc -l <out)" -eq 3 ]
    expect 0 "$REGATTA" explain $type --user u1 --item i2
    expect 0 "$REGATTA" similar $type --item i2 -k 3
    expect 0 "$REGATTA" embed $type --side items -f tsv -o vectors.tsv
    check "$type: vectors" awk -F '\t' 'NF != 10 { exit 1 }' vectors.tsv
    for t in 1 3 8; do
        expect 0 "$REGATTA" quantize -q model -o again --type $type -t $t
        same $type again
    done
    expect 0 "$REGATTA" quantize -q $type -o again --type $type
    same $type again
    expect 0 "$REGATTA" quantize -q $type -o floats --type f32
    expect 0 "$REGATTA" info floats
    check "$type: floats again" grep -qx 'type	f32' out
done
check '8 bits are fewer' [ "$(bytes i8)" -lt "$(bytes bf16)" ]
expect 0 "$REGATTA" quantize bf16 -o again --type i8 --json -
check 'json' grep -q '"kept"' out
expect 0 "$REGATTA" quantize model -o again -k 5 --users 7 --json report
check 'the table too' grep -q '^kept@5	1.0000	' out
check 'the default is bf16' [ "$(value type 3)" = bf16 ]
check 'report' grep -q '"users": 7' report
expect 0 "$REGATTA" quantize -q model -o /dev/null --type i8
check 'no bytes of a device' [ -z "$(value bytes 3)" ]

# A model without tables: its targets and weights are what shrinks.
expect 0 "$REGATTA" train -q split/train.tsv -o fast --preset fast
expect 0 "$REGATTA" quantize -q fast -o again --type i8
check 'fast: smaller' [ "$(bytes again)" -lt "$(bytes fast)" ]
check 'fast: most of the answers' awk -v x="$(value kept@20 3)" 'BEGIN { exit !(x > 0.9) }'
check 'fast: the type of its weights' [ "$(value type 3)" = i8 ]
expect 0 "$REGATTA" quantize -q fast -o again --type bf16
check 'fast: nothing is lost in bf16' [ "$(value kept@20 3)" = 1.0000 ]

"$REGATTA" quantize -q model -o - --type i8 --json report >piped || fail 'a model into a pipe'
same i8 piped
check 'its report' grep -q '"kept"' report

printf 'old\n' >old
refuse 2 'two outputs' "$REGATTA" quantize model -o - --json -
refuse 2 'two outputs' "$REGATTA" quantize model -o new --json new
refuse 2 'replace the input' "$REGATTA" quantize model -o new --json model
refuse 2 'replace the input' "$REGATTA" quantize model -o split/test.tsv --test split/test.tsv
check 'nothing was made' [ ! -e new ]
refuse 2 'usage: regatta|is missing|needed' "$REGATTA" quantize model
refuse 2 'type' "$REGATTA" quantize model -o old --type i4
refuse 2 'replace the input' "$REGATTA" quantize model -o model
refuse 1 'nowhere' "$REGATTA" quantize nowhere -o old
refuse 3 'not a regatta model' "$REGATTA" quantize data.tsv -o old
refuse 1 'nowhere' "$REGATTA" quantize model -o old --test nowhere
refuse 1 'No space left' "$REGATTA" quantize -q model -o /dev/full
refuse 3 '' "$REGATTA" quantize model -o .
check 'the old file is as before' [ "$(cat old)" = old ]
finish
