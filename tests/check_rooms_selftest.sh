#!/bin/sh
# Shows that check_rooms.sh finds what it is there to find: plants many in a small tree
# of its own, and compares what is found with what was planted.
check=$(cd "$(dirname "$0")" && pwd)/check_rooms.sh
work=$(mktemp -d) || exit 2
trap 'rm -rf "$work"' EXIT
tree=$work/tree
failed=0

plain_tree() {
    rm -rf "$tree"
    mkdir -p "$tree/include/regatta" "$tree/examples" "$tree/tests" "$tree/cmake"
    for room in base linalg graph gat rank api cli; do mkdir -p "$tree/src/$room"; done
    printf '#include <stdint.h>\nREGATTA_API int regatta_one(void);\n' \
        >"$tree/include/regatta/one.h"
    printf '#include <stdlib.h>\nvoid *rg_alloc(void)\n{\n    return calloc(1, 1);\n}\n' \
        >"$tree/src/base/alloc.c"
    printf '#include "base/alloc.h"\n#include <igraph.h>\n' \
        >"$tree/src/graph/igraph_door.c"
    printf '#include "base/alloc.h"\n#include <cholmod.h>\n' >"$tree/src/linalg/cholmod_door.c"
    printf '%s\n' '#include "rank/topk.h"' '#include "base/alloc.h"' \
        '/* #include "api/handle.h" is told of, malloc(1) too' \
        'and free(p) */' 'const char *words = "malloc(1) and /* no comment";' \
        "char quote = '\"';" 'int x = mem->free(1) + my_free(2);' \
        '#pragma omp parallel for num_threads(team) \' '    schedule(static)' \
        '#pragma omp simd reduction(+ : sum)' \
        '#pragma omp parallel for num_threads(team) reduction(+ : count)' >"$tree/src/rank/topk.c"
    printf '#include <regatta/regatta.h>\n#include "cli/cli.h"\n#include <jansson.h>\n' \
        >"$tree/src/cli/main.c"
    printf '#include <regatta/regatta.h>\n' >"$tree/examples/embed.c"
}

# plant FILE LINE WHAT: adds the line to the file; the check has to name it
plant() {
    printf '%s\n' "$2" >>"$tree/$1"
    expect "$1:$(wc -l <"$tree/$1")" "$3"
}

expect() { echo "$1: $2" >>"$work/expected"; }

plain_tree
if ! "$check" "$tree" >"$work/output" 2>&1; then
    echo 'a tree that keeps the rules fails:'
    cat "$work/output"
    failed=1
fi

plain_tree
right='includes a room to its right'
plant src/base/alloc.c '#include "graph/csr.h"' "room base $right"
plant src/graph/csr.c '#include "gat/params.h"' "room graph $right"
plant src/gat/net.h '#include "rank/model.h"' "room gat $right"
plant src/rank/topk.c '#  include "api/handle.h"' "room rank $right"
plant src/api/model.c '#include "cli/cli.h"' "room api $right"
plant src/cli/main.c '#include "base/alloc.h"' 'the command includes a room of the library'
plant src/rank/topk.c '#include "topk.h"' 'an include in quotes does not name its room'
plant include/regatta/one.h '#include "base/alloc.h"' \
    'a public header includes a file in quotes'
plant include/regatta/one.h '#include <igraph.h>' \
    'a public header includes more than regatta, stddef and stdint'
plant examples/embed.c '#include "base/alloc.h"' \
    'an example goes behind the public headers'

plant src/rank/topk.c '#include "channel/channel_items.h"' \
    'model, rank and fit know channels through the table alone'
plant src/graph/csr.c '#include <igraph.h>' 'igraph outside src/graph/igraph_door.c'
plant src/rank/topk.c '#include <igraph/igraph.h>' 'igraph outside src/graph/igraph_door.c'
plant src/rank/topk.c '#include <suitesparse/cholmod.h>' \
    'CHOLMOD outside src/linalg/cholmod_door.c'
plant src/gat/train.c '#include <jansson.h>' 'jansson outside api and cli'

memory='the C library allocates outside src/base/alloc.c'
plant src/rank/topk.c 'void *p = malloc(1);' "$memory"
plant src/rank/topk.c 'int y = 0; /* a */ free(p); /* b */' "$memory"
plant src/graph/reader.c 'while (getline(&line, &n, f) > 0) {' "$memory"

plant src/gat/train.c 'printf("step %d", 1);' 'the library prints or ends the process'
plant src/gat/train.c '    abort();' 'the library prints or ends the process'
plant src/gat/train.c 'omp_set_num_threads(2);' 'omp_set_* changes the host'
plant src/gat/train.c '#pragma omp parallel for schedule(static)' \
    'a parallel region without num_threads(team), team = rg_threads_for(...)'
order='an order that depends on the threads'
plant src/gat/train.c '#pragma omp parallel for num_threads(team) reduction(+ : x)' "$order"
plant src/gat/train.c '#pragma omp atomic' "$order"

plant src/gat/train.c "/* TO""DO: later */" 'left for later'
plant cmake/x.cmake "# FIX""ME" 'left for later'

printf '#include "gat/b.h"\n' >"$tree/src/gat/a.h"
printf '#include "gat/a.h"\n' >"$tree/src/gat/b.h"
expect src/gat/a.h:1 'headers include each other in a circle'
expect src/gat/b.h:1 'headers include each other in a circle'
yes '/* a line */' | head -n 600 >"$tree/src/gat/full.c"
yes '/* a line */' | head -n 601 >"$tree/src/gat/long.c"
expect src/gat/long.c:601 'more than 600 lines'
: >"$tree/src/rank/csr.c"
expect 'src/*/csr.c:1' 'a file name twice'
for k in $(seq 31); do : >"$tree/src/linalg/many_$k.c"; done
expect src/linalg:1 '32 files, more than 30 in one folder'
yes 'REGATTA_API int regatta_more(void);' | head -n 70 >>"$tree/include/regatta/one.h"
expect include:1 '71 public functions, more than 70'

if "$check" "$tree" >"$work/output" 2>&1; then
    echo 'a tree full of breaches passes'
    failed=1
fi
sort -o "$work/output" "$work/output"
sort -o "$work/expected" "$work/expected"
if ! diff "$work/expected" "$work/output"; then
    echo '(< planted, > found)'
    failed=1
fi
[ $failed -eq 0 ] && echo "$(wc -l <"$work/expected") planted breaches found"
exit $failed
