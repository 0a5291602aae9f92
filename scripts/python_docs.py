#!/usr/bin/env python3
"""Makes the reference in docs/python.md from the docstrings of the Python package.

    scripts/python_docs.py [--check]

The text above the line `## Reference` is written by hand and stays. With --check nothing is
written, and a difference is exit code 1. Needs numpy.
"""
import inspect
import os
import re
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
OUT = os.path.join(ROOT, "docs", "python.md")
sys.path.insert(0, os.path.join(ROOT, "python"))
sys.dont_write_bytecode = True

import regatta  # noqa: E402

CLASSES = [regatta.Model, regatta.Graph, regatta.Features, regatta.Explanation, regatta.Evaluation,
           regatta.LoggedEvaluation, regatta.Tuning, regatta.Report, regatta.Ranks]
FUNCTIONS = [regatta.tune, regatta.paired_test, regatta.measure_pairs, regatta.convert,
             regatta.convert_features, regatta.set_memory_limit, regatta.library]


def signature(name, member):
    """The signature without types, in lines of at most 100 letters."""
    parameters = [p.replace(annotation=p.empty) for p in inspect.signature(member).parameters.values()
                  if p.name not in ("self", "cls")]
    text = str(inspect.Signature(parameters))
    lines, line = [], name
    for word in text.split(" "):
        if len(line) + len(word) > 98:
            lines.append(line)
            line = " " * (len(name) + 1) + word
        else:
            line += (" " if line != name and not line.endswith(" ") else "") + word
    return "\n".join([*lines, line])


def markdown(text):
    """A docstring as Markdown: examples and lists of arguments become blocks of code."""
    made = []
    for block in re.split(r"\n\s*\n", text):
        plain = block.lstrip()
        if plain.startswith(">>>"):
            made.append("```python\n" + block + "\n```")
        elif re.match(r"(Args|Returns):\n", plain):
            title, _, rest = plain.partition("\n")
            made.append(f"{title}\n\n```text\n{inspect.cleandoc(rest)}\n```")
        elif re.match(r"\w+(, \w+)*: ", plain) and "\n    " in block:
            made.append("```text\n" + block + "\n```")
        else:
            made.append(block)
    return "\n\n".join(made)


def entry(level, title, heading, text):
    block = f"```python\n{heading}\n```\n\n" if heading else ""
    return f"{'#' * level} {title}\n\n{block}{markdown(text)}\n"


def members(kind):
    for name, member in inspect.getmembers(kind):
        if name.startswith("_") or not (inspect.isroutine(member) or isinstance(member, property)):
            continue
        yield name, member


def reference():
    made = ["## Reference\n", "Made from the docstrings by `scripts/python_docs.py`. The tests run all examples; in these,\n"
            "`user_items` is a scipy.sparse matrix of 60 users and 20 items, `tags` one of 20 items and 4\n"
            "features, and `model` and `vector_model` are fitted to `user_items`.\n"]
    for kind in CLASSES:
        shown = kind in (regatta.Model, regatta.Features, regatta.Ranks)
        made.append(entry(3, kind.__name__, signature(kind.__name__, kind.__init__) if shown else None, inspect.getdoc(kind)))
        for name, member in members(kind):
            heading = None if isinstance(member, property) else signature(name, member)
            made.append(entry(4, f"{kind.__name__}.{name}", heading, inspect.getdoc(member)))
    made.append("### Functions\n")
    made += [entry(4, f.__name__, signature(f.__name__, f), inspect.getdoc(f)) for f in FUNCTIONS]
    made.append("### Exceptions\n")
    names = sorted(n for n in regatta.__all__ if n.endswith("Error"))
    made.append("| exception | also | meaning |\n|---|---|---|\n" + "".join(
        f"| `{n}` | {', '.join(b.__name__ for b in getattr(regatta, n).__bases__ if b not in (Exception, regatta.RegattaError))}"
        f" | {inspect.getdoc(getattr(regatta, n))} |\n" for n in names))
    return "\n".join(made)


def main():
    if sys.argv[1:] not in ([], ["--check"]):
        sys.exit(__doc__)
    with open(OUT) as f:
        before = f.read()
    text = before[:before.index("## Reference")] + reference()
    if sys.argv[1:] and text != before:
        sys.exit("docs/python.md is not that of the docstrings: run scripts/python_docs.py")
    if not sys.argv[1:]:
        with open(OUT, "w") as f:
            f.write(text)


if __name__ == "__main__":
    main()
