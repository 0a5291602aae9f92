"""Compares rows of a table with those that the command prints. Usage:

    rows.py PRINTED.csv FILE.db TABLE     a table of SQLite, in the order of rowid
    rows.py PRINTED.csv COPIED.csv        a table of PostgreSQL, copied with a header
    rows.py PRINTED.csv PRINTED.tsv       the same without a header
    rows.py PRINTED.csv PRINTED.jsonl     objects of a row, or of all rows of a user

Numbers are compared as numbers, because each has several forms as text.
"""
import csv
import json
import sqlite3
import struct
import sys


def single(x):
    return struct.unpack("f", struct.pack("f", x))[0]


def read_csv(path):
    with open(path, newline="") as file:
        return list(csv.reader(file))


def read_table(path, table):
    cursor = sqlite3.connect(path).execute(f'SELECT * FROM "{table}" ORDER BY rowid')
    rows = [[c[0] for c in cursor.description]]
    return rows + [["" if x is None else x for x in row] for row in cursor]


def read_json(path, columns):
    rows = [columns]
    for line in open(path):
        found = json.loads(line)
        for rank, item in enumerate(found.pop("items", [{}]), 1):
            row = {"rank": rank, **found, **item}
            rows.append([row.get(name, "") for name in columns])
    return rows


def read_tsv(path, columns):
    return [columns] + [line.rstrip("\n").split("\t") for line in open(path)]


def read(path, columns):
    if path.endswith(".jsonl"):
        return read_json(path, columns)
    return read_tsv(path, columns) if path.endswith(".tsv") else read_csv(path)


def same(cell, text):
    if str(cell) == text:
        return True
    try:
        return single(float(cell)) == single(float(text)) and not isinstance(cell, int)
    except ValueError:
        return False


printed = read_csv(sys.argv[1])
rows = read_table(*sys.argv[2:]) if len(sys.argv) > 3 else read(sys.argv[2], printed[0])
assert rows[0] == printed[0], rows[0]
assert len(rows) == len(printed) > 1, (len(rows), len(printed))
for row, line in zip(rows[1:], printed[1:]):
    assert len(row) == len(line) and all(map(same, row, line)), (row, line)
