# train --sequence: the channel answers in order, and what was decided is printed.
. "$(dirname "$0")/lib.sh"
awk 'BEGIN {
    print "user,item,timestamp"
    for (u = 0; u < 60; u++)
        for (k = 0; k < 4 + u % 12; k++)
            print "u" u ",i" (u * 7 + k) % 24 "," 1000 + 60 * k
}' >ring.csv

for kind in transformer gru; do
    expect 0 "$REGATTA" train ring.csv -o model --sequence $kind --channels sequence \
        --sequence-dim 16 --sequence-window 10 --sequence-blocks 1 --sequence-heads 2 \
        --sequence-dropout 0.1
    check "the kind is printed: $kind" grep -q \
        "^  sequence: $kind of dimension 16, 1 block, window 10, [0-9]* epochs*; alone" err
    printf 'i3 i9\ni9 i3\n' >asked
    expect 0 "$REGATTA" recommend model --history asked -k 1 -q
    check "the next item follows the latest: $kind" sh -c \
        'awk "NR == 1 && !/i10/ || NR == 2 && !/i4/ { exit 1 }" out'
    expect 0 "$REGATTA" info model
    check "info prints it: $kind" grep -q "sequence.kind.*$kind" out
    expect 0 "$REGATTA" explain model --user u3 --item i7
    check "the encoder is one part: $kind" grep -q 'of order	sequence encoder	100.0%	' out
    expect 0 "$REGATTA" quantize model -o small -q
    expect 0 "$REGATTA" recommend small --history asked -k 1 -q
    check "a quantised model answers: $kind" grep -q i10 out
done

expect 0 "$REGATTA" train ring.csv -o model --preset fast --sequence auto --sequence-seconds 0
check 'auto says that the time is too short' grep -q '^  sequence: none: too slow: an epoch takes about' err
cut -d, -f1,2 ring.csv >plain.csv
expect 0 "$REGATTA" train plain.csv -o model --preset fast --sequence auto
check 'auto says that there are no times' grep -q '^  sequence: none: the data has no times$' err
printf 'user,item\na,x\na,y\na,z\nb,x\nb,y\n' >sorted.csv
refuse 3 '^regatta: sorted.csv: --sequence needs an order, and .* neither times nor an order' "$REGATTA" train -q sorted.csv -o none --sequence transformer
refuse 2 '^regatta: --sequence-heads 2: does not divide the dimension 7 of the encoder' \
    "$REGATTA" train ring.csv -o none --sequence gru --sequence-dim 7 --sequence-heads 2
refuse 2 'without --sequence' "$REGATTA" train ring.csv -o none --sequence-dim 8
refuse 2 'without --sequence auto' "$REGATTA" train ring.csv -o none --sequence gru --sequence-seconds 5
printf 'user,item\na,x\n' >single.csv
expect 0 "$REGATTA" train single.csv -o single --preset fast
check 'one of each' grep -q '^single: 1 user, 1 item, 1 interaction; ' err
check 'nothing is written beside an error' [ ! -e none ]
finish
