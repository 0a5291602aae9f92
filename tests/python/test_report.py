"""The page of a model: well-formed, alone, escaped, and with the numbers of its JSON."""
import html.parser
import json
import math
import re

import numpy as np
import pandas as pd
import pytest
from regatta import ArgumentError, Graph, Model, UnknownIdError

VOID = {"meta", "link", "br", "img", "hr"}
HOSTILE = ["<script>alert(1)</script>", "a&b'\"c", "x" * 280, "テスト שלום 😀", "</td></table>"]


class Page(html.parser.HTMLParser):
    """Checks that elements nest; keeps texts, attributes and tables."""

    def __init__(self, text):
        super().__init__()
        self.open, self.texts, self.attributes, self.ids, self.regions = [], [], [], [], []
        self.tags, self.cells, self.row = set(), [], None
        self.feed(text)
        self.close()
        assert self.open == []
        assert len(set(self.regions)) == len(self.regions), "regions with the same name"

    def handle_starttag(self, tag, attrs):
        if ("role", "region") in attrs:
            self.regions += [value for name, value in attrs if name == "aria-label"]
        self.tags.add(tag)
        self.attributes += attrs
        self.ids += [value for name, value in attrs if name == "id"]
        if tag in ("path", "rect", "circle") or tag in VOID:
            return
        self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.tags.add(tag)
        self.attributes += attrs

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.texts.append(data)
        if self.open and self.open[-1] == "td":
            self.cells.append(data)


def number(text):
    """The size of the number that the page shows in a cell, and half a unit of its last digit; None
    for other texts."""
    match = re.fullmatch(r"-?([0-9]+)(\.([0-9]+))?(e([-+][0-9]+))?",
                         text.replace("\u202f", "").replace("\u2212", "-"))
    if not match:
        return None
    scale = 10.0 ** int(match[5] or 0)
    return float(match[1] + (match[2] or "")) * scale, 0.5001 * scale * 10.0 ** -len(match[3] or "")


def numbers_of(value):
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list):
        return [x for v in value for x in numbers_of(v)]
    return [float(value)] if isinstance(value, (int, float)) and not isinstance(value, bool) else []


@pytest.fixture(scope="module")
def hostile(user_items):
    """A model of ids that a page must escape, and the part that it was not trained on."""
    coo = user_items.tocoo()
    user = [HOSTILE[k] if k < 5 else f"u{k}" for k in coo.row]
    item = [HOSTILE[k] if k < 5 else f"i{k}" for k in coo.col]
    frame = pd.DataFrame({"user": user, "item": item, "time": 86400 * ((coo.row * 31 + coo.col * 17) % 97)})
    train, _, test = Graph.from_table(frame).split(test_share=0.25)
    return Model(dim=8, max_steps=20).fit(train), test


@pytest.fixture(scope="module")
def report(hostile):
    model, test = hostile
    return model.report(test, users=HOSTILE[:3], item=HOSTILE[0], title="a <b> & 'c'")


def test_page_is_well_formed_and_alone(report):
    page = Page(report.html)
    assert "script" not in page.tags and "img" not in page.tags
    assert len(page.ids) == len(set(page.ids))
    links = [value for name, value in page.attributes if name in ("href", "src")]
    assert links and all(link.startswith("#") or link == "data:," for link in links)
    assert all(link[1:] in page.ids for link in links if link.startswith("#"))
    assert "://" not in report.html and "url(" not in report.html
    assert not [name for name, _ in page.attributes if name.startswith("on")]
    assert "default-src 'none'" in report.html


def test_ids_are_escaped(report):
    page = Page(report.html)
    text = "".join(page.texts)
    for name in (HOSTILE[0], HOSTILE[1]):
        assert f"User {name}" in text
    assert f"User {'x' * 59}…" in text and "x" * 280 in text  # in a table
    assert "a <b> & 'c'" in text and report.data["title"] == "a <b> & 'c'"
    assert HOSTILE[3] in json.dumps(report.data, ensure_ascii=False)


def test_rows_add_up_to_the_score_of_explain(hostile, report):
    model, _ = hostile
    for user in report.data["users"]:
        for row in user["rows"]:
            terms = [row[k] for k in ("other_items", "not_by_item", "bias", "popularity", "centre", "residual")]
            assert math.fsum(row["contributions"] + terms) == pytest.approx(row["score"], abs=1e-12)
        row = user["rows"][0]
        explained = model.explain(user["user"], row["item"], N=None)
        assert row["score"] == explained.score
        parts = {r[1]: r[2] for r in explained if r[0].endswith("item")}
        for column, value in zip(user["columns"], row["contributions"]):
            assert value == pytest.approx(parts[column["item"]], abs=1e-12)


def test_numbers_of_the_page_are_those_of_the_json(report):
    known = np.array(sorted({abs(x) for x in numbers_of(report.data)}))
    shown = [x for x in map(number, Page(report.html).cells) if x is not None]
    assert len(shown) > 300 and min(rounding for _, rounding in shown) < 1e-4
    for x, rounding in shown:
        assert np.abs(known - x).min() <= rounding, x


def test_metrics_are_those_of_evaluate(hostile, report):
    model, test = hostile
    evaluation = model.evaluate(test)
    for name in ("ndcg@20", "recall@20", "coverage@20"):
        assert report.data["test"][name] == pytest.approx(evaluation[name], abs=1e-8)


def test_notebook_and_file(report, tmp_path):
    shown = Page(report._repr_html_())
    assert dict(shown.attributes)["srcdoc"] == report.html
    path = tmp_path / "page.html"
    report.save(path)
    assert path.read_text(encoding="utf-8") == report.html and [p.name for p in tmp_path.iterdir()] == ["page.html"]
    with pytest.raises(OSError):
        report.save(tmp_path / "no" / "page.html")
    assert "characters of HTML" in repr(report)


def test_titles_and_refusals(model):
    page = model.report(item_titles={0: "Zero <0>", 19: "Nineteen"}, item=0).html
    assert "Items around Zero &lt;0&gt;" in page
    with pytest.raises(UnknownIdError):
        model.report(users=[60])
    with pytest.raises(UnknownIdError):
        model.report(item=20)
    with pytest.raises(ArgumentError):
        model.report(k=0)
    with pytest.raises(ArgumentError):
        model.report(users=list(range(33)))
