"""Builds the wheel of the package for pip (PEP 517, PEP 660) with the standard library alone.

The package is a folder of Python files, so pip needs neither setuptools nor a network:

    pip install ./python
"""
import base64
import hashlib
import os
import re
import tarfile
import zipfile

HERE = os.path.dirname(os.path.abspath(__file__))
WHEEL = "Wheel-Version: 1.0\nGenerator: regatta\nRoot-Is-Purelib: true\nTag: py3-none-any\n"


def _read(*names):
    with open(os.path.join(HERE, *names), "rb") as file:
        return file.read()


def _version():
    return re.search(rb'^VERSION = "([0-9.]+)"', _read("regatta", "_library.py"), re.M)[1].decode()


def _metadata():
    text = _read("METADATA.in").decode().replace("@PROJECT_VERSION@", _version())
    return (text + "Description-Content-Type: text/markdown\n\n").encode() + _read("README.md")


def _sources():
    return sorted(name for name in os.listdir(os.path.join(HERE, "regatta")) if name.endswith((".py", "py.typed")))


def _write(folder, files):
    """Writes a wheel with the files, a dict of paths and contents; returns its name."""
    name = f"regatta-{_version()}"
    files = {**files, f"{name}.dist-info/METADATA": _metadata(), f"{name}.dist-info/WHEEL": WHEEL.encode()}
    record = "".join(
        f"{path},sha256={base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b'=').decode()},{len(content)}\n"
        for path, content in files.items())
    files[f"{name}.dist-info/RECORD"] = (record + f"{name}.dist-info/RECORD,,\n").encode()
    with zipfile.ZipFile(os.path.join(folder, f"{name}-py3-none-any.whl"), "w", zipfile.ZIP_DEFLATED) as wheel:
        for path, content in files.items():
            entry = zipfile.ZipInfo(path)  # the same bytes whenever it is built
            entry.external_attr = 0o644 << 16
            wheel.writestr(entry, content, zipfile.ZIP_DEFLATED)
    return f"{name}-py3-none-any.whl"


def build_wheel(wheel_directory, config_settings=None, metadata_directory=None):
    return _write(wheel_directory, {f"regatta/{name}": _read("regatta", name) for name in _sources()})


def build_editable(wheel_directory, config_settings=None, metadata_directory=None):
    return _write(wheel_directory, {"regatta.pth": (HERE + "\n").encode()})


def build_sdist(sdist_directory, config_settings=None):
    name = f"regatta-{_version()}"
    files = ["pyproject.toml", "README.md", "METADATA.in", "build_wheel.py"] + [f"regatta/{n}" for n in _sources()]
    with tarfile.open(os.path.join(sdist_directory, f"{name}.tar.gz"), "w:gz", format=tarfile.PAX_FORMAT) as archive:
        for file in files:
            archive.add(os.path.join(HERE, file), f"{name}/{file}")
    return f"{name}.tar.gz"
