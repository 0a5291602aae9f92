#!/bin/sh
# Runs a command that has to succeed and print a line that matches.
#
#   tests/expect.sh REGEX COMMAND [ARGUMENT ...]
regex=$1
shift
output=$("$@")
code=$?
printf '%s\n' "$output"
if [ $code -ne 0 ]; then
    echo "exit code $code"
    exit 1
fi
if ! printf '%s\n' "$output" | grep -qE -- "$regex"; then
    echo "no line matches: $regex"
    exit 1
fi
