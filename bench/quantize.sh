#!/bin/sh
# What a model costs in floats, bf16 and 8 bits: size of the file, quality on the test part
# and time of `regatta evaluate` (the least of three rounds, the three in turn), with the
# share of the float model's top 20 that is kept and the time of a request for one user.
# Prints a markdown table.
#
#   bench/quantize.sh --data DIR [--regatta COMMAND] [--models DIR] [--threads N] [NAME...]
#
# DIR/NAME holds train.txt.gz and test.txt.gz, NAME gowalla, ml-1m and lastfm unless given.
# A model is trained with default options, or taken from the folder of --models
# (NAME.model) where it is there.
set -eu
export OMP_WAIT_POLICY=passive
regatta=regatta data= models= threads=0
usage() {
    sed -n '2,12s/^# \{0,1\}//p' "$0" >&2
    exit 2
}
while [ $# -gt 0 ]; do
    case $1 in
    --regatta) regatta=${2:?} && shift 2 ;;
    --data) data=${2:?} && shift 2 ;;
    --models) models=${2:?} && shift 2 ;;
    --threads) threads=${2:?} && shift 2 ;;
    -*) usage ;;
    *) break ;;
    esac
done
[ -n "$data" ] || usage
[ $# -gt 0 ] || set -- gowalla ml-1m lastfm
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT

# number KEY FILE: of the first "KEY": in a JSON file
number() { sed -n "s/.*\"$1\": *\([-0-9.eE+]*\).*/\1/p" "$2" | head -n 1; }
# after KEY FILE: the same inside "after"
after() { sed -n '/"after"/,/}/p' "$2" | sed -n "s/.*\"$1\": *\([-0-9.eE+]*\).*/\1/p" | head -n 1; }

echo '| data | type | file, MB | recall@20 | ndcg@20 | of its top 20 kept | evaluate, s | one request, ms |'
echo '|---|---|---|---|---|---|---|---|'
for name; do
    test=$data/$name/test.txt.gz
    if [ -n "$models" ] && [ -f "$models/$name.model" ]; then
        cp "$models/$name.model" "$dir/f32"
    else
        "$regatta" train -q "$data/$name/train.txt.gz" -o "$dir/f32" -t "$threads"
    fi
    for type in f32 bf16 i8; do
        # f32 to f32 measures the noise of the two times.
        "$regatta" quantize -q "$dir/f32" -o "$dir/out" --type $type -t "$threads" --report "$dir/$type.json" >/dev/null
        [ $type = f32 ] || mv "$dir/out" "$dir/$type"
        echo 1e9 >"$dir/$type.best"
    done
    for round in 1 2 3; do
        for type in f32 bf16 i8; do
            "$regatta" evaluate -q "$dir/$type" "$test" -t "$threads" --report "$dir/$type.eval" >/dev/null
            echo "$(number seconds "$dir/$type.eval") $(cat "$dir/$type.best")" |
                awk '{ print $1 < $2 ? $1 : $2 }' >"$dir/next"
            mv "$dir/next" "$dir/$type.best"
        done
    done
    for type in f32 bf16 i8; do
        echo "$name $type $(wc -c <"$dir/$type") $(number recall@20 "$dir/$type.eval") $(number ndcg@20 "$dir/$type.eval") \
$(after kept "$dir/$type.json") $(cat "$dir/$type.best") $(after request_ms "$dir/$type.json")" |
            awk '{ printf "| %s | %s | %.1f | %.4f | %.4f | %.4f | %.2f | %.2f |\n", $1, $2, $3 / 1e6, $4, $5, $6, $7, $8 }'
    done
done
