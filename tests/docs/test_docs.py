#!/usr/bin/env python3
"""The site of the documents: it is built without a warning, and its check finds bad links.

    test_docs.py SCRIPT FOLDER        77: doxygen or pandoc is missing
"""
import importlib.util
import os
import shutil
import subprocess
import sys
import tempfile

script, folder = sys.argv[1:]
for tool in ("doxygen", "pandoc"):
    if shutil.which(tool) is None:
        print(f"{tool} is not installed")
        sys.exit(77)
spec = importlib.util.spec_from_file_location("docs", script)
docs = importlib.util.module_from_spec(spec)
spec.loader.exec_module(docs)


def wrong(call, *arguments):
    try:
        call(*arguments)
    except docs.Wrong as error:
        return str(error)
    raise AssertionError("a bad link was accepted")


assert docs.target_of("model.md#blend", "docs/data.md", set()) == "model.html#blend"
assert docs.target_of("../README.md", "docs/data.md", set()) == "../index.html"
assert docs.target_of("include/regatta/graph.h", "README.md", set()) == "c/graph_8h.html"
assert docs.target_of("https://a.example/b", "README.md", set()) == "https://a.example/b"
assert "no such file" in wrong(docs.target_of, "nothing.md", "docs/data.md", set())
with tempfile.TemporaryDirectory() as work:
    for links, message in (("a.html#there", None), ("b.html", "no such page"),
                           ("#nowhere", "no such heading"), ("a.html#nowhere", "no such heading")):
        with open(os.path.join(work, "a.html"), "w", encoding="utf-8") as f:
            f.write(f'<h1 id="there">A</h1><a href="{links}">b</a>')
        if message:
            assert message in wrong(docs.check_links, work)
        else:
            assert docs.check_links(work) == 1

done = subprocess.run([sys.executable, script, folder], capture_output=True, encoding="utf-8",
                      check=False)
print(done.stdout + done.stderr)
assert done.returncode == 0 and done.stderr == ""
for page in ("index.html", "docs/data.html", "c/files.html", "c/structregatta__query.html"):
    assert os.path.exists(os.path.join(folder, page)), page
with open(os.path.join(folder, "c", "structregatta__query.html"), encoding="utf-8") as f:
    assert "number of queries" in f.read()  # comments of members are there
