# prepare --denoise and train --denoise: what is reported and written, that validation
# decides, and what is refused.
. "$(dirname "$0")/lib.sh"

# 300 users in 6 groups, with 12 of the 40 items of their group; users c1 and c2 copy u5,
# and b1 takes items of every group at once.
awk 'BEGIN {
    print "user\titem\ttime"
    x = 7
    for (u = 0; u < 300; u++)
        for (n = 0; n < 12;) {
            x = (x * 1103 + 12347) % 65521
            i = "i" (u % 6) "." x % 40
            if ((u, i) in has) continue
            has[u, i] = 1
            n++
            print "u" u "\t" i "\t" 1000 * (u + 300 * n)
            if (u == 5) copy[n] = i
        }
    for (c = 1; c < 3; c++)
        for (n = 1; n < 13; n++) print "c" c "\t" copy[n] "\t" 1000 * (5 + 300 * n)
    for (g = 0; g < 6; g++)
        for (i = 0; i < 40; i += 5) print "b1\ti" g "." i "\t77"
}' >rows.tsv

expect 0 "$REGATTA" prepare rows.tsv -o weighed.tsv --denoise
check 'copies' grep -q "2 users with nearly the history.*'c1' (12 items, as 'u5'), 'c2'" err
check 'a spree' grep -q "1 user with a spree of more than 20 interactions.*'b1' (48 items)" err
check 'noise' grep -Eq 'about [0-9]+ of [0-9]+ interactions are noise' err
check 'what to do' grep -q -- '--weights raw' err
check 'as many rows' [ "$(wc -l <weighed.tsv)" -eq "$(wc -l <rows.tsv)" ]
check 'with weights' [ "$(head -1 weighed.tsv)" = "$(printf 'user\titem\tweight\ttimestamp')" ]
mean() { awk -F '\t' -v u="$1" '$1 == u { s += $3; n++ } END { print s / n }' weighed.tsv; }
check 'copies count a third' awk -v x="$(mean c1)" 'BEGIN { exit !(x > .2 && x < .45) }'
check 'the first too' awk -v x="$(mean u5)" 'BEGIN { exit !(x > .2 && x < .45) }'
check 'a spree counts as usual' awk -v x="$(mean b1)" 'BEGIN { exit !(x < .2) }'
check 'others stay' awk -v x="$(mean u9)" 'BEGIN { exit !(x > .8 && x < 1.2) }'
for t in 1 3; do
    expect 0 "$REGATTA" prepare -q rows.tsv -o again.tsv --denoise -t $t
    same weighed.tsv again.tsv
    check 'quiet' [ ! -s err ]
done
expect 0 "$REGATTA" prepare -q rows.tsv -o parts --split ratio:0.8,0.2 --denoise
check 'weights in train' grep -q weight parts/train.tsv
check 'none in test' sh -c '! grep -q weight parts/test.tsv'

expect 0 "$REGATTA" train -q rows.tsv -o plain --preset fast
expect 0 "$REGATTA" train rows.tsv -o chosen --preset fast --denoise auto
check 'the report' grep -q 'denoise: .* noisy interactions expected; users: 2 copies, 1 with sprees' err
expect 0 "$REGATTA" info chosen
check 'all kinds were measured' [ "$(grep -Ec 'denoise.weights_of_(noise|sprees|copies).ndcg@20' out)" -eq 3 ]
expect 0 "$REGATTA" train -q rows.tsv -o always --preset fast --denoise always
expect 0 "$REGATTA" info always
check 'all are used' [ "$(grep -Ec 'denoise.weights_of_(noise|sprees|copies).used.yes' out)" -eq 3 ]
expect 0 "$REGATTA" info plain
check 'and not without' sh -c '! grep -q denoise.used out'
check 'another model' sh -c '! cmp -s plain always'
for t in 1 3; do
    expect 0 "$REGATTA" train -q rows.tsv -o again --preset fast --denoise always -t $t
    same always again
done
expect 0 "$REGATTA" recommend always -q --user b1
check 'the history is left out' awk -F '\t' 'NR == FNR { if ($1 == "b1") h[$2] = 1; next }
    h[$2] { exit 1 }' rows.tsv out
expect 0 "$REGATTA" prune -q always -o pruned --keep 0.5

# An update finds the weights again, from those of the data; so does forgetting.
head -1 rows.tsv >first.tsv
tail -n +2 rows.tsv | awk -F '\t' 'NR % 10' >>first.tsv
head -1 rows.tsv >rest.tsv
tail -n +2 rows.tsv | awk -F '\t' 'NR % 10 == 0' >>rest.tsv
awk -F '\t' 'NR == 1 { print $0 "\tweight"; next } { print $0 "\t" 1 + NR % 3 }' first.tsv >heavy.tsv
awk -F '\t' 'NR == 1 { print $0 "\tweight"; next } { print $0 "\t" 1 + NR % 3 }' rest.tsv >heavier.tsv
echo b1 >leave
for words in 'first rest' 'heavy heavier --weights raw'; do
    set -- $words
    old=$1 new=$2
    shift 2
    expect 0 "$REGATTA" train -q $old.tsv -o model --denoise always --dim 8 --steps 10 \
        --channels vectors,items,users,order "$@"
    expect 0 "$REGATTA" update -q model --replay
    expect 0 "$REGATTA" update -q model $new.tsv -o updated
    expect 0 "$REGATTA" update -q updated --replay
    expect 0 "$REGATTA" update -q updated --forget-users leave -o without
    expect 0 "$REGATTA" update -q without --replay
done

# The weights are those of a training on all rows.
cat first.tsv >whole.tsv
tail -n +2 rest.tsv >>whole.tsv
for name in first whole; do
    expect 0 "$REGATTA" train -q $name.tsv -o $name --denoise always --channels items
done
expect 0 "$REGATTA" update -q first rest.tsv -o updated --no-measure
check 'the weights of all rows' python3 -c '
import json, struct
def weights(path):
    data = open(path, "rb").read()
    start = 8 + struct.unpack("<Q", data[:8])[0]
    header = json.loads(data[8:start])
    begin, end = header["history.weights"]["data_offsets"]
    return data[start + begin:start + end]
assert weights("updated") == weights("whole")'
refuse 2 'denoise' "$REGATTA" train -q rows.tsv -o none --denoise auto --valid 0
refuse 2 'denoise' "$REGATTA" train -q rows.tsv -o none --denoise perhaps
finish
