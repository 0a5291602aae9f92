"""The tour, the examples of README.md and docs/python.md, and the reference."""
import os
import re
import subprocess
import sys

import numpy as np
import pytest
from conftest import ROOT

ENV = {**os.environ, "PYTHONPATH": os.path.join(ROOT, "python"), "MPLBACKEND": "Agg"}


def blocks(path):
    """The blocks of Python in a document that are programs, not sessions."""
    with open(os.path.join(ROOT, path)) as file:
        text = file.read()
    return [b for b in re.findall(r"^```python\n(.*?)^```", text, re.M | re.S) if ">>>" not in b]


def run(code, folder):
    done = subprocess.run([sys.executable, "-c", code], cwd=folder, env=ENV, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_readme(tmp_path):
    """The blocks run in order as one program; each use is shorter than ten lines."""
    rng = np.random.default_rng(1)
    rows = [f"u{u},i{i}" for u in range(60) for i in range(30) if (i % 3 == u % 3) != (rng.random() < 0.1)]
    (tmp_path / "interactions.csv").write_text("user,item\n" + "\n".join(rows) + "\n")
    programs = blocks("README.md")
    assert len(programs) == 4 and all(p.count("\n") < 10 for p in programs)
    text = run("\n".join(programs), tmp_path)
    assert "score of " in text and (tmp_path / "my.model").exists()


def test_document(tmp_path):
    program = [block for block in blocks("docs/python.md") if "capi" in block]
    assert len(program) == 1
    run(program[0], tmp_path)


def test_reference_is_that_of_the_docstrings():
    done = subprocess.run([sys.executable, os.path.join(ROOT, "scripts", "python_docs.py"), "--check"], env=ENV,
                          capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_tour(tmp_path):
    done = subprocess.run([sys.executable, os.path.join(ROOT, "examples", "tour.py"), str(tmp_path)], env=ENV,
                          capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert "score of " in done.stdout and re.search(r"^ndcg +0\.[0-9]+ +0\.[0-9]+$", done.stdout, re.M)
    assert (tmp_path / "tour.model").exists()
    pytest.importorskip("matplotlib")
    assert (tmp_path / "tour.png").read_bytes()[:4] == b"\x89PNG"
