#!/bin/sh
# Every public header compiles alone, as C11 and as C++11, without a warning.
#
#   tests/check_headers.sh CC CXX ROOT BUILD   (CXX may be empty: C alone)
cc=$1 cxx=$2 root=$3 build=$4
work=$(mktemp -d) || exit 2
trap 'rm -rf "$work"' EXIT
failed=0
flags="-fsyntax-only -Wall -Wextra -Wpedantic -Wshadow -Wstrict-prototypes -Werror"
for header in "$root"/include/regatta/*.h "$build"/include/regatta/version.h; do
    # twice: the guard holds; the use: a header without a declaration is still C
    name=regatta/$(basename "$header")
    printf '#include <%s>\n#include <%s>\nextern int some_name;\n' "$name" "$name" \
        >"$work/alone.c"
    cp "$work/alone.c" "$work/alone.cc"
    "$cc" -std=c11 $flags -I"$root/include" -I"$build/include" "$work/alone.c" || failed=1
    [ -z "$cxx" ] || "$cxx" -std=c++11 ${flags% -Wstrict*} -Werror -I"$root/include" \
        -I"$build/include" "$work/alone.cc" || failed=1
done
exit $failed
