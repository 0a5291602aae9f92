# Any number of ranks gives the bytes of one process: the model with every channel, lists,
# vectors, candidates, metrics, an update.
. "$(dirname "$0")/lib.sh"
debian=$1
# The data has no times: an order of rows stands for one, so that the channels of order are
# part of the model.
zcat "$debian/train.tsv.gz" | awk -F '\t' -v OFS='\t' '
    BEGIN { print "user", "item", "timestamp" }
    NR <= 1200 { print $1, $2, 1600000000 + (NR * 7919) % 1000003 }' >data.tsv
zcat "$debian/packages.tsv.gz" | awk -F '\t' '
    NR == FNR { seen[$2] = 1; next }
    FNR == 1 || ($1 in seen)' data.tsv - | cut -f 1-3 >packages.tsv
awk -F '\t' 'NR > 1 { n[$1]++; if (n[$1] % 9 == 0) print $1 "\t" $2 }' data.tsv >test.tsv
train="train data.tsv --item-features packages.tsv --dim 16 --steps 4
    --eval-every 2 --sequence gru --sequence-dim 8 --sequence-window 8 --temperature 0.15
    --channels vectors,items,users,spectral,order,sequence,target,content"
expect 0 "$REGATTA" $train -q -t 1 -o one.model
expect 0 "$REGATTA" info one.model --json
for channel in vectors items users spectral order sequence target content; do
    check "channel $channel was fitted" grep -q "\"$channel\"" out
done
expect 0 "$REGATTA" recommend one.model -k 10 -o one.lists
expect 0 "$REGATTA" candidates one.model -n 30 -o one.candidates
expect 0 "$REGATTA" embed one.model -o one.npy
expect 0 "$REGATTA" evaluate one.model test.tsv --keep-seen --per-user one.users
sed '/seconds/d' out >one.metrics
for n in 1 2 3 4; do
    expect 0 ranks $n $train -q -t 1 -o other.model
    same one.model other.model
    check 'nothing but the outputs' [ "$(find . -name '.*regatta*' | wc -l)" -eq 0 ]
done
for n in 2 3; do
    expect 0 ranks $n recommend one.model -k 10 -o other.lists
    same one.lists other.lists
    expect 0 ranks $n recommend one.model -k 10
    same one.lists out
    expect 0 ranks $n candidates one.model -n 30 -o other.candidates
    same one.candidates other.candidates
    expect 0 ranks $n embed one.model -o other.npy
    same one.npy other.npy
    expect 0 ranks $n evaluate one.model test.tsv --keep-seen --per-user other.users
    sed '/seconds/d' out >other.metrics
    same one.metrics other.metrics
    same one.users other.users
done

# Item tables in panels.
vectors='train data.tsv --dim 16 --steps 8 --eval-every 2 --temperature 0.15 --channels vectors,items -q -t 1'
expect 0 "$REGATTA" $vectors -o one.vectors.model
for n in 1 2 3 4; do
    expect 0 ranks $n $vectors --item-tables panels -o other.model --report ranks.json
    same one.vectors.model other.model
    [ $n -eq 1 ] || check 'the report of panels' grep -q '"item_tables": "panels"' ranks.json
done
expect 0 ranks 2 $vectors --item-tables whole -o other.model --report ranks.json
same one.vectors.model other.model
check 'the report of whole tables' grep -q '"item_tables": "whole"' ranks.json
refuse 2 '--item-tables has no effect without ranks' "$REGATTA" $vectors --item-tables panels -o other.model

# Features in the input layer, and the choice of them.
for when in always auto; do
    set -- train data.tsv --item-features packages.tsv --dim 16 --steps 4 --eval-every 2 --temperature 0.15 \
        --channels vectors,content --feature-vectors $when -q -t 1
    expect 0 "$REGATTA" "$@" -o one.features
    expect 0 ranks 3 "$@" -o other.features
    same one.features other.features
done

# Shards: one for each rank by default, and the bytes of one process.
index=m.safetensors.index.json
for n in 1 2 3 4; do
    expect 0 ranks $n $train -q -t 1 -o $index
    check "$n shards" [ "$(ls m-*-0000?-of-0000$n.safetensors | wc -l)" -eq "$n" ]
    check 'no others' [ "$(ls m-* | wc -l)" -eq "$n" ]
    expect 0 "$REGATTA" convert -q $index joined.model
    same one.model joined.model
done
expect 0 ranks 3 recommend $index -k 10 -o other.lists
same one.lists other.lists
expect 0 ranks 3 $train -q -t 1 -o $index --shards 5
cat $index m-*.safetensors >many.bytes
expect 0 "$REGATTA" convert -q one.model $index --shards 5
cat $index m-*.safetensors >one.bytes
same one.bytes many.bytes

# Parts: each rank writes its users; together the bytes of one file.
expect 0 "$REGATTA" embed one.model -q -s users -f tsv -o one.vectors
expect 0 "$REGATTA" recommend one.model -k 10 -f csv -o one.csv
for n in 1 2 3 4; do
    rm -rf lists sets vectors csv
    expect 0 ranks $n recommend one.model -k 10 -o lists/
    check "$n parts" [ "$(ls -A lists | wc -l)" -eq "$n" ]
    cat lists/part-0000?-of-0000$n.tsv >other.lists
    same one.lists other.lists
    expect 0 ranks $n candidates one.model -n 30 -o sets/
    cat sets/part-* >other.candidates
    same one.candidates other.candidates
    expect 0 ranks $n embed one.model -q -s users -f tsv -o vectors/
    cat vectors/part-* >other.vectors
    same one.vectors other.vectors
    expect 0 ranks $n recommend one.model -k 10 -f csv -o csv/
    cat csv/part-*.csv >other.csv
    same one.csv other.csv
done

# An update, with new users and items.
awk -F '\t' -v OFS='\t' 'NR == 1 { print; next }
    NR % 500 == 0 { print "new" NR, $2, 1700000000; print $1, "new-item", 1700000001 }' \
    data.tsv >news.tsv
expect 0 "$REGATTA" update one.model news.tsv -q -o one.new
expect 0 ranks 3 update one.model news.tsv -q -o other.new
same one.new other.new
expect 0 "$REGATTA" update one.model news.tsv -q --steps 3 -o one.new
expect 0 ranks 2 update one.model news.tsv -q --steps 3 --item-tables panels -o other.new
same one.new other.new
refuse 2 '--item-tables has no effect without ranks' "$REGATTA" update one.model news.tsv -o new \
    --item-tables whole

# The report has the traffic of the ranks, and a single process has none.
expect 0 ranks 2 train data.tsv --channels items -o other.model --report ranks.json
check 'the line of the ranks' grep -q '2 ranks; this one received' err
check 'the report of the ranks' grep -q '"gathered_bytes": [1-9]' ranks.json
expect 0 ranks 1 train data.tsv --channels items -o other.model --report ranks.json
check 'no ranks' sh -c '! grep -q gathered_bytes ranks.json'
finish
