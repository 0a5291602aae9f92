#!/usr/bin/env python3
"""Builds the documents as a site, and checks every link.

    scripts/docs.py FOLDER

The guides are made from the Markdown files by pandoc, the reference of the C library from
the headers by Doxygen (FOLDER/c). A warning of either, a link to a file or a heading that does
not exist, and a page that the list below lacks are errors; then there is no FOLDER, or it
stays as it was. Needs doxygen and pandoc.
"""
import html
import html.parser
import os
import posixpath
import re
import shutil
import subprocess
import sys
import tempfile
import urllib.parse

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
SITE = os.path.join(ROOT, "docs", "site")
# Groups of the navigation: source, name.
PAGES = [
    ("Guides", [("README.md", "Quick start"), ("docs/data.md", "Data and formats"),
                ("docs/tune.md", "Choosing options"),
                ("docs/pipelines.md", "Pipelines"), ("docs/update.md", "Updates"), ("docs/scale.md", "Several machines"),
                ("docs/serving.md", "Serving"), ("docs/report.md", "Reports"),
                ("datasets/debian/README.md", "Example data")]),
    ("Reference", [("c/files.html", "C library"), ("docs/python.md", "Python"),
                   ("docs/metrics.md", "Metrics"), ("docs/model.md", "The model"),
                   ("docs/format.md", "Model file")]),
    ("Background", [("docs/quality.md", "Quality"), ("docs/experiments.md", "Experiments"),
                    ("bench/README.md", "Speed"),
                    ("docs/reliability.md", "Reliability"), ("SECURITY.md", "Security"),
                    ("docs/abi.md", "Binary interface"),
                    ("docs/architecture.md", "Architecture"),
                    ("CONTRIBUTING.md", "Contributing"), ("CHANGELOG.md", "Changelog")]),
]
NAMES = {source: name for _, pages in PAGES for source, name in pages}


class Wrong(Exception):
    """What the user has to correct."""


def page_of(source):
    """The page of a source, below the site."""
    if source == "README.md":
        return "index.html"
    if source.endswith("/README.md"):
        return posixpath.dirname(source) + "/index.html"
    return re.sub(r"\.md$", ".html", source)


def tool(words, text=None):
    try:
        done = subprocess.run(words, input=text, capture_output=True, encoding="utf-8",
                              check=False)
    except FileNotFoundError:
        raise Wrong(f"{words[0]} is not installed (scripts/setup.sh)") from None
    if done.returncode != 0 or done.stderr.strip():
        raise Wrong(f"{words[0]}: {done.stderr.strip() or done.returncode}")
    return done.stdout


def make_reference(folder):
    """The reference of the C library."""
    with open(os.path.join(SITE, "Doxyfile"), encoding="utf-8") as f:
        options = f.read()
    options += (f'INPUT = "{ROOT}/include/regatta"\nSTRIP_FROM_PATH = "{ROOT}/include"\n'
                f'STRIP_FROM_INC_PATH = "{ROOT}/include"\nINCLUDE_PATH = "{ROOT}/include"\n'
                f'INPUT_FILTER = "sed -f {SITE}/headers.sed"\n'
                f'OUTPUT_DIRECTORY = "{folder}"\nHTML_OUTPUT = c\n')
    tool(["doxygen", "-"], options)


def target_of(link, source, copies):
    """The address of a link in `source`, as the site has it; `copies` gets files that the site
    needs beside the pages."""
    parts = urllib.parse.urlsplit(link)
    if parts.scheme or parts.netloc or not parts.path:
        return link
    path = posixpath.normpath(posixpath.join(posixpath.dirname(source), parts.path))
    if not os.path.exists(os.path.join(ROOT, path)):
        raise Wrong(f"{source}: link to {link}: there is no such file")
    header = re.fullmatch(r"include/regatta/(\w+)\.h", path)
    if path in NAMES:
        to = page_of(path)
    elif header:
        to = f"c/{header[1].replace('_', '__')}_8h.html"
    elif os.path.isdir(os.path.join(ROOT, path)):
        to = page_of(path + "/README.md")
        if path + "/README.md" not in NAMES:
            copies.add(path)
    else:
        copies.add(path)
        to = path
    start = posixpath.dirname(page_of(source)) or "."
    return posixpath.relpath(to, start) + ("#" + parts.fragment if parts.fragment else "")


def navigation(source, root):
    lines = []
    for group, pages in PAGES:
        lines.append(f'<li class="group">{group}</li>')
        for other, name in pages:
            here = ' aria-current="page"' if other == source else ""
            lines.append(f'<li><a href="{root}{page_of(other)}"{here}>{html.escape(name)}</a></li>')
    return "\n".join(lines)


