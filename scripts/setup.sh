#!/usr/bin/env bash
# Installs the Debian 12 packages that building and testing regatta needs, and only
# those that are missing. The one place that lists them. May be run any number of times.
#
#   scripts/setup.sh          what the build, the tests and the demo need
#   scripts/setup.sh --tools  and what the other scripts need: clang, clang-format,
#                             clang-tidy, libomp, valgrind, gcovr
#   scripts/setup.sh --bench  and what bench/ compares with: faiss, hnswlib, C++,
#                             numpy and scipy
set -euo pipefail

packages=(
    gcc libc6-dev            # the compiler, with OpenMP and the sanitizers
    cmake ninja-build pkg-config
    libigraph-dev            # components, cores, communities
    libsuitesparse-dev       # CHOLMOD
    libjansson-dev           # JSON
    libxxhash-dev            # hashes
    librandom123-dev         # counter-based random numbers
    zlib1g-dev libzstd-dev   # gzip, zstd
    libsqlite3-dev libpq-dev # databases
    libopenmpi-dev openmpi-bin python3-mpi4py # several processes
    libcunit1-dev            # tests
    abigail-tools            # the test of the binary interface
    sqlite3 postgresql       # tests of the databases, which start a server of their own
    zsh fish                 # tests of completion
    groff mandoc             # tests of the manual pages
    python3-faiss            # a test of the vectors
    git build-essential debhelper dh-python lintian man-db mpi-default-dev mpi-default-bin # packages of Debian
    doxygen pandoc           # the site of the documents
    python3-numpy python3-scipy python3-pandas python3-tqdm python3-matplotlib # python/
    python3-pytest python3-hypothesis mypy                                     # its tests
    python3-pip python3-venv                                                   # its installation
    zstd                     # tests of the formats
)
tools=(clang clang-format clang-tidy libomp-dev valgrind gcovr)
bench=(g++ libfaiss-dev libopenblas-openmp-dev libhnswlib-dev python3-numpy python3-scipy)

case "${1-}" in
'') ;;
--tools) packages+=("${tools[@]}") ;;
--bench) packages+=("${bench[@]}") ;;
*)
    echo "usage: scripts/setup.sh [--tools|--bench]" >&2
    exit 2
    ;;
esac

say() { echo "setup: $*"; }

installed() { # the package is there, unpacked and configured
    [ "$(dpkg-query -W -f '${db:Status-Abbrev}' "$1" 2>/dev/null)" = 'ii ' ]
}

if ! command -v apt-get >/dev/null || ! command -v dpkg-query >/dev/null; then
    say "this is not a Debian system; install the equivalents of: ${packages[*]}" >&2
    exit 1
fi

missing=()
for package in "${packages[@]}"; do
    installed "$package" || missing+=("$package")
done
if [ ${#missing[@]} -eq 0 ]; then
    say "all ${#packages[@]} packages are installed"
    exit 0
fi

as_root=()
if [ "$(id -u)" -ne 0 ]; then
    if ! command -v sudo >/dev/null; then
        say "need root to install: ${missing[*]}" >&2
        say "run as root, or install sudo" >&2
        exit 1
    fi
    as_root=(sudo)
fi

apt() {
    "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -q \
        -o DPkg::Lock::Timeout=120 -o Acquire::Retries=3 "$@"
}

install() { apt install -y --no-install-recommends "${missing[@]}"; }

say "missing: ${missing[*]}"
# An index that names every missing package is good enough to try first.
if apt-cache show "${missing[@]}" >/dev/null 2>&1; then
    say "installing"
    if install; then
        say "done"
        exit 0
    fi
    say "that failed; the package index may be old"
fi
say "refreshing the package index"
apt update
say "installing"
install
say "done"
