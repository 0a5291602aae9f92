"""Every public class, function and method has a docstring, and its examples are right."""
import doctest
import importlib
import inspect
import pkgutil
import tempfile

import pytest
import regatta

MODULES = [importlib.import_module("regatta." + m.name) for m in pkgutil.iter_modules(regatta.__path__)]


@pytest.fixture
def names(user_items, tags, model, vector_model):
    return {"user_items": user_items, "tags": tags, "model": model, "vector_model": vector_model,
            "Model": regatta.Model, "Graph": regatta.Graph, "Features": regatta.Features}


@pytest.mark.parametrize("module", [regatta, *MODULES], ids=lambda m: m.__name__)
def test_examples(module, names, tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    runner = doctest.DocTestRunner()
    for test in doctest.DocTestFinder().find(module, extraglobs=names):
        assert runner.run(test).failed == 0, test.name


def public(kind):
    for name, member in inspect.getmembers(kind):
        if not name.startswith("_") and (inspect.isroutine(member) or isinstance(member, property)):
            yield f"{kind.__name__}.{name}", member


KINDS = [regatta.Model, regatta.Graph, regatta.Features, regatta.Explanation, regatta.Evaluation]
OTHERS = [regatta.History, regatta.Progress, regatta.Work, regatta.library, regatta.measure_pairs, regatta.paired_test]
EVERYTHING = [(other.__name__, other) for other in [*KINDS, *OTHERS]] + [pair for kind in KINDS for pair in public(kind)]


@pytest.mark.parametrize("name,member", EVERYTHING, ids=[name for name, _ in EVERYTHING])
def test_has_docstring(name, member):
    text = inspect.getdoc(member)
    assert text and text[0].isupper(), f"{name} has no docstring"
    assert ">>>" in text, f"{name} has no example"
