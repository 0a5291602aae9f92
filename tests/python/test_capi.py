"""The structures, prototypes and default values of regatta.capi are those of the C headers."""
import ctypes
import os
import re
import shutil
import subprocess
import sys
import xml.etree.ElementTree as xml

import pytest
import regatta
from conftest import ROOT
from regatta import capi

STRUCTS = {name: kind for name, kind in vars(capi).items()
           if isinstance(kind, type) and issubclass(kind, capi.Struct) and kind is not capi.Struct}
SIZES = {ctypes.c_uint8: "1u", ctypes.c_uint32: "4u", ctypes.c_int: "4i", ctypes.c_int64: "8i",
         ctypes.c_uint64: "8u", ctypes.c_float: "4f", ctypes.c_double: "8f", ctypes.c_char: "char",
         ctypes.c_char_p: "*char", ctypes.c_void_p: "*void", None: "void"}


def headers():
    folder = os.path.join(ROOT, "include", "regatta")
    text = ""
    for name in sorted(os.listdir(folder)):
        with open(os.path.join(folder, name)) as file:
            text += file.read()
    return re.sub(r"/\*.*?\*/", " ", text, flags=re.S)


def of_ctypes(kind):
    """A type of ctypes as text: "*4u" is a pointer to unsigned numbers of 4 bytes."""
    if kind in SIZES:
        return SIZES[kind]
    if issubclass(kind, ctypes._Pointer):
        return "*" + of_ctypes(kind._type_)
    if issubclass(kind, ctypes.Array):
        return f"{of_ctypes(kind._type_)}[{kind._length_}]"
    return "*function" if issubclass(kind, ctypes._CFuncPtr) else kind.__name__


class Baseline:
    """What abidw wrote about a library in tests/abi; abi_baseline compares it with each build."""

    def __init__(self):
        self.root = xml.parse(os.path.join(ROOT, "tests", "abi", "libregatta.abi")).getroot()
        self.types = {node.get("id"): node for node in self.root.iter() if node.get("id")}
        self.structs = {node.get("name"): node for node in self.root.iter("class-decl")
                        if node.get("size-in-bits")}
        self.functions = {node.get("name"): node for node in self.root.iter("function-decl")}

    def text(self, number):
        node = self.types[number]
        if node.tag == "pointer-type-def":
            inner = self.text(node.get("type-id"))
            return inner if inner == "*function" else "*" + inner
        if node.tag in ("typedef-decl", "qualified-type-def"):
            return self.text(node.get("type-id"))
        if node.tag == "array-type-def":
            return f"{self.text(node.get('type-id'))}[{node.find('subrange').get('length')}]"
        if node.tag in ("enum-decl", "function-type"):
            return "4i" if node.tag == "enum-decl" else "*function"
        name = node.get("name")
        if node.tag == "class-decl" or name in ("void", "char"):
            return name
        letter = "f" if name in ("float", "double") else "u" if "unsigned" in name else "i"
        return f"{int(node.get('size-in-bits')) // 8}{letter}"


BASELINE = Baseline()


def test_file_is_that_of_the_headers():
    done = subprocess.run([sys.executable, os.path.join(ROOT, "scripts", "python_api.py"), "--check"],
                          capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_all_structures_and_functions_are_there():
    text = headers()
    assert set(re.findall(r"^typedef struct (\w+) \{", text, re.M)) == set(STRUCTS)
    exported = re.findall(r"^REGATTA_API [^;(]*?\b(regatta_\w+)\(", text, re.M)
    assert len(exported) > 40 and set(exported) == {name for name, *_ in capi.FUNCTIONS}
    assert set(exported) == set(BASELINE.functions)


@pytest.mark.parametrize("name", sorted(set(STRUCTS) & set(BASELINE.structs)))
def test_structure(name):
    node, kind = BASELINE.structs[name], STRUCTS[name]
    expected = [(member.find("var-decl").get("name"), int(member.get("layout-offset-in-bits")) // 8,
                 BASELINE.text(member.find("var-decl").get("type-id")))
                for member in node.findall("data-member")]
    assert [(f, getattr(kind, f).offset, of_ctypes(t)) for f, t in kind._fields_] == expected
    assert ctypes.sizeof(kind) == int(node.get("size-in-bits")) // 8


def test_structures_are_in_the_baseline():
    assert set(STRUCTS) - set(BASELINE.structs) == set()


@pytest.mark.parametrize("function", capi.FUNCTIONS, ids=lambda f: f[0])
def test_prototype(function):
    name, result, arguments = function
    node = BASELINE.functions[name]
    assert of_ctypes(result) == BASELINE.text(node.find("return").get("type-id"))
    assert [of_ctypes(a) for a in arguments] == [BASELINE.text(p.get("type-id"))
                                                 for p in node.findall("parameter")]


def test_defaults_are_those_of_the_macros(tmp_path):
    compiler = shutil.which("cc") or shutil.which("gcc") or shutil.which("clang")
    if not compiler:
        pytest.skip("no C compiler")
    names = [n for n in STRUCTS if f"#define {n.upper()}_INIT" in headers()]
    assert len(names) > 20
    source = "#include <regatta/regatta.h>\n#include <stdio.h>\n" + "".join(
        f"static const {n} v_{n} = {n.upper()}_INIT;\n" for n in names) + "int main(void)\n{\n" + "".join(
        f'    printf("{n} {f} %zu %zu ", offsetof({n}, {f}), sizeof v_{n}.{f});\n'
        f"    for (size_t k = 0; k < sizeof v_{n}.{f}; k++)\n"
        f'        printf("%02x", ((const unsigned char *)&v_{n}.{f})[k]);\n    puts("");\n'
        for n in names for f, _ in STRUCTS[n]._fields_) + "    return 0;\n}\n"
    (tmp_path / "init.c").write_text(source)
    folders = [os.path.join(ROOT, "include"), os.path.join(os.environ["REGATTA_BUILD"], "include")]
    subprocess.run([compiler, "-std=c17", *[f"-I{f}" for f in folders], "-o", str(tmp_path / "init"),
                    str(tmp_path / "init.c")], check=True)
    made = subprocess.run([str(tmp_path / "init")], check=True, capture_output=True, text=True).stdout
    for line in made.splitlines():
        name, field, offset, size, content = line.split()
        raw = bytes(STRUCTS[name]())
        assert raw[int(offset):int(offset) + int(size)].hex() == content, (name, field)


def test_every_function_is_bound():
    for name, result, arguments in capi.FUNCTIONS:
        function = getattr(regatta.library(), name)
        assert (function.restype, function.argtypes) == (result, arguments)


def test_whole_api_is_callable_by_hand():
    lib, ctx = regatta.library(), ctypes.POINTER(capi.regatta_ctx)()
    assert lib.regatta_ctx_create(ctypes.byref(ctx), None) == capi.REGATTA_OK
    graph = ctypes.POINTER(capi.regatta_graph)()
    assert lib.regatta_graph_read(ctx, ctypes.byref(graph), b"/nowhere/x", None, None) == capi.REGATTA_EIO
    assert b"/nowhere/x" in lib.regatta_last_error(ctx)
    lib.regatta_ctx_free(ctx)


def test_library_is_chosen_by_the_environment(tmp_path):
    code = "import regatta; regatta.library()"
    for value, message in ((str(tmp_path / "none.so"), "cannot open"), ("libc.so.6", "is not libregatta")):
        done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True,
                              env={**os.environ, "REGATTA_LIBRARY": value,
                                   "PYTHONPATH": os.path.join(ROOT, "python")})
        assert done.returncode == 1 and "LibraryError" in done.stderr and message in done.stderr
