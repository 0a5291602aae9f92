"""Ranks of MPI: every rank has the results of one process, and a failure ends all with one exception."""
import glob
import json
import os
import shutil
import subprocess
import sys

import pytest

pytest.importorskip("mpi4py", reason="python3-mpi4py is missing: scripts/setup.sh installs it")
mpirun = shutil.which("mpirun")
if not mpirun:
    pytest.skip("mpirun is missing: scripts/setup.sh installs openmpi-bin", allow_module_level=True)

import regatta  # noqa: E402
from conftest import ROOT  # noqa: E402
from regatta import capi, errors  # noqa: E402

HERE = os.path.dirname(os.path.abspath(__file__))
SCRIPT = os.path.join(HERE, "ranks_script.py")
# As root, more ranks than processors, shared memory alone, as tests/mpi/lib.sh; MPICH ignores these.
ENVIRONMENT = {"OMPI_ALLOW_RUN_AS_ROOT": "1", "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM": "1", "OMPI_MCA_btl": "self,vader",
               "OMPI_MCA_rmaps_base_oversubscribe": "1", "OMPI_MCA_btl_vader_single_copy_mechanism": "none",
               "OMPI_MCA_hwloc_base_binding_policy": "none", "OMP_WAIT_POLICY": "passive",
               "PYTHONPATH": os.path.join(ROOT, "python")}


def run(n, folder, kind):
    launcher = [mpirun, "-n", str(n)] if n else []
    return subprocess.run([*launcher, sys.executable, SCRIPT, str(folder), kind], cwd=folder, timeout=300,
                          env={**os.environ, **ENVIRONMENT}, capture_output=True, text=True)


def results(folder, n):
    """What the ranks have, and the bytes of the files; both are removed."""
    made = []
    for rank in range(max(n, 1)):
        path = folder / f"result-{rank}.json"
        made.append(json.loads(path.read_text()))
        path.unlink()
    files = {os.path.basename(path): open(path, "rb").read() for path in glob.glob(str(folder / "out" / "*"))}
    shutil.rmtree(folder / "out")
    (folder / "out").mkdir()
    return made, files


@pytest.fixture(scope="module")
def folder(tmp_path_factory, user_items):
    made = tmp_path_factory.mktemp("ranks")
    matrix = user_items.tocoo()
    rows = [f"u{u}\ti{i}\t1\t{1600000000 + (k * 7919) % 1003}\n" for k, (u, i) in enumerate(zip(matrix.row, matrix.col))]
    (made / "data.tsv").write_text("user\titem\tweight\ttime\n" + "".join(rows))
    (made / "test.tsv").write_text("".join(rows[::7]))
    (made / "news.tsv").write_text("user\titem\tweight\ttime\nnew\ti1\t1\t1600002000\nu3\tnew-item\t1\t1600002001\n")
    (made / "out").mkdir()
    return made


@pytest.fixture(scope="module")
def alone(folder):
    done = run(0, folder, "alone")
    assert done.returncode == 0, done.stderr
    return results(folder, 0)


@pytest.mark.parametrize("n", [1, 2, 3])
def test_results_of_one_process(folder, alone, n):
    done = run(n, folder, "all")
    assert done.returncode == 0, done.stderr
    made, files = results(folder, n)
    assert made == alone[0] * n
    page = files.pop("page.html"), dict(alone[1]).pop("page.html")
    assert len(page[0]) > 10000
    assert files == {name: content for name, content in alone[1].items() if name != "page.html"}
    assert len([name for name in files if name.endswith("of-00003.safetensors")]) == 3


@pytest.mark.parametrize("kind, words", [
    ("file", "regatta.errors.FileError: rank 1: gone.tsv: No such file"),
    ("nowhere", "regatta.errors.FileError: rank 0: gone.tsv: No such file"),
    ("script", "ZeroDivisionError: of the script"),
    ("answer", "regatta.errors.ArgumentError: rank 1: "),
    ("tune", "regatta.errors.ArgumentError: rank 0: ranks do not share the work of a tuning"),
    ("data", "rank 1 has other data, options or vector unit than rank 0")])
def test_failure_ends_all(folder, kind, words):
    done = run(3, folder, kind)
    assert done.returncode != 0
    assert done.stderr.count("Traceback") == 1 and words in done.stderr, done.stderr
    assert "rank " in done.stderr
    assert not (folder / "kept.model").exists() and not glob.glob(str(folder / ".*regatta*"))


def test_document(folder):
    """The program of docs/python.md."""
    with open(os.path.join(ROOT, "docs", "python.md"), encoding="utf-8") as file:
        program = [part.split("```")[0] for part in file.read().split("```python\n")[1:] if "mpi4py" in part.split("```")[0]]
    code = program[0].replace("/shared", str(folder)).replace(".Model()", ".Model(preset='fast')").replace("N=20", "N=5")
    done = subprocess.run([mpirun, "-n", "2", sys.executable, "-c", code], cwd=folder, timeout=300,
                          env={**os.environ, **ENVIRONMENT}, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("(60, 5) {'gathered': ")
    assert len(list(folder.glob("data-*-of-00002.safetensors"))) == 2


def test_other_ranks_have_a_rank_error():
    assert isinstance(errors.of_status(capi.REGATTA_ERANK, "rank 1: x"), regatta.RankError)
    statuses = [value for name, value in capi.ENUMS["regatta_status"].items() if name != "REGATTA_OK"]
    assert all(errors.of_status(status, "x").__class__.status == status for status in statuses)


def test_not_a_communicator():
    with pytest.raises(TypeError, match="not an mpi4py communicator"):
        regatta.Ranks(3)