def make_page(folder, source, copies):
    """One page from Markdown."""
    with open(os.path.join(ROOT, source), encoding="utf-8") as f:
        body = tool(["pandoc", "--from=gfm", "--to=html5", "--wrap=preserve", "--no-highlight"],
                    f.read())
    links = re.compile(r'(<a href=")([^"]*)(")')
    write_page(folder, source, NAMES[source], links.sub(
        lambda m: m[1] + html.escape(target_of(html.unescape(m[2]), source, copies)) + m[3], body))


def write_page(folder, source, title, body):
    with open(os.path.join(SITE, "page.html"), encoding="utf-8") as f:
        page = f.read()
    to = page_of(source)
    root = "../" * to.count("/")
    for key, value in {"title": title, "root": root,
                       "navigation": navigation(source, root), "body": body}.items():
        page = page.replace(f"${key}$", value)
    path = os.path.join(folder, to)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w", encoding="utf-8") as f:
        f.write(page)


def copy(folder, path):
    """A file that a page links to; of a folder, its files and a list of them."""
    path_from, path_to = os.path.join(ROOT, path), os.path.join(folder, path)
    if os.path.isfile(path_from):
        os.makedirs(os.path.dirname(path_to), exist_ok=True)
        shutil.copy(path_from, path_to)
        return
    names = sorted(name for name in os.listdir(path_from)
                   if os.path.isfile(os.path.join(path_from, name)))
    for name in names:
        copy(folder, os.path.join(path, name))
    rows = "\n".join(f'<li><a href="{html.escape(name)}">{html.escape(name)}</a></li>'
                     for name in names)
    write_page(folder, path + "/README.md", path, f"<h1>{path}</h1>\n<ul>\n{rows}\n</ul>")


class Links(html.parser.HTMLParser):
    """The links and the anchors of a page."""

    def __init__(self):
        super().__init__()
        self.links, self.anchors = [], set()

    def handle_starttag(self, tag, attrs):
        attrs = dict(attrs)
        for name in ("id", "name"):
            if attrs.get(name):
                self.anchors.add(attrs[name])
        for name in ("href", "src"):
            if attrs.get(name):
                self.links.append(attrs[name])


def read_pages(folder):
    pages = {}
    for at, _, names in os.walk(folder):
        for name in names:
            if name.endswith(".html"):
                path = os.path.join(at, name)
                links = Links()
                with open(path, encoding="utf-8") as f:
                    links.feed(f.read())
                pages[path] = links
    return pages


def check_links(folder):
    """Every link within the site leads to a file and an anchor of it; returns how many."""
    pages, n = read_pages(folder), 0
    for path, page in sorted(pages.items()):
        for link in page.links:
            parts = urllib.parse.urlsplit(link)
            if parts.scheme or parts.netloc:
                continue
            n += 1
            to = path if not parts.path else os.path.normpath(
                os.path.join(os.path.dirname(path), urllib.parse.unquote(parts.path)))
            where = f"{os.path.relpath(path, folder)}: link to {link}"
            if not os.path.isfile(to):
                raise Wrong(f"{where}: there is no such page")
            anchor = urllib.parse.unquote(parts.fragment)
            if anchor and to in pages and anchor not in pages[to].anchors:
                raise Wrong(f"{where}: the page has no such heading")
    return n


def check_list():
    """Every document is a page."""
    found = {f"docs/{name}" for name in os.listdir(os.path.join(ROOT, "docs"))
             if name.endswith(".md")}
    missing = sorted(found - set(NAMES))
    if missing:
        raise Wrong(f"{missing[0]} is not in the list of pages of scripts/docs.py")


def build(folder):
    copies = set()
    check_list()
    make_reference(folder)
    for source in NAMES:
        if source.endswith(".md"):
            make_page(folder, source, copies)
    for path in sorted(copies):
        copy(folder, path)
    shutil.copy(os.path.join(SITE, "style.css"), folder)
    return check_links(folder)


def main():
    if len(sys.argv) != 2 or sys.argv[1].startswith("-"):
        sys.exit("usage: scripts/docs.py FOLDER")
    out = os.path.abspath(sys.argv[1])
    os.makedirs(os.path.dirname(out), exist_ok=True)
    with tempfile.TemporaryDirectory(dir=os.path.dirname(out)) as work:
        folder = os.path.join(work, "site")
        os.mkdir(folder)
        try:
            n = build(folder)
        except Wrong as wrong:
            sys.exit(f"docs.py: {wrong}")
        if os.path.isdir(out):
            os.rename(out, os.path.join(work, "old"))
        os.rename(folder, out)
    print(f"{out}: {len(NAMES)} pages and the C library, {n} links checked")


if __name__ == "__main__":
    main()
