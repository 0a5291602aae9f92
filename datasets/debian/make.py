#!/usr/bin/env python3
"""Makes the files of this folder from the package index of Debian 12 (bookworm).

    ./make.py                      reads `apt-cache dumpavail` of bookworm main alone
    ./make.py --index FILE         reads a Packages file ("-": standard input)
    ./make.py --output FOLDER      writes there instead of beside this script

Both read the index of the machine or a file; nothing is downloaded. The same index gives the same bytes: rows are sorted, the split is a function of the
names, gzip carries no time. Needs nothing but the Python of Debian.
"""
import argparse
import collections
import gzip
import hashlib
import io
import os
import re
import subprocess
import sys
import tempfile

SOURCE = "deb http://deb.debian.org/debian bookworm main\n"
FIELDS = ("Pre-Depends", "Depends", "Recommends")
PROPERTIES = ("Section", "Maintainer", "Description")
CORE = 5
TEST_SHARE = 5  # one of five
NAME = re.compile(r"[a-z0-9][a-z0-9+.-]+")


def dumpavail():
    """The index of bookworm main: no updates, no security, no third party."""
    with tempfile.TemporaryDirectory() as folder:
        source = os.path.join(folder, "main.list")
        with open(source, "w", encoding="ascii") as f:
            f.write(SOURCE)
        options = {
            "Dir::Etc::sourcelist": source,
            "Dir::Etc::sourceparts": "/dev/null",
            "Dir::State::status": "/dev/null",
            "Dir::Cache::pkgcache": "",
            "Dir::Cache::srcpkgcache": "",
        }
        command = ["apt-cache"]
        for key, value in options.items():
            command += ["-o", f"{key}={value}"]
        return subprocess.run(command + ["dumpavail"], check=True,
                              stdout=subprocess.PIPE).stdout.decode("utf-8")


def stanzas(text):
    """(package, [relation field, ...], properties); folded lines are joined."""
    for stanza in text.split("\n\n"):
        package, relations, properties = None, [], {}
        for line in re.sub(r"\n[ \t]+", " ", stanza).split("\n"):
            key, _, value = line.partition(":")
            if key == "Package":
                package = value.strip()
            elif key in FIELDS:
                relations.append(value)
            elif key in PROPERTIES:
                properties[key] = value.strip()
        if package:
            yield package, relations, properties


def edges_of(text):
    """Distinct (package, dependency): first alternative, no version, no architecture."""
    edges = set()
    for package, relations, _ in stanzas(text):
        for relation in relations:
            for clause in relation.split(","):
                match = NAME.match(clause.split("|")[0].strip())
                if match and match.group() != package:
                    edges.add((package, match.group()))
    return sorted(edges)


def properties_of(text, names):
    """(package, section, maintainer, description) of the packages among `names`: the
    maintainer without the address, the first line of the description. Of several
    versions the last stanza counts."""
    rows = {}
    for package, _, properties in stanzas(text):
        if package not in names:
            continue
        section, maintainer, description = (properties.get(key, "") for key in PROPERTIES)
        maintainer = maintainer.split("<")[0].strip().strip('"')
        rows[package] = (package, section, maintainer, description.replace("\t", " "))
    return [rows[package] for package in sorted(rows)]


def core_of(edges, k):
    """The edges left when nodes of fewer than k edges go, until none does."""
    while True:
        packages = collections.Counter(p for p, _ in edges)
        needed = collections.Counter(d for _, d in edges)
        kept = [(p, d) for p, d in edges if packages[p] >= k and needed[d] >= k]
        if len(kept) == len(edges):
            return kept
        edges = kept


def split(edges):
    """Of each package's dependencies, the fifth with the lowest SHA-256 goes to test."""
    rows = collections.defaultdict(list)
    for edge in edges:
        digest = hashlib.sha256("\t".join(edge).encode()).digest()
        rows[edge[0]].append((digest, edge))
    train, test = [], []
    for row in rows.values():
        row.sort()
        n_test = len(row) // TEST_SHARE
        test += [edge for _, edge in row[:n_test]]
        train += [edge for _, edge in row[n_test:]]
    return sorted(train), sorted(test)


def write(folder, name, rows):
    """Writes tab-separated rows; returns them as bytes, and the bytes of the file."""
    text = "".join("\t".join(row) + "\n" for row in rows).encode("utf-8")
    packed = io.BytesIO()
    with gzip.GzipFile(filename="", fileobj=packed, mode="wb", compresslevel=9,
                       mtime=0) as f:
        f.write(text)
    with open(os.path.join(folder, name), "wb") as f:
        f.write(packed.getvalue())
    return (f"{len(packed.getvalue())} bytes, sha256 of the rows "
            f"{hashlib.sha256(text).hexdigest()[:16]}")


def write_edges(folder, name, edges):
    written = write(folder, name, edges)
    print(f"{name}: {len(edges)} edges, {len({p for p, _ in edges})} packages, "
          f"{len({d for _, d in edges})} dependencies, {written}")


def write_properties(folder, name, rows):
    written = write(folder, name, [("package", "section", "maintainer", "description"),
                                   *rows])
    print(f"{name}: {len(rows)} packages, {written}")


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--index", help="a Packages file instead of apt-cache")
    parser.add_argument("--output", default=os.path.dirname(os.path.abspath(__file__)))
    args = parser.parse_args()
    if args.index is None:
        text = dumpavail()
    elif args.index == "-":
        text = sys.stdin.read()
    else:
        with open(args.index, encoding="utf-8") as f:
            text = f.read()

    edges = edges_of(text)
    core = core_of(edges, CORE)
    train, test = split(core)
    write_edges(args.output, "all.tsv.gz", edges)
    write_edges(args.output, "train.tsv.gz", train)
    write_edges(args.output, "test.tsv.gz", test)
    names = {name for edge in core for name in edge}
    write_properties(args.output, "packages.tsv.gz", properties_of(text, names))


if __name__ == "__main__":
    main()
