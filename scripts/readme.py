#!/usr/bin/env python3
"""Runs the commands that README.md shows and puts what they print in their place.

    scripts/readme.py [--bin build/demo/bin] [--model build/demo/debian.model]
                      [--check] [--tolerance X]

A block of lines indented by four blanks whose first line begins with `$ ` is a command (up
to the last line that ends in `|`) and its output. Blocks without output stay so. With
--check nothing is written, and a difference is exit code 1; with --tolerance too numbers may
differ by that share and lines of a block may change places, as they do between machines with
other vector units. Python 3 standard library.
"""
import argparse
import os
import re
import subprocess
import sys
import tempfile

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))


def run(command, folder, path):
    env = dict(os.environ, PATH=path + os.pathsep + os.environ["PATH"], LC_ALL="C")
    done = subprocess.run(["bash", "-c", command], cwd=folder, env=env, text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    if done.returncode != 0:
        sys.exit(f"readme.py: {command!r} ended with {done.returncode}: {done.stderr}")
    # What prepare says on standard error is its answer; elsewhere it is about progress.
    return done.stderr + done.stdout if " prepare " in command else done.stdout


def blocks(text):
    """(start, end, command, output) of each command block, as line numbers and lines."""
    lines = text.split("\n")
    at = 0
    while at < len(lines):
        if not lines[at].startswith("    $ "):
            at += 1
            continue
        end = at
        while end < len(lines) and lines[end].startswith("    "):
            end += 1
        last = at
        while lines[last].rstrip().endswith("|"):
            last += 1
        command = "\n".join(line[4:] for line in lines[at:last + 1])[2:]
        yield last + 1, end, command, lines[last + 1:end]
        at = end


NUMBER = re.compile(r"-?[0-9]+(?:\.[0-9]+)?(?:e-?[0-9]+)?")


def alike(old, new, tolerance):
    """Whether two outputs are the same but for numbers and the order of lines."""
    def words(lines):  # ids keep their digits: a number stands alone
        return sorted(re.sub(r"(?<![\w.-])-?[0-9]+(\.[0-9]+)?(e-?[0-9]+)?(?![\w-])", "#", line.strip())
                      for line in lines)

    def numbers(lines):
        return sorted(float(x) for line in lines for x in NUMBER.findall(line))

    pairs = list(zip(numbers(old), numbers(new)))
    return words(old) == words(new) and all(
        abs(a - b) <= tolerance * max(1.0, abs(a), abs(b)) for a, b in pairs)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--bin", default=os.path.join(ROOT, "build/demo/bin"))
    parser.add_argument("--model", default=os.path.join(ROOT, "build/demo/debian.model"))
    parser.add_argument("--check", action="store_true")
    parser.add_argument("--tolerance", type=float, default=0.0)
    args = parser.parse_args()
    readme = os.path.join(ROOT, "README.md")
    with open(readme) as f:
        text = f.read()
    lines = text.split("\n")
    with tempfile.TemporaryDirectory() as folder:
        os.symlink(os.path.join(ROOT, "datasets"), os.path.join(folder, "datasets"))
        os.symlink(os.path.abspath(args.model), os.path.join(folder, "debian.model"))
        for first, end, command, old in reversed(list(blocks(text))):
            if not old or re.search(r"regatta train ", command):
                continue
            new = run(command, folder, os.path.abspath(args.bin)).rstrip("\n").split("\n")
            if args.check and args.tolerance and alike(old, new, args.tolerance):
                continue
            lines[first:end] = ["    " + line for line in new]
    result = "\n".join(lines)
    if args.check:
        changed = [f"-{a.strip()}\n+{b.strip()}" for a, b in zip(text.split("\n"), result.split("\n"))
                   if a != b]
        sys.exit("\n".join(["readme.py: README.md shows something else", *changed])
                 if changed or len(result) != len(text) else 0)
    with open(readme, "w") as f:
        f.write(result)


if __name__ == "__main__":
    main()
