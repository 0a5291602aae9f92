#!/bin/sh
# Trains on each data set with default options and says what it took: seconds of wall and
# of processor, peak memory, and the size of the model. Written as CSV on stdout.
#
#   bench/train.sh [--regatta COMMAND] [--threads N] [--csv FILE] DATA [OPTION...]
#
# DATA is anything `regatta train` reads; OPTIONs go to `regatta train` as they are.
set -eu
regatta=regatta threads=0 csv=
usage() {
    sed -n '2,7s/^# \{0,1\}//p' "$0" >&2
    exit 2
}
while [ $# -gt 0 ]; do
    case $1 in
    --regatta) regatta=${2:?} && shift 2 ;;
    --threads) threads=${2:?} && shift 2 ;;
    --csv) csv=${2:?} && shift 2 ;;
    --help | -*) usage ;;
    *) break ;;
    esac
done
[ $# -gt 0 ] || usage
data=$1
shift
command -v "$regatta" >/dev/null || { echo "train.sh: no command '$regatta'" >&2 && exit 1; }
[ -x /usr/bin/time ] || { echo "train.sh: /usr/bin/time is missing (package time)" >&2 && exit 1; }

dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
/usr/bin/time -f '%e,%U,%S,%M' -o "$dir/time" \
    "$regatta" train "$data" --threads "$threads" -o "$dir/model" "$@" >&2
size=$(wc -c <"$dir/model")
row=$(tail -n 1 "$dir/time" | awk -F, -v d="$(date +%F)" -v name="$(basename "$data")" -v t="$threads" -v s="$size" \
    '{ printf "%s,%s,%s,%.2f,%.2f,%.2f,%.0f,%.1f\n", d, name, t, $1, $2, $3, $4 * 1.024 / 1000, s / 1e6 }')
head=date,data,threads,wall_s,user_s,sys_s,peak_mb,model_mb
printf '%s\n%s\n' "$head" "$row"
[ -z "$csv" ] || {
    [ -s "$csv" ] || echo "$head" >"$csv"
    echo "$row" >>"$csv"
}
