#!/usr/bin/env python3
"""Write src/base/text/letter_tables.c: letters, marks and digits of Unicode, and their
lower case, from the tables of this Python (Unicode 14 in Python 3.11).

    scripts/make_letters.py > src/base/text/letter_tables.c && clang-format -i $_
"""
import unicodedata

SURROGATES = range(0xD800, 0xE000)
CODES = [c for c in range(0x110000) if c not in SURROGATES]


def word_ranges():
    """Ranges of letters, marks and numbers. Code points that are not assigned may lie
    inside a range, which keeps the table short."""
    ranges = []
    for c in CODES:
        if unicodedata.category(chr(c))[0] not in "LMN":
            continue
        gap = range(ranges[-1][1] + 1, c) if ranges else ()
        if ranges and len(gap) < 4096 and all(unicodedata.category(chr(g)) == "Cn" for g in gap):
            ranges[-1][1] = c
        else:
            ranges.append([c, c])
    return ranges


def lower_runs():
    """Runs (first, last, step, delta) of capitals whose lower case is one code point."""
    runs = []
    for c in CODES:
        low = chr(c).lower()
        if len(low) != 1 or ord(low) == c:
            continue
        delta = ord(low) - c
        if runs and runs[-1][3] == delta:
            first, last, step, _ = runs[-1]
            gap = c - last
            if gap == step or (first == last and gap <= 2):
                runs[-1] = [first, c, gap, delta]
                continue
        runs.append([c, c, 1, delta])
    return runs


def main():
    ranges, runs = word_ranges(), lower_runs()
    print("/* Written by scripts/make_letters.py from Unicode %s. */" % unicodedata.unidata_version)
    print('#include "base/text/letters.h"\n')
    print("const int rg_n_letter_ranges = %d, rg_n_lower_runs = %d;\n" % (len(ranges), len(runs)))
    print("const rg_letter_range rg_letter_ranges[] = {")
    print(",".join("{0x%x,0x%x}" % tuple(r) for r in ranges) + "};\n")
    print("const rg_lower_run rg_lower_runs[] = {")
    print(",".join("{0x%x,0x%x,%d,%d}" % tuple(r) for r in runs) + "};")


main()
