#!/bin/sh
# The rules of the source tree that a compiler does not know. Prints each breach as
# `file:line: what` and fails when there is one.
#
#   tests/check_rooms.sh [ROOT]
cd "${1:-.}" || exit 2
export LC_ALL=C
work=$(mktemp -d) || exit 2
trap 'rm -rf "$work"' EXIT
breaches=$work/breaches all=$work/all

sources() { # of the folders named that are there
    for folder; do
        [ -d "$folder" ] && find "$folder" -name '*.[ch]' -o -name '*.h.in'
    done | sort
}

# The code of the files on standard input, as FILE:LINE:CODE without comments and
# without the text of strings; a directive continued with \ is joined.
code() {
    tr '\n' '\0' | xargs -0 -r awk '
        FNR == 1 { comment = 0; joined = "" }
        {
            line = $0
            out = ""
            while (line != "") {
                if (comment) {
                    end = index(line, "*/")
                    if (!end) break
                    line = substr(line, end + 2)
                    comment = 0
                } else if (match(line, /\047([^\047\\]|\\.[^\047]*)\047|"([^"\\]|\\.)*"|\/\*/)) {
                    out = out substr(line, 1, RSTART - 1)
                    token = substr(line, RSTART, RLENGTH)
                    line = substr(line, RSTART + RLENGTH)
                    if (token == "/*") comment = 1
                    else out = out (out ~ /^[ \t]*#[ \t]*include/ ? token : "\"\"")
                } else {
                    out = out line
                    break
                }
            }
            if (out ~ /\\$/) {
                sub(/\\$/, "", out)
                joined = joined out
            } else {
                print FILENAME ":" FNR ":" joined out
                joined = ""
            }
        }'
}

# breach WHAT: marks each FILE:LINE:CODE on standard input
breach() { sed -E "s|^([^:]*:[0-9]+):.*|\1: $1|" >>"$breaches"; }

# inside REGEX of files, outside REGEX of files
inside() { grep -E "^($1):[0-9]+:"; }
outside() { grep -vE "^($1):[0-9]+:"; }

sources src | code >"$all"
include='[0-9]+:[ \t]*#[ \t]*include[ \t]*'

