"""Data and models of the tests and of the examples in docstrings."""
import glob
import os
import sys

import numpy as np
import pytest
import scipy.sparse as sp

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
if "REGATTA_LIBRARY" not in os.environ:  # ctest sets all three; by hand, the newest build
    built = sorted(glob.glob(os.path.join(ROOT, "build", "*", "src", "libregatta.so")), key=os.path.getmtime)
    if not built:
        sys.exit("no build/*/src/libregatta.so: build regatta, or set REGATTA_LIBRARY")
    os.environ["REGATTA_LIBRARY"] = built[-1]
    os.environ["REGATTA_BUILD"] = os.path.dirname(os.path.dirname(built[-1]))
    os.environ["REGATTA_COMMAND"] = os.path.join(os.environ["REGATTA_BUILD"], "bin", "regatta")
os.environ.setdefault("HYPOTHESIS_STORAGE_DIRECTORY", os.path.join(os.environ["REGATTA_BUILD"], "hypothesis"))
from hypothesis import settings  # noqa: E402

sys.path.insert(0, os.path.join(ROOT, "python"))

import regatta  # noqa: E402

settings.register_profile("regatta", deadline=None, database=None, derandomize=True)
settings.load_profile("regatta")


def toy():
    """60 users who mostly take items of one of three groups, 20 items; no chance."""
    rows = [(u, i) for u in range(60) for i in range(20)
            if (i % 3 == u % 3 and (u * 7 + i * 5) % 11 != 0) or (u * 13 + i * 17) % 23 == 0]
    user, item = np.array(rows).T
    return sp.csr_matrix((np.ones(len(rows), dtype=np.float32), (user, item)), shape=(60, 20))


def toy_tags():
    return sp.csr_matrix(np.eye(4, dtype=np.float32)[[i % 3 if i % 5 else 3 for i in range(20)]])


@pytest.fixture(scope="session")
def user_items():
    return toy()


@pytest.fixture(scope="session")
def tags():
    return toy_tags()


@pytest.fixture(scope="session")
def model(user_items):
    return regatta.Model(preset="fast").fit(user_items)


@pytest.fixture(scope="session")
def vector_model(user_items):
    return regatta.Model(dim=8, max_steps=20).fit(user_items)


