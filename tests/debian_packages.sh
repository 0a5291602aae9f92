#!/bin/sh
# Builds the Debian packages from the sources of a release, and checks them with lintian.
# Then installs them with dpkg, in a copy of this system (an overlay) that lacks the source
# tree, and uses them: the command, a C program, Python. Code 77: it cannot run here.
#
#   debian_packages.sh SOURCE CONSUMER
set -eu
source=$1 consumer=$2
skip() { echo "skipped: $*"; exit 77; }

[ "$(id -u)" = 0 ] || skip 'installing packages needs root'
for tool in dpkg-buildpackage dh lintian unshare; do
    command -v "$tool" >/dev/null || skip "$tool is missing (scripts/setup.sh)"
done
git -C "$source" rev-parse --git-dir >/dev/null 2>&1 || skip 'not a checkout of git'
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir "$work/root"
unshare -m sh -c "mount -t tmpfs none '$work/root' && mkdir '$work/root/u' '$work/root/w' '$work/root/r' &&
    mount -t overlay overlay -o 'lowerdir=/,upperdir=$work/root/u,workdir=$work/root/w' '$work/root/r'" \
    2>/dev/null || skip 'this system has no overlay mounts'

echo 'build'
"$source/scripts/dist.sh" "$work" >/dev/null
archive=$(cd "$work" && ls regatta-*.tar.gz)
name=${archive%.tar.gz}
(cd "$work" && mv "$archive" "regatta_${name#regatta-}.orig.tar.gz" &&
    tar xzf "regatta_${name#regatta-}.orig.tar.gz")
# Debian's own tools, not a Python of the user's; not optimised and without symbols for
# debuggers, which takes half the time.
(cd "$work/$name" && DEB_BUILD_OPTIONS="nocheck noopt noautodbgsym parallel=$(nproc)" \
    DEB_CFLAGS_STRIP=-g \
    PATH=/usr/sbin:/usr/bin:/sbin:/bin dpkg-buildpackage --build=full -us -uc >"$work/log" 2>&1) ||
    { tail -50 "$work/log"; exit 1; }

echo 'lintian'
lintian --allow-root --fail-on error "$work"/regatta_*.changes

echo 'install and use'
cp "$consumer/consumer.c" "$source/examples/ranks.c" "$source/examples/example.h" "$work"
cat >"$work/inside.sh" <<'EOF'
set -eu
cd "$1"
dpkg -i ./*.deb >log 2>&1 || { cat log; exit 1; }
dpkg --audit
[ -z "$(ls "$2")" ] || { echo "the source tree is still there"; exit 1; }
cd /
regatta --version
seq 0 399 | awk '{ printf "u%d\ti%d\n", int($1 / 8), ($1 * 7 + int($1 / 40)) % 31 }' >"$1/data.tsv"
regatta train "$1/data.tsv" -o "$1/model" --preset fast -q
[ "$(regatta recommend "$1/model" -k 3 | wc -l)" = 150 ]
regatta inspect "$1/data.tsv" | grep communities
man -w regatta-train
cc -o "$1/consumer" "$1/consumer.c" $(pkg-config --cflags --libs regatta)
"$1/consumer"
export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1
export OMPI_MCA_rmaps_base_oversubscribe=1 OMPI_MCA_btl=self,vader
export OMPI_MCA_btl_vader_single_copy_mechanism=none OMPI_MCA_hwloc_base_binding_policy=none
mpirun -n 2 regatta-mpi train "$1/data.tsv" -o "$1/ranks" --preset fast -q
cmp "$1/model" "$1/ranks"
man -w regatta-mpi
mpicc -o "$1/example" "$1/ranks.c" $(pkg-config --cflags --libs regatta-mpi)
mpirun -n 2 "$1/example" "$1/data.tsv" "$1/example.model"
/usr/bin/python3 -c 'import sys, regatta
model = regatta.Model.load(sys.argv[1])
ids, scores = model.recommend("u0", N=3)
assert len(ids) == len(scores) == 3
print("python", regatta.__version__, regatta.__file__)' "$1/model"
dpkg -r python3-regatta libregatta-mpi-dev libregatta-dev regatta-mpi regatta libregatta-mpi0.1 \
    libregatta0.1 >log 2>&1 || { cat log; exit 1; }
if [ -e /usr/bin/regatta ] || [ -e /usr/bin/regatta-mpi ]; then
    cat log
    echo 'a command is still there'
    exit 1
fi
EOF
unshare -m sh -eu -c "
    mount -t tmpfs none '$work/root'
    mkdir '$work/root/u' '$work/root/w' '$work/root/r'
    mount -t overlay overlay -o 'lowerdir=/,upperdir=$work/root/u,workdir=$work/root/w' '$work/root/r'
    mount --bind /dev '$work/root/r/dev'
    mount -t proc proc '$work/root/r/proc'
    mkdir -p '$work/root/r/$source' '$work/root/r/tmp/packages'
    mount -t tmpfs none '$work/root/r/$source'
    mount -t tmpfs none '$work/root/r/tmp/packages'
    cp '$work'/*.deb '$work'/*.c '$work/example.h' '$work/inside.sh' '$work/root/r/tmp/packages'
    chroot '$work/root/r' sh /tmp/packages/inside.sh /tmp/packages '$source'"
echo 'done'
