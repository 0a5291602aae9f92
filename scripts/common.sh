# Sourced by the other scripts: the repository's root, how to say a step, how to build.
cd "$(dirname "${BASH_SOURCE[0]}")/.."
jobs=$(nproc)
mkdir -p build

step() { printf '\n== %s (%d s)\n' "$*" "$SECONDS"; }

# build NAME [cmake option ...]: configures and builds build/NAME. Says nothing but
# warnings as long as it works; the whole output is beside the folder, in NAME.log.
build() {
    local folder=build/$1 log=build/$1.log
    shift
    if ! { cmake -S . -B "$folder" -G Ninja "$@" &&
        cmake --build "$folder" --parallel "$jobs" --target ${targets:-all}; } \
        >"$log" 2>&1; then
        tail -n 60 "$log" >&2
        return 1
    fi
    grep 'warning:' "$log" >&2 || true
    echo "built $folder"
}
