# Compressed bombs: --limit-bytes of each command that reads compressed files.
. "$(dirname "$0")/lib.sh"
small_model || { fail 'no small model'; finish; }

# A row of 9 bytes 2,000 times: 18,000 bytes in less than 200.
awk 'BEGIN { for (k = 0; k < 2000; k++) printf "bob\ti%d\tx\n", 1 + k % 2 }' >bomb
cut -f 1,2 bomb | gzip >bomb.gz
printf 'item\tfeature\n' | cat - bomb | cut -f 1,2 | gzip >table.gz
printf 'u1\ti1\n' >pairs
formats=bomb.gz
if command -v zstd >/dev/null; then
    cut -f 1,2 bomb | zstd -q >bomb.zst
    formats='bomb.gz bomb.zst'
fi

for file in $formats; do
    said="$file: unpacks to more than 9999 bytes: raise --limit-bytes"
    limit='--limit-bytes 9999'
    refuse 3 "$said" "$REGATTA" prepare -q $file -o new $limit
    refuse 3 "$said" "$REGATTA" convert -q $file new.csv $limit
    refuse 3 "$said" "$REGATTA" inspect -q $file $limit
    refuse 3 "$said" "$REGATTA" train -q $file -o new --preset fast $limit
    refuse 3 "$said" "$REGATTA" evaluate -q model $file $limit
    refuse 3 "$said" "$REGATTA" evaluate -q model --logged $file $limit
    refuse 3 "$said" "$REGATTA" quantize -q model -o new --type bf16 --test $file $limit
    refuse 3 "$said" "$REGATTA" recommend -q model --history $file $limit
    refuse 3 "$said" "$REGATTA" recommend -q model --exclude-pairs $file $limit
    refuse 3 "$said" "$REGATTA" candidates -q model --history $file $limit
    refuse 3 "$said" "$REGATTA" similar -q model --item-history $file $limit
    refuse 3 "$said" "$REGATTA" explain -q model --history $file --item i3 $limit
    refuse 3 "$said" "$REGATTA" embed -q model --history $file -o new $limit
    refuse 3 "$said" "$REGATTA" score -q model pairs --names $file $limit
    refuse 3 "<stdin>: unpacks to more than 9999" sh -c \
        "'$REGATTA' inspect -q - $limit <$file"
    # All of it, and by default.
    expect 0 "$REGATTA" inspect -q $file --limit-bytes 20K
    cp out limited
    expect 0 "$REGATTA" inspect -q $file
    same out limited
    expect 0 "$REGATTA" recommend -q model --history $file -k 3
    check 'one history' [ "$(wc -l <out)" -eq 3 ]
    refuse 3 "$file:1: compressed: pass it through" "$REGATTA" recommend -q model --users $file
done

# Other compressions are named, where lines and where tables are read.
printf '\3757zXZ\0\0\4\n' >packed.xz
printf 'BZh91AY&SY\n' >packed.bz2
refuse 3 'packed.xz: is compressed with xz: run unxz' "$REGATTA" recommend -q model --history packed.xz
refuse 3 'packed.bz2: is compressed with bzip2: run bunzip2' "$REGATTA" recommend -q model --history packed.bz2
refuse 3 'packed.xz:1: compressed: pass it through xz -dc' "$REGATTA" recommend -q model --users packed.xz
refuse 3 'packed.bz2:1: compressed: pass it through bzip2 -dc' "$REGATTA" score -q model packed.bz2
refuse 3 'table.gz: unpacks to more than 9999' "$REGATTA" train -q split/train.tsv -o new \
    --preset fast --item-features table.gz --limit-bytes 9999
check 'no output' [ ! -e new -a ! -e new.csv ]

# Sizes.
for size in 0 '' x 1k 1KB -1 1.5G 16777216T 18446744073709551616; do
    refuse 2 '^regatta: --limit-bytes: must be a number of bytes' \
        "$REGATTA" inspect -q bomb --limit-bytes "$size"
done
for size in 1 64K 500M 2G 16777215T 18446744073709551615; do
    expect 0 "$REGATTA" inspect -q data.tsv --limit-bytes $size
done
refuse 2 'limit-bytes has no effect on a model' "$REGATTA" inspect model --limit-bytes 2G
finish
