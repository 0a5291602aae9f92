# Outputs in a folder: one part of one process, with the bytes of the file; what is refused.
. "$(dirname "$0")/lib.sh"
small_model || { fail 'no small model'; finish; }
for format in tsv csv jsonl; do
    for command in 'recommend model -k 5' 'candidates model -n 9'; do
        expect 0 "$REGATTA" $command -f $format -o one
        expect 0 "$REGATTA" $command -f $format -o "parts $format/"
        same one "parts $format/part-00000-of-00001.$format"
        check 'one file' [ "$(ls -A "parts $format")" = "part-00000-of-00001.$format" ]
        rm -r "parts $format"
    done
done
printf 'u3\nu1\nu7\n' >users
expect 0 "$REGATTA" recommend model --users users -k 2 -o one
expect 0 "$REGATTA" recommend model --users users -k 2 -o three/
same one three/part-00000-of-00001.tsv
for format in tsv pgvector fvecs; do
    expect 0 "$REGATTA" embed model -q -s users -f $format -o "one.$format"
    expect 0 "$REGATTA" embed model -q -s users -f $format -o "of-$format/"
    same "one.$format" "of-$format/part-00000-of-00001.$format"
done
same one.fvecs.ids.txt of-fvecs/part-00000-of-00001.fvecs.ids.txt

refuse 1 'three: already exists: give a new folder' "$REGATTA" recommend model -o three/
refuse 2 'parts are of users of the model' "$REGATTA" recommend model --history users -o new/
refuse 2 'in a format whose files can be joined' "$REGATTA" embed model -o new/
refuse 2 'parts are of one side' "$REGATTA" embed model -f tsv --side both -o new/
refuse 1 'No such file' "$REGATTA" recommend model -o no/such/
refuse 1 'File too large' sh -c "ulimit -f 1; trap '' XFSZ; '$REGATTA' recommend model -k 50 -o new/"
check 'no folder' [ ! -e new ]
check 'nothing temporary' [ "$(find . -name '.*regatta*' | wc -l)" -eq 0 ]
finish
