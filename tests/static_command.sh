#!/bin/sh
# The command with the static archives of its libraries needs the C library alone, and does
# what the other command does.
#
#   static_command.sh READELF STATIC COMMAND
set -eu
readelf=$1 static=$2 command=$3
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"$readelf" -d "$static" >"$work/dynamic"
if grep NEEDED "$work/dynamic" | grep -v '\[lib[cm]\.so\|\[ld-linux\|\[libasan\|\[libubsan'; then
    echo 'the libraries above are needed'
    exit 1
fi
cd "$work"
seq 0 399 | awk '{ printf "u%d\ti%d\n", int($1 / 8), ($1 * 7 + int($1 / 40)) % 31 }' | gzip >data.tsv.gz
for name in static command; do
    eval "program=\$$name"
    "$program" train data.tsv.gz -o "$name.model" --preset fast -q
    "$program" recommend "$name.model" -f jsonl >"$name.jsonl"
    "$program" inspect data.tsv.gz >"$name.inspect"
done
cmp static.model command.model
cmp static.jsonl command.jsonl
cmp static.inspect command.inspect
echo 'the same model, recommendations and summary'
