# Dislikes: --dislike-below, negative weights of events.
. "$(dirname "$0")/lib.sh"
planted 60 30 3 5 >rows
awk 'NR == 1 { print "user\titem\trating\ttime"; next }
    { print $1 "\t" $2 "\t" (NR % 6 ? 4 : 1) "\t" $4 }' rows >data.tsv
expect 0 "$REGATTA" train data.tsv --dislike-below 3 --preset fast -o model
check 'said' grep -q 'disliked pairs' err
"$REGATTA" recommend -q model -k 30 >lists 2>err
"$REGATTA" prepare -q data.tsv --dislike-below 3 -o prepared.tsv
awk -F '\t' '$3 < 0 { print $1 "\t" $2 }' prepared.tsv | sort >dislikes
check 'there are some' [ "$(wc -l <dislikes)" -gt 10 ]
cut -f 1,2 lists | sort >pairs
check 'never recommended' [ -z "$(comm -12 dislikes pairs)" ]
"$REGATTA" recommend -q model -k 30 --keep-seen >all 2>err
check 'with --keep-seen they are' [ -n "$(cut -f 1,2 all | sort | comm -12 dislikes -)" ]
expect 0 "$REGATTA" train -q prepared.tsv --dislike-below 0 --preset fast -o again
for t in 1 2 3; do
    expect 0 "$REGATTA" train -q data.tsv --dislike-below 3 --preset fast -t $t -o other
    same model other
done
expect 0 "$REGATTA" evaluate -q model data.tsv --dislike-below 3 --keep-seen
expect 0 "$REGATTA" explain -q model --user u1 --item i7
expect 0 "$REGATTA" quantize -q model --type i8 -o small
"$REGATTA" recommend -q small -k 30 >lists 2>err
check 'not in a smaller model either' [ -z "$(cut -f 1,2 lists | sort | comm -12 dislikes -)" ]

# Kinds of events.
awk -F '\t' 'NR == 1 { print "user\titem\tevent\ttime"; next }
    { print $1 "\t" $2 "\t" ($3 < 3 ? "hide" : "view") "\t" $4 }' data.tsv >events.tsv
expect 0 "$REGATTA" prepare -q events.tsv --event-weights view=1,hide=-1 -o hidden.tsv
check 'the same dislikes' sh -c "awk -F '\t' '\$3 < 0 { print \$1 \"\t\" \$2 }' hidden.tsv | sort | cmp - dislikes"

# Wrong.
refuse 3 "is negative \(--weight-column 0 leaves the weights out, .* --dislike-below 0" "$REGATTA" train -q prepared.tsv -o none
cut -f 1,2 data.tsv >pairs.tsv
refuse 3 'no weight column' "$REGATTA" train -q pairs.tsv --dislike-below 3 -o none
check 'no output' [ ! -e none ]
finish
