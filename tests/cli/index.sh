# An index in a model file: what it prints, that it appears whole or not at all, refusals.
. "$(dirname "$0")/lib.sh"
small_model || { fail 'no small model'; finish; }

expect 0 "$REGATTA" index --force model -o indexed
check 'four lines' [ "$(wc -l <out)" -eq 4 ]
check 'items, bytes, seconds, recall' sh -c "cut -f 1 out | tr '\n' ' ' | grep -qx 'items bytes seconds recall@20 '"
check 'few items are found exactly' grep -qx 'recall@20	1.0000' out
check 'info has it' sh -c "'$REGATTA' info indexed | grep -qx 'index.degree	32'"
check 'info has none of the other' sh -c "! '$REGATTA' info model | grep -q '^index'"
"$REGATTA" recommend -q model >a
"$REGATTA" recommend -q indexed >b
same a b
expect 0 "$REGATTA" index --force indexed -o again --degree 32 --effort 100 -t 1
same indexed again
expect 0 "$REGATTA" index --force indexed -o small --degree 4 --effort 8
check 'built anew' sh -c "'$REGATTA' info small | grep -qx 'index.effort	8'"
"$REGATTA" index --force model -o - >piped || fail 'a model into a pipe'
same indexed piped

expect 0 "$REGATTA" index --communities model -o grouped
check 'three lines' [ "$(cut -f 1 out | tr '\n' ' ')" = 'items communities seconds ' ]
check 'info has them' sh -c "'$REGATTA' info grouped | grep -qx \"$(sed -n 2p out)\""
"$REGATTA" recommend -q grouped >b
same a b
expect 0 "$REGATTA" index --communities grouped -o again -t 1 --json
same grouped again
expect 0 "$REGATTA" quantize --type bf16 grouped -o quantized
check 'quantize keeps them' sh -c "'$REGATTA' info quantized | grep -q '^communities'"
refuse 2 'no index' "$REGATTA" index --communities model -o x --degree 8
refuse 2 'no effect' "$REGATTA" index --communities model -o x --force

refuse 2 'replace the input' "$REGATTA" index --force model -o ./model
refuse 2 'degree' "$REGATTA" index --force model -o x --degree 3
refuse 2 'effort' "$REGATTA" index --force model -o x --effort 5000
refuse 2 'o OUT is missing' "$REGATTA" index --force model
refuse 1 'nowhere' "$REGATTA" index --force model -o nowhere/x
refuse 3 'data.tsv' "$REGATTA" index data.tsv -o x
expect 0 "$REGATTA" train -q data.tsv -o fast --preset fast
refuse 3 'has no vectors' "$REGATTA" index fast -o x
check 'nothing was written' [ ! -e x ]
finish
