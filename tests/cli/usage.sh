# Help, version, options and their ranges.
. "$(dirname "$0")/lib.sh"

expect 0 "$REGATTA" --help
check 'help goes to stdout' grep -q '^Usage: regatta' out
check 'help leaves stderr alone' [ ! -s err ]
expect 0 "$REGATTA" --version
check 'a version' grep -Eq '^regatta [0-9]+\.[0-9]+\.[0-9]+$' out
expect 0 "$REGATTA" --version --verbose
check 'the vector unit' grep -q '^vector unit: ' out
expect 2 "$REGATTA"

# The vector unit by the environment; every machine has baseline.
expect 0 env REGATTA_SIMD=baseline "$REGATTA" --version --verbose
check 'the vector unit of the environment' grep -q '^vector unit: baseline$' out
expect 0 env REGATTA_SIMD= "$REGATTA" --version --verbose
refuse 2 'REGATTA_SIMD: unknown vector unit: set it to baseline' env REGATTA_SIMD=mmx "$REGATTA" info x
check 'the help names the variable' sh -c "'$REGATTA' --help | grep -q REGATTA_SIMD"

for command in prepare inspect train evaluate recommend candidates similar explain embed quantize prune info; do
    expect 0 "$REGATTA" $command --help
    check "$command: usage line" grep -q "^Usage: regatta $command " out
    check "$command: no line beyond 90 columns" awk 'length > 90 { exit 1 }' out
    check "$command: is in the list" sh -c "'$REGATTA' --help | grep -q '^  $command '"
    refuse 2 'unknown option --nonsense-x' "$REGATTA" $command --nonsense-x
    refuse 2 'usage: regatta|is missing' "$REGATTA" $command
    refuse 1 'stdout>: No space left' sh -c "'$REGATTA' $command --help >/dev/full"
done

# Every option of training has its default in the help.
expect 0 "$REGATTA" train --help
for option in preset channels attention heads layers dim combine start weights loss steps patience \
    eval-every batch softmax-items valid lr temperature l2 edge-dropout seed threads; do
    check "train --$option has a default" \
        awk -v o="--$option" '/^  / && /--/ { on = ($0 ~ o "( |$)") } on && /default:/ { f = 1 } END { exit !f }' out
done

refuse 2 "unknown command 'trian'; did you mean 'train'" "$REGATTA" trian
refuse 2 "unknown command 'xyzzyx'" "$REGATTA" xyzzyx
refuse 2 "unknown option '--hepl'; did you mean" "$REGATTA" --hepl
refuse 2 'unknown option --hedas; did you mean --heads' "$REGATTA" train --hedas 2 x -o y
refuse 2 '--us: could be --user, --users$' "$REGATTA" recommend m --us u1
refuse 2 'unknown option --top; did you mean -k\?' "$REGATTA" recommend m --top 5
refuse 2 'unknown option --top-n; did you mean -n\?' "$REGATTA" candidates m --top-n 5
refuse 2 'unknown option -x' "$REGATTA" train -x
refuse 2 '--dim: must be a whole number from 4 to 1024' "$REGATTA" train x -o y --dim 3
refuse 2 '--channels: must be some of vectors.items' "$REGATTA" train x -o y --channels vectors,nets
refuse 2 '--channels: must be some of' "$REGATTA" train x -o y --channels vectors,
refuse 2 '--preset: must be one of' "$REGATTA" train x -o y --preset faster
refuse 2 '--dim: must be .*4x' "$REGATTA" train x -o y --dim 4x
refuse 2 '--dim: must be .*-8' "$REGATTA" train x -o y --dim -8
refuse 2 '--lr: must be a number' "$REGATTA" train x -o y --lr nan
refuse 2 '--valid: must be a number from 0 to 0.5' "$REGATTA" train x -o y --valid 0.6
refuse 2 '--attention: must be one of none' "$REGATTA" train x -o y --attention soft
refuse 2 '--seed: must be' "$REGATTA" train x -o y --seed 18446744073709551616
refuse 2 '--quiet takes no value' "$REGATTA" train x -o y --quiet=1
refuse 2 'needs a value' "$REGATTA" train x -o
refuse 2 '-o MODEL is missing' "$REGATTA" train x
refuse 2 '--output: the name is empty' "$REGATTA" train x -o ''
refuse 2 '--report: the name is empty' "$REGATTA" train x -o y --report=
refuse 2 '--json: the name is empty' "$REGATTA" train x -o y --json=
refuse 2 'too many arguments' "$REGATTA" train x -o y --json ''
refuse 2 '--item-features: the name is empty' "$REGATTA" train x -o y --item-features ''
refuse 2 '--checkpoint: the name is empty' "$REGATTA" tune x -o y --checkpoint ''
refuse 2 'an argument is empty; usage: regatta train DATA -o MODEL' "$REGATTA" train '' -o y
refuse 2 'an argument is empty' "$REGATTA" convert x ''
refuse 2 'too many arguments' "$REGATTA" train x z -o y
refuse 2 '-k: must be a whole number from 1' "$REGATTA" recommend x -k 0
refuse 2 '-k: must be a whole number from 1' "$REGATTA" similar x --item i -k 0
refuse 2 '-k: must be a whole number from 1' "$REGATTA" evaluate x y -k 10,0
refuse 2 '-k: must be .*not .*' "$REGATTA" evaluate x y -k 10,,20
refuse 2 'exclude each other' "$REGATTA" recommend x --user a --history -
refuse 2 'one of --item, --user, --items' "$REGATTA" similar x
refuse 2 'one of --user and --history' "$REGATTA" explain x --item i
for split in ratio:0.8 ratio:0.8,0.3 ratio:1.2,-0.2 leave-last:0 leave-last:x time: \
    time:2023-02-29 time:2024-13-01 nonsense; do
    refuse 2 '--split: must be' "$REGATTA" prepare x -o y --split $split
done
check 'nothing was made on the way' [ ! -e y ]
refuse 2 '^regatta: -k: at most 16 numbers' "$REGATTA" evaluate x y \
    -k 1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17
finish
