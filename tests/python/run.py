"""Runs pytest on the files of the arguments; exit code 77 if a package of the tests is missing."""
import importlib.util
import sys

sys.dont_write_bytecode = True
PACKAGES = {"numpy": "python3-numpy", "scipy": "python3-scipy", "pandas": "python3-pandas",
            "pytest": "python3-pytest", "hypothesis": "python3-hypothesis"}
missing = [package for module, package in PACKAGES.items() if importlib.util.find_spec(module) is None]
if missing:
    print("skipped:", ", ".join(missing), "missing: scripts/setup.sh installs them")
    sys.exit(77)

import pytest  # noqa: E402

code = pytest.main(["-q", "-rs", "-p", "no:cacheprovider", *sys.argv[1:]])
sys.exit(77 if code == pytest.ExitCode.NO_TESTS_COLLECTED else code)
