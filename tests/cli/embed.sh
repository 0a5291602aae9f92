# Vectors in the formats of other tools, checked byte by byte and, where it is there, by
# numpy.
. "$(dirname "$0")/lib.sh"
small_model || { fail 'no small model'; finish; }

number() { od -An -t"$1" -j "$3" -N "$4" "$2" | tr -s ' \n' ' ' | sed 's/^ //; s/ $//'; }

for format in npy w2v fvecs safetensors tsv; do
    expect 0 "$REGATTA" embed model --side items -f $format -o items.$format
done
expect 0 "$REGATTA" embed model --side users -f tsv -o users.tsv
items=$(wc -l <items.tsv) users=$(wc -l <users.tsv)
check 'all items' [ "$items" -eq "$("$REGATTA" info model --json | sed -n 's/.*"items": \([0-9]*\),/\1/p' | head -1)" ]
check 'dimension 8' awk -F '\t' 'NF != 9 { exit 1 }' items.tsv
check 'unit rows' awk -F '\t' '{ s = 0; for (i = 2; i <= NF; i++) s += $i * $i; if (s < 0.9999 || s > 1.0001) exit 1 }' items.tsv
cut -f 1 items.tsv >ids
same items.npy.ids.txt ids
same items.fvecs.ids.txt ids
same items.safetensors.ids.txt ids

check 'npy: magic' [ "$(number x1 items.npy 0 8)" = '93 4e 55 4d 50 59 01 00' ]
check 'npy: the data begin at 128' [ "$(number u2 items.npy 8 2)" = 118 ]
check 'npy: shape' grep -aq "'descr': '<f4', 'fortran_order': False, 'shape': ($items, 8)" items.npy
check 'npy: size' [ "$(wc -c <items.npy)" -eq $((128 + 32 * items)) ]
check 'fvecs: size' [ "$(wc -c <items.fvecs)" -eq $((36 * items)) ]
check 'fvecs: dimension in front of each row' [ "$(number d4 items.fvecs 36 4)" = 8 ]
check 'safetensors: header' grep -aq "\"items\":{\"dtype\":\"F32\",\"shape\":\[$items,8\],\"data_offsets\":\[0,$((32 * items))\]" items.safetensors
head=$(number u8 items.safetensors 0 8)
check 'safetensors: aligned' [ $((head % 8)) -eq 0 ]
check 'safetensors: size' [ "$(wc -c <items.safetensors)" -eq $((8 + head + 32 * items)) ]
check 'w2v: first line' [ "$(head -1 items.w2v)" = "$items 8" ]
check 'w2v is tsv with blanks' sh -c "sed 1d items.w2v | tr ' ' '\t' | cmp - items.tsv"

# The same floats everywhere: the bytes of npy, safetensors and row 2 of fvecs.
tail -c +129 items.npy >raw
tail -c +$((9 + head)) items.safetensors >raw2
same raw raw2
number x1 raw 32 32 >a
number x1 items.fvecs 40 32 >b
same a b
check 'row 2 as text' awk -v row="$(number f4 raw 32 32)" -F '\t' '
    NR == 2 { n = split(row, x, " "); for (i = 1; i <= n; i++) { d = x[i] - $(i + 1); if (d > 1e-6 || d < -1e-6) exit 1 } exit n != 8 }' items.tsv

expect 0 "$REGATTA" embed model --side both -o both.npy
check 'a file for each side' [ -s both.users.npy -a -s both.items.npy -a -s both.users.npy.ids.txt ]
same both.items.npy items.npy
expect 0 "$REGATTA" embed model --side both -f safetensors -o both.safetensors
check 'both in one' [ "$(wc -l <both.safetensors.users.ids.txt)" -eq "$users" ]
expect 0 sh -c "'$REGATTA' embed model -f npy -o - | cmp - items.npy"
refuse 2 'can take only one' "$REGATTA" embed model --side both -o -
printf 'a b\n' >old
printf 'user\titem\na\tx y\na\tz\nb\tz\n' >blank.tsv
expect 0 "$REGATTA" train -q blank.tsv -o blank --dim 4 --steps 2 --valid 0
refuse 3 "id 'x y' has a blank" "$REGATTA" embed blank -f w2v -o old
check 'the old file is as before' [ "$(cat old)" = 'a b' ]

python=/usr/bin/python3
if $python -c 'import numpy' 2>/dev/null; then
    check 'numpy reads it' $python - <<'P'
import numpy as np
a = np.load("items.npy")
t = np.loadtxt("items.tsv", delimiter="\t", usecols=range(1, 9), dtype=np.float32)
f = np.fromfile("items.fvecs", dtype="<f4").reshape(len(a), 9)[:, 1:]
assert a.dtype == np.float32 and a.shape == t.shape
assert (a == t).all() and (a == f).all()
P
else
    echo 'numpy is not here: its check is left out'
fi
finish
