# A model in shards: written by every command that writes a model, read by every one that reads
# one, joined to the same bytes; what is refused.
. "$(dirname "$0")/lib.sh"
small_model || { fail 'no small model'; finish; }
index=m.safetensors.index.json
train='train -q split/train.tsv --dim 8 --steps 20 --temperature 0.2'
names() { ls m-*-0000?-of-0000"$1".safetensors | wc -l | tr -d ' '; }

expect 0 "$REGATTA" $train -o $index --shards 3 --report report.json
check 'three shards' [ "$(names 3)" = 3 ]
check 'the report' grep -q '"output": "m.safetensors.index.json"' report.json
for command in 'recommend M -k 5' 'candidates M -n 9' 'info M' 'embed M -f tsv -o -' 'similar M --item i2 -k 3' \
    'explain M --user u1 --item i2' 'evaluate -q M split/test.tsv --keep-seen' 'inspect M'; do
    expect 0 "$REGATTA" $(echo "$command" | sed 's/M/model/')
    sed '/seconds/d' out >one
    expect 0 "$REGATTA" $(echo "$command" | sed "s/M/$index/")
    sed '/seconds/d' out >many
    same one many
done

# Joined and divided again.
expect 0 "$REGATTA" convert -q $index joined
same model joined
cat $index m-*.safetensors >before
rm m-*.safetensors $index
expect 0 "$REGATTA" convert -q joined $index --shards 3
cat $index m-*.safetensors >again
same before again
expect 0 "$REGATTA" convert -q joined $index
check 'one shard is the default, and those before are removed' [ "$(ls m-*)" = "$(ls m-*-00001-of-00001.safetensors)" ]

# The other writers.
expect 0 "$REGATTA" quantize -q $index --type i8 -o q.safetensors.index.json --shards 2
check 'bytes of shards are not known before they are written' sh -c '! grep -q bytes out'
expect 0 "$REGATTA" quantize -q model --type i8 -o q
expect 0 "$REGATTA" convert -q q.safetensors.index.json joined
same q joined
expect 0 "$REGATTA" index -q model --force -o i.safetensors.index.json --shards 2
expect 0 "$REGATTA" index -q model --force -o i
expect 0 "$REGATTA" convert -q i.safetensors.index.json joined
same i joined
printf 'user\titem\tweight\ttimestamp\nu1\tnew\t1\t1700000000\n' >news.tsv
cp $index old.safetensors.index.json
sed -i 's/"m-/"old-/' old.safetensors.index.json
for shard in m-*; do mv "$shard" "old-${shard#m-}"; done
refuse 2 'the output would replace the input' "$REGATTA" update -q $index news.tsv -o $index
expect 0 "$REGATTA" update -q old.safetensors.index.json news.tsv -o $index --shards 4
expect 0 "$REGATTA" convert -q old.safetensors.index.json joined
same model joined
expect 0 "$REGATTA" update -q model news.tsv -o updated
expect 0 "$REGATTA" convert -q $index joined
same updated joined

# Refusals; the model that is there stays.
refuse 2 '--shards: needs the name of an index' "$REGATTA" $train -o other --shards 2
refuse 2 '--shards must be|--shards' "$REGATTA" $train -o $index --shards 257
refuse 2 '--shards' "$REGATTA" convert -q data.tsv other.csv --shards 2
refuse 2 '--vectors does not apply to models' "$REGATTA" convert -q $index other --vectors
refuse 2 '--format has no effect on models|--format' "$REGATTA" convert -q $index other --format tsv
sed 's/"total_size": \([0-9]*\)/"total_size": 1\1/' $index >wrong.safetensors.index.json
refuse 3 'wrong.safetensors.index.json: total_size is 1[0-9]*, and the tensors' "$REGATTA" info wrong.safetensors.index.json
sed '/"total_size"/d' $index >wrong.safetensors.index.json
refuse 3 'wrong.safetensors.index.json: total_size is 0, and the tensors' "$REGATTA" info wrong.safetensors.index.json
sed 's/"total_size": /"total_size": -/' $index >wrong.safetensors.index.json
refuse 3 'total_size is not a number of bytes' "$REGATTA" info wrong.safetensors.index.json
refuse 3 'is shard 1 of 4 of a model: load its index' "$REGATTA" info m-*-00001-of-00004.safetensors
refuse 1 'No space left' "$REGATTA" $train -o $index --shards 2 --report /dev/full
same updated joined
expect 0 "$REGATTA" convert -q $index joined
same updated joined
shard=$(ls m-*-00002-of-00004.safetensors)
cp "$shard" kept
head -c 100 kept >"$shard"
refuse 3 "$shard: .*truncated" "$REGATTA" info $index
rm "$shard"
refuse 1 "$shard: No such file" "$REGATTA" info $index
mv kept "$shard"
refuse 1 'No space left|File too large' sh -c "ulimit -f 4; trap '' XFSZ; '$REGATTA' $train -o $index --shards 2"
expect 0 "$REGATTA" convert -q $index joined
same updated joined
check 'nothing temporary' [ "$(find . -name '.*regatta*' | wc -l)" -eq 0 ]
finish