# A room includes itself and the rooms to its left. The command uses its own room and
# the public headers; base/files/temporary.h, so that both find what the other left;
# base/text/utf8.h and base/files/file.h, so that both take the same text for text; graph/features/npy.h, so
# that both read the same arrays; and store/store.h, so that there is one way to a
# database.
rooms='base store linalg graph knn gat ridge model channel rank fit report api cli'
right=$rooms
for room in ${rooms% cli}; do
    right=${right#"$room"}
    right=${right# }
    inside "src/$room/.*" <"$all" |
        grep -E ":$include\"($(echo "$right" | tr ' ' '|'))/" |
        breach "room $room includes a room to its right"
done
inside 'src/cli/.*' <"$all" | grep -E ":$include\"" |
    grep -vE '"(cli/.*|base/(files/(temporary|file)|text/utf8)\.h|graph/features/npy\.h|store/store\.h)"' |
    breach 'the command includes a room of the library'
grep -E ":$include\"" "$all" | grep -vE "\"($(echo "$rooms" | tr ' ' '|'))/" |
    breach 'an include in quotes does not name its room'
sources include | code | grep -E ":$include\"" |
    breach 'a public header includes a file in quotes'
sources include | code | grep -E ":$include<" |
    grep -vE '<(regatta/[a-z]+|stddef|stdint)\.h>' |
    breach 'a public header includes more than regatta, stddef and stdint'
sources examples | code | grep -E ":$include\"($(echo "$rooms" | tr ' ' '|'))/" |
    breach 'an example goes behind the public headers'

# Headers do not include each other in a circle.
grep -E "^src/[^:]*\.h:$include\"" "$all" |
    sed -E 's|^src/([^:]*):[0-9]+:[^"]*"([^"]*)".*|\1 \2|' |
    tsort 2>&1 >/dev/null | sed -n 's|^tsort: \([a-z].*\.h\)$|src/\1:1: headers include each other in a circle|p' \
    >>"$breaches"

# Channels are known by their table: what runs over all of them includes none.
inside 'src/(model|rank|fit)/.*' <"$all" |
    grep -E ":$include\"channel/(channel_[a-z]+|[a-z]+_fit)\.h\"" |
    grep -v '"channel/channel_fit\.h"' |
    breach 'model, rank and fit know channels through the table alone'

# Each foreign library enters through its door.
grep -E ":$include[<\"]igraph" "$all" | outside 'src/graph/igraph_door\.c' |
    breach 'igraph outside src/graph/igraph_door.c'
grep -E ":$include[<\"](suitesparse/)?cholmod" "$all" |
    outside 'src/linalg/cholmod_door\.c' | breach 'CHOLMOD outside src/linalg/cholmod_door.c'
grep -E ":$include[<\"]zstd" "$all" | outside 'src/base/files/zstd_door\.c' |
    breach 'libzstd outside src/base/files/zstd_door.c'
grep -E ":$include[<\"]sqlite3" "$all" | outside 'src/store/sqlite_door\.c' |
    breach 'SQLite outside src/store/sqlite_door.c'
grep -E ":$include[<\"]libpq" "$all" | outside 'src/store/postgres_door\.c' |
    breach 'libpq outside src/store/postgres_door.c'
grep -E ":$include[<\"]jansson" "$all" | outside 'src/(api|cli)/.*' |
    breach 'jansson outside api and cli'

# MPI is a library of its own, beside libregatta.
grep -E ":$include[<\"](mpi|regatta/mpi)\.h" "$all" | outside 'src/mpi/.*' |
    breach 'MPI outside src/mpi'
inside 'src/mpi/.*' <"$all" | grep -E ":$include\"" | grep -vE '"cli/(cli|rank_group)\.h"' |
    breach 'src/mpi includes more than the public headers and those of the command'

# Memory comes from one place; a text that jansson printed is given back to it.
outside 'src/base/alloc\.c|src/(cli|mpi)/.*' <"$all" |
    grep -vE '^src/api/[a-z_]+\.c:[0-9]+:[ ]*free\(text\);' |
    grep -E '(^|[^A-Za-z0-9_.>])(malloc|calloc|realloc|free|strn?dup|aligned_alloc|posix_memalign|v?asprintf|getline)[ ]*\(' |
    breach 'the C library allocates outside src/base/alloc.c'

# The library does not print, exit or abort, says its number of threads, and adds across
# threads nothing but whole numbers (which are called count or n_something).
outside 'src/cli/.*' <"$all" |
    grep -E '(^|[^A-Za-z0-9_.>])(printf|puts|putchar|perror|exit|_exit|abort)[ ]*\(' |
    breach 'the library prints or ends the process'
grep -E 'omp_set_' "$all" | breach 'omp_set_* changes the host'
grep -E '#[ \t]*pragma omp .*parallel' "$all" | grep -v 'num_threads(team)' |
    breach 'a parallel region without num_threads(team), team = rg_threads_for(...)'
grep -E '#[ \t]*pragma omp .*(atomic|critical|reduction)' "$all" |
    grep -vE 'pragma omp simd|reduction\(\+ : (count|n_[a-z_]+)\)$' |
    breach 'an order that depends on the threads'

# Sizes.
sources src include examples | while read -r file; do
    lines=$(wc -l <"$file")
    [ "$lines" -le 600 ] || echo "$file:$lines: more than 600 lines"
done >>"$breaches"
find src -type d | while read -r folder; do
    files=$(find "$folder" -maxdepth 1 -type f | wc -l)
    [ "$files" -le 30 ] || echo "$folder:1: $files files, more than 30 in one folder"
done >>"$breaches"
sources src | sed 's|.*/||' | sort | uniq -d |
    sed 's|^|src/*/|; s|$|:1: a file name twice|' >>"$breaches"
public=$(sources include | code | grep -cE ':[0-9]+:REGATTA_API ')
[ "$public" -le 70 ] || echo "include:1: $public public functions, more than 70" >>"$breaches"

# Nothing left for later. (The bracket keeps this line from finding itself.)
for folder in src include tests examples bench fuzz cmake scripts; do
    [ -d "$folder" ] && grep -rnE '(TOD[O]|FIXM[E]|\bXX[X]\b)' "$folder" |
        sed -E 's|^([^:]*:[0-9]+):.*|\1: left for later|'
done >>"$breaches"

if [ -s "$breaches" ]; then
    cat "$breaches"
    exit 1
fi
echo "$(sources src include | wc -l) files keep the rules; $public public functions"
