"""pip installs the package without a network, and the installed copy works elsewhere."""
import importlib.util
import os
import shutil
import subprocess
import sys
import tarfile
import zipfile

import pytest
from conftest import ROOT

USE = """
import numpy as np, regatta
assert regatta.__file__.startswith({folder!r}), regatta.__file__
model = regatta.Model(preset="fast", valid_share=0).fit(np.eye(5) + np.eye(5, k=1))
ids, scores = model.recommend(0, N=2)
print(regatta.__version__, len(ids))
"""


@pytest.fixture(scope="module")
def installed(tmp_path_factory):
    folder = tmp_path_factory.mktemp("pip")
    shutil.copytree(os.path.join(ROOT, "python"), folder / "python",
                    ignore=shutil.ignore_patterns("__pycache__", "*.egg-info", "build", ".mypy_cache"))
    if importlib.util.find_spec("pip") is None:
        pytest.skip("pip is missing: scripts/setup.sh installs it")
    before = sorted(os.listdir(folder / "python"))
    subprocess.run([sys.executable, "-m", "pip", "install", "-q", "--no-index", "--no-deps", "--target",
                    str(folder / "site"), str(folder / "python")], check=True)
    assert sorted(set(os.listdir(folder / "python")) - {"__pycache__"}) == before  # the tree stays clean
    return folder / "site"


def test_pip_install(installed):
    names = sorted(os.listdir(installed / "regatta"))
    assert "py.typed" in names and "model.py" in names
    assert not any(name.endswith(".so") for name in names)
    env = {**os.environ, "PYTHONPATH": str(installed)}
    done = subprocess.run([sys.executable, "-c", USE.format(folder=str(installed))], env=env, cwd=installed,
                          capture_output=True, text=True)
    assert done.stdout.split() == ["0.1.0", "2"], done.stderr


def test_library_beside_the_package(installed):
    shutil.copy(os.environ["REGATTA_LIBRARY"], installed / "regatta" / "libregatta.so")
    env = {k: v for k, v in os.environ.items() if k != "REGATTA_LIBRARY"}
    env["PYTHONPATH"] = str(installed)
    done = subprocess.run([sys.executable, "-c", USE.format(folder=str(installed))], env=env, cwd=installed,
                          capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    os.remove(installed / "regatta" / "libregatta.so")


@pytest.mark.parametrize("folder", ["lib", "lib64", "lib/x86_64-linux-gnu"])
@pytest.mark.parametrize("packages", ["lib/python3/dist-packages", "lib/python3.11/site-packages", "share/python"])
def test_library_of_the_own_prefix(tmp_path, folder, packages):
    """cmake --install puts package and library below one prefix, where the package finds the library."""
    site = tmp_path / "a [b]" / packages
    shutil.copytree(os.path.join(ROOT, "python", "regatta"), site / "regatta",
                    ignore=shutil.ignore_patterns("__pycache__"))
    library = tmp_path / "a [b]" / folder / "libregatta.so.0.1"
    library.parent.mkdir(parents=True, exist_ok=True)
    code = "import regatta; print(regatta.library()._name)"
    env = {k: v for k, v in os.environ.items() if k not in ("REGATTA_LIBRARY", "LD_LIBRARY_PATH")}

    def loaded(**more):
        return subprocess.run([sys.executable, "-c", code], env={**env, "PYTHONPATH": str(site), **more},
                              cwd=tmp_path, capture_output=True, text=True).stdout.strip()

    before = loaded()
    shutil.copy(os.environ["REGATTA_LIBRARY"], library)
    assert loaded() == (before if packages == "share/python" else str(library))
    assert loaded(REGATTA_LIBRARY=os.environ["REGATTA_LIBRARY"]) == os.environ["REGATTA_LIBRARY"]
    library.write_bytes(b"of another machine")
    assert loaded() == before


def test_metadata(installed):
    """Other tools see name, version, requirements and files."""
    code = ("import importlib.metadata as m, regatta; d = m.distribution('regatta'); "
            "assert d.version == regatta.__version__ == regatta.library().regatta_version().decode(); "
            "assert 'numpy' in d.requires and any('model.py' in str(f) for f in d.files)")
    subprocess.run([sys.executable, "-c", code], env={**os.environ, "PYTHONPATH": str(installed)}, check=True)


def test_editable_and_source_forms(tmp_path, monkeypatch):
    monkeypatch.syspath_prepend(os.path.join(ROOT, "python"))
    import build_wheel
    wheel = zipfile.ZipFile(tmp_path / build_wheel.build_editable(str(tmp_path)))
    assert wheel.read("regatta.pth").decode().strip() == os.path.join(ROOT, "python")
    name = build_wheel.build_sdist(str(tmp_path))
    with tarfile.open(tmp_path / name) as archive:
        names = archive.getnames()
    assert "regatta-0.1.0/regatta/model.py" in names and "regatta-0.1.0/build_wheel.py" in names
    whole = [build_wheel.build_wheel(str(tmp_path)) for _ in range(2)]
    assert zipfile.ZipFile(tmp_path / whole[0]).testzip() is None


def test_types(tmp_path):
    """mypy --strict accepts the package, and a program that uses it."""
    mypy = shutil.which("mypy")
    if not mypy:
        pytest.skip("mypy is missing: scripts/setup.sh installs it")
    program = tmp_path / "use.py"
    program.write_text("import numpy as np\nimport regatta\n\n"
                       "model: regatta.Model = regatta.Model(dim=8).fit(np.eye(3))\n"
                       "with regatta.Ranks(None) as ranks:\n    n: int = ranks.n_ranks\n"
                       "ids, scores = model.recommend(0, N=5)\nprint(scores.dtype, ids.shape, model.dim + 1)\n")
    done = subprocess.run([mypy, "--config-file", os.path.join(ROOT, "python", "pyproject.toml"), "--cache-dir",
                           os.path.join(os.environ["REGATTA_BUILD"], "mypy_cache"), str(program)], cwd=tmp_path,
                          env={**os.environ, "MYPYPATH": os.path.join(ROOT, "python")}, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout
