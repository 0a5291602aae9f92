#!/bin/sh
# Installs a build to a temporary prefix, moves the prefix (nothing may remember the old
# one), and builds and runs a small program against it: through find_package and through
# pkg-config. Then asks the installed command for its version.
#
#   install_consumer.sh CMAKE BUILD CONSUMER CC LIBDIR VERSION CFLAGS
set -eu
cmake=$1 build=$2 consumer=$3 cc=$4 libdir=$5 version=$6 flags=$7
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

echo 'install'
"$cmake" --install "$build" --prefix "$work/first" >"$work/log" || { cat "$work/log"; exit 1; }
mv "$work/first" "$work/prefix"
prefix=$work/prefix

for file in include/regatta/regatta.h include/regatta/version.h "$libdir/libregatta.so" \
    "$libdir/cmake/regatta/regatta-config.cmake" "$libdir/pkgconfig/regatta.pc" bin/regatta \
    share/man/man1/regatta.1 share/man/man1/regatta-train.1 \
    share/bash-completion/completions/regatta share/zsh/site-functions/_regatta \
    share/fish/vendor_completions.d/regatta.fish share/doc/regatta/README.md \
    share/doc/regatta/docs/data.md share/doc/regatta/examples/example.h; do
    [ -e "$prefix/$file" ] || { echo "$file is not installed"; exit 1; }
done
if grep -rl -e "$work/first" -e "$build" "$prefix/$libdir/cmake" "$prefix/$libdir/pkgconfig"; then
    echo 'the files above name the folder they were made in'
    exit 1
fi

answers() { # PROGRAM [ARGUMENT]: prints the version
    output=$(LD_LIBRARY_PATH="$prefix/$libdir" "$@")
    echo "$output"
    case "$output" in
    *"$version"*) ;;
    *) echo "expected version $version"; exit 1 ;;
    esac
}

ranks=
if [ -e "$prefix/bin/regatta-mpi" ]; then
    ranks=$(cd "$consumer/../../examples" && pwd)/ranks.c
fi
export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1
export OMPI_MCA_rmaps_base_oversubscribe=1 OMPI_MCA_btl=self,vader
export OMPI_MCA_btl_vader_single_copy_mechanism=none OMPI_MCA_hwloc_base_binding_policy=none
seq 0 399 | awk '{ printf "u%d\ti%d\n", int($1 / 8), ($1 * 7 + int($1 / 40)) % 31 }' >"$work/data.tsv"
train_ranks() { # PROGRAM: two ranks train and write a model
    rm -f "$work/ranks.model"
    timeout 300 mpirun -x LD_LIBRARY_PATH="$prefix/$libdir" -n 2 "$1" "$work/data.tsv" "$work/ranks.model" || exit 1
    [ -s "$work/ranks.model" ] || { echo 'no model of two ranks'; exit 1; }
}

echo 'find_package'
"$cmake" -S "$consumer" -B "$work/build" -DCMAKE_C_COMPILER="$cc" -DCMAKE_C_FLAGS="$flags" \
    -DCMAKE_PREFIX_PATH="$prefix" -DREGATTA_VERSION="$version" -DRANKS="$ranks" >"$work/log" 2>&1 &&
    "$cmake" --build "$work/build" >>"$work/log" 2>&1 || { cat "$work/log"; exit 1; }
answers "$work/build/consumer"
[ -z "$ranks" ] || train_ranks "$work/build/ranks"

echo 'pkg-config'
PKG_CONFIG_PATH=$prefix/$libdir/pkgconfig
export PKG_CONFIG_PATH
[ "$(pkg-config --modversion regatta)" = "$version" ] || { echo 'another version'; exit 1; }
# shellcheck disable=SC2046 # words are wanted
"$cc" $flags -std=c11 -Wall -Werror -o "$work/consumer" "$consumer/consumer.c" \
    $(pkg-config --cflags --libs regatta)
answers "$work/consumer"
# shellcheck disable=SC2046
"$cc" $flags -std=c11 -o "$work/example" "$prefix/share/doc/regatta/examples/recommend.c" \
    $(pkg-config --cflags --libs regatta)
if [ -n "$ranks" ] && command -v mpicc >/dev/null; then
    OMPI_CC=$cc MPICH_CC=$cc mpicc $flags -o "$work/ranks" "$ranks" $(pkg-config --cflags --libs regatta-mpi)
    train_ranks "$work/ranks"
fi

python=/usr/bin/python3
if "$python" -c 'import numpy' 2>/dev/null && ! echo "$flags" | grep -q fsanitize; then
    echo 'python'
    answers env -u REGATTA_LIBRARY PYTHONPATH="$prefix/lib/python3/dist-packages" "$python" -B -c '
import importlib.metadata, regatta
assert importlib.metadata.version("regatta") == regatta.__version__
print(regatta.__file__, regatta.library().regatta_version().decode())'
fi

echo 'command'
answers "$prefix/bin/regatta" --version
