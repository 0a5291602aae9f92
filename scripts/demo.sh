#!/usr/bin/env bash
# From a fresh clone to recommendations: builds a release, trains on the bundled graph
# of Debian's dependencies, and shows what the model answers. May be run any number of
# times. Leaves the model in build/demo/debian.model.
set -euo pipefail
. "$(dirname "$0")/common.sh"
data=datasets/debian
model=build/demo/debian.model
regatta=build/demo/bin/regatta

# says a command as one would type it, then runs it
run() {
    echo "\$ regatta $*" >&2
    "$regatta" "$@"
}

step "packages"
./scripts/setup.sh

step "build"
targets='regatta_cli regatta' build demo -DCMAKE_BUILD_TYPE=Release -DBUILD_TESTING=OFF \
    -DREGATTA_BUILD_EXAMPLES=OFF -DREGATTA_BUILD_BENCH=OFF

step "the data: which Debian package (user) needs which (item)"
run inspect $data/train.tsv.gz

step "train"
run train $data/train.tsv.gz -o $model

step "recommend: what else does each of these packages need?"
echo "(* a dependency it really has, held back from training)"
for package in gimp task-xfce-desktop r-cran-tidyverse kicad; do
    run recommend $model --user $package -k 8 |
        awk -F '\t' 'NR == FNR { held[$1 "\t" $2]; next }
            { printf "  %2d  %s %-32s %8.3f\n", $3, ($1 "\t" $2) in held ? "*" : " ", $2, $4 }' \
            <(gzip -dc $data/test.tsv.gz) -
done

step "recommend to a package that does not exist yet, from its history alone"
echo "mine python3-numpy python3-scipy python3-matplotlib" >build/demo/history.txt
run recommend $model --history build/demo/history.txt -k 8 |
    awk -F '\t' '{ printf "  %2d    %-32s %8.3f\n", $3, $2, $4 }'

step "explain: why libpng16-16 for gimp?"
run explain $model --user gimp --item libpng16-16 -n 6 |
    awk -F '\t' '{ printf "  %-16s %-32s %7s %8s\n", $1, $2, $3, $4 }'

step "similar: what is used like python3-numpy?"
run similar $model --item python3-numpy -k 8 |
    awk -F '\t' '{ printf "  %2d    %-32s %8.3f\n", $2, $1, $3 }'

step "evaluate on the held-back dependencies"
run evaluate $model $data/test.tsv.gz -k 10,20 --report build/demo/quality.json |
    awk -F '\t' '{ printf "  %-12s %8s %8s\n", $1, $2, $3 }'

step "done: the model is $model, the command $regatta"
