# Reads built files and the commands that compiled them, and fails if a hardening flag of
# cmake/RegattaHardening.cmake is missing.
#
#   check_hardening.sh BUILD_FOLDER FILE...    77 without readelf
set -eu
export LC_ALL=C
build=$1
shift
command -v readelf >/dev/null || { echo 'readelf is missing'; exit 77; }
failures=0

# has FILE WHAT REGEX TEXT: a line of the text matches.
has() {
    printf '%s\n' "$4" | grep -Eq -e "$3" && return
    failures=$((failures + 1))
    echo "$1: $2 is missing"
}

for file; do
    headers=$(readelf -lW "$file") dynamic=$(readelf -dW "$file")
    symbols=$(readelf -W --dyn-syms "$file")
    has "$file" 'position-independent code' '^Elf file type is DYN' "$headers"
    case $file in
    *.so*) ;;
    *) has "$file" PIE 'FLAGS_1.* PIE' "$dynamic" ;;
    esac
    has "$file" 'a stack that is not executable' 'GNU_STACK .* RW  ' "$headers"
    has "$file" RELRO 'GNU_RELRO' "$headers"
    has "$file" 'binding before the start' 'BIND_NOW|FLAGS_1.* NOW' "$dynamic"
    has "$file" 'the stack protector' 'UND __stack_chk_fail' "$symbols"
    has "$file" 'FORTIFY_SOURCE' 'UND __[a-z]+_chk' "$symbols"
done

# Flags that leave no mark in a file: those of every source of the library and the command.
sources=$(grep -E '"command":.* -c [^ ]*/src/[^ ]*\.c"' "$build/compile_commands.json")
n=$(printf '%s\n' "$sources" | grep -c .)
for flag in -fstack-clash-protection -fstack-protector-strong -D_FORTIFY_SOURCE=3; do
    with=$(printf '%s\n' "$sources" | grep -Fc -e " $flag " || true)
    [ "$with" -eq "$n" ] && continue
    # Without glibc 2.35 the level is 2.
    [ $flag = -D_FORTIFY_SOURCE=3 ] && grep -q '^REGATTA_HAS_FORTIFY_3:INTERNAL=$' "$build/CMakeCache.txt" && continue
    failures=$((failures + 1))
    echo "$flag: in $with of $n compilations"
done
echo "$# files, $n compilations, $failures failed"
[ "$n" -gt 100 ] && [ "$failures" -eq 0 ]
