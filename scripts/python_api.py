#!/usr/bin/env python3
"""Makes python/regatta/capi.py, the C API for ctypes, from the headers in include/regatta.

    scripts/python_api.py           writes the file
    scripts/python_api.py --check   exit code 1 if the file is not that of the headers

Python 3 standard library.
"""
import os
import re
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
OUT = os.path.join(ROOT, "python", "regatta", "capi.py")

SCALARS = {"uint8_t": "c_uint8", "uint32_t": "c_uint32", "uint64_t": "c_uint64", "int64_t": "c_int64",
           "int32_t": "c_int32", "int": "c_int", "float": "c_float", "double": "c_double",
           "size_t": "c_size_t", "char": "c_char"}
HINTS = {"c_float": "float", "c_double": "float"}

HEAD = '''"""The C API of regatta for ctypes: constants, structures and functions by their C names.

Made by scripts/python_api.py from include/regatta: do not edit. The headers describe each
function. `regatta.library()` returns the loaded library with these prototypes, for calls that
the classes of this package do not make.

>>> from regatta import capi
>>> capi.regatta_recommend_options().k
20
"""
# mypy: disable-error-code="list-item"
from __future__ import annotations

import ctypes
from ctypes import (CFUNCTYPE, POINTER, c_char, c_char_p, c_double, c_float, c_int, c_int64,
                    c_size_t, c_uint8, c_uint32, c_uint64, c_void_p)
from typing import Any, ClassVar, Dict, List, Tuple


class Struct(ctypes.Structure):
    """A structure of the C API; a new one holds the values of its _INIT macro."""

    defaults: ClassVar[Dict[str, float]] = {}

    def __init__(self, **fields: Any) -> None:
        super().__init__()
        if hasattr(type(self), "struct_size"):
            self.struct_size = ctypes.sizeof(self)
        for name, value in {**self.defaults, **fields}.items():
            setattr(self, name, value)


'''


def read_headers():
    """The text of all headers without comments, each after those that it includes."""
    folder = os.path.join(ROOT, "include", "regatta")
    done, texts = set(), []

    def add(name):
        if name in done:
            return
        done.add(name)
        path = os.path.join(folder, name)
        with open(path if os.path.exists(path) else path + ".in") as f:
            text = re.sub(r"/\*.*?\*/", " ", f.read(), flags=re.S).replace("\\\n", " ")
        for other in re.findall(r"#include <regatta/([a-z_]+\.h)>", text):
            add(other)
        texts.append(text)

    add("regatta.h")
    return "\n".join(texts)


class Parser:
    def __init__(self, text):
        self.text = text
        self.constants = {"UINT32_MAX": 0xFFFFFFFF}
        self.enums, self.enum_types = {}, set()
        self.structs, self.opaque, self.callbacks, self.functions = {}, [], {}, []
        self.order = []
        for name, value in re.findall(r"^#define (REGATTA_[A-Z0-9_]+) +([A-Z0-9_]+) *$", text, re.M):
            self.constants[name] = self.constants[value] if value in self.constants else int(value, 0)
        self.inits = dict(re.findall(r"^#define REGATTA_([A-Z0-9_]+)_INIT +(.*)$", text, re.M))
        body = re.sub(r"^\s*#.*$", "", text, flags=re.M)
        body = re.sub(r"REGATTA_(BEGIN|END)_C|extern \"C\" \{", "", body)
        for statement in self.statements(body):
            self.statement(" ".join(statement.split()))

    @staticmethod
    def statements(body):
        depth, start = 0, 0
        for k, letter in enumerate(body):
            depth += (letter == "{") - (letter == "}")
            if letter == ";" and depth == 0:
                yield body[start:k]
                start = k + 1

    def statement(self, s):
        if m := re.fullmatch(r"(?:typedef )?enum (\w+)? ?\{(.*)\} ?(\w+)?", s):
            members, value = {}, -1
            for entry in filter(None, (e.strip() for e in m[2].split(","))):
                name, _, number = (part.strip() for part in entry.partition("="))
                value = int(number, 0) if number else value + 1
                members[name] = self.constants[name] = value
            if m[1]:
                self.enums[m[1]] = members
                self.enum_types.add(m[1])
        elif m := re.fullmatch(r"typedef struct (\w+) \{(.*)\} \1", s):
            fields = []
            for line in filter(None, (f.strip() for f in m[2].split(";"))):
                fields += self.fields(line)
            self.structs[m[1]] = fields
            self.order.append(m[1])
        elif m := re.fullmatch(r"typedef struct (\w+) \1", s):
            self.opaque.append(m[1])
        elif m := re.fullmatch(r"typedef (.+?) ?\(\*(\w+)\)\((.*)\)", s):
            self.callbacks[m[2]] = self.callback(m[1], m[3])
            self.order.append(m[2])
        elif m := re.fullmatch(r"REGATTA_API (.+?)(regatta_\w+)\((.*)\)", s):
            self.functions.append((m[2], self.type(m[1]), self.arguments(m[3])))
        else:
            sys.exit(f"python_api.py: cannot read {s!r}")

    def type(self, text):
        """The ctypes expression of a C type without a name."""
        stars = text.count("*")
        base = re.sub(r"\b(const|struct)\b|\*", " ", text).split()
        assert len(base) == 1, text
        name = base[0]
        if name == "void":
            return "None" if stars == 0 else pointers("c_void_p", stars - 1)
        if name == "char" and stars > 0 and "const" in text:
            return pointers("c_char_p", stars - 1)
        if name in self.enum_types:
            name = "int"
        return pointers(SCALARS.get(name, name), stars)

    def arguments(self, text):
        if text.strip() == "void":
            return []
        return [self.declared(a)[1] for a in text.split(",")]

    def declared(self, text):
        """(name, ctypes expression) of one declaration; an array argument is a pointer."""
        m = re.fullmatch(r"(.*?)(\w+)((?:\[\w+\])*)", text.strip())
        return m[2], self.type(m[1] + "*" * m[3].count("["))

    def callback(self, result, arguments):
        return f"CFUNCTYPE({', '.join([self.type(result), *self.arguments(arguments)])})"

    def fields(self, line):
        if m := re.fullmatch(r"(.+?) ?\(\*(\w+)\)\((.*)\)", line):
            return [(m[2], self.callback(m[1], m[3]))]
        m = re.fullmatch(r"((?:const )?(?:struct )?\w+)(.*)", line)
        made = []
        for declarator in m[2].split(","):
            d = re.fullmatch(r"([\s*]*(?:const[\s*]+)*)(\w+)(?:\[(\w+)\])?", declarator.strip())
            kind = self.type(m[1] + " " + d[1])
            if d[3]:
                kind += f" * {self.constants[d[3]] if d[3] in self.constants else int(d[3])}"
            made.append((d[2], kind))
        return made

    def defaults(self, struct):
        """The fields that the _INIT macro sets to another value than 0."""
        text = self.inits.get(struct[len("regatta_"):].upper())
        if text is None:
            return {}
        depth, values, current = 0, [], ""
        for letter in text.strip()[1:-1]:
            depth += (letter in "{(") - (letter in "})")
            if letter == "," and depth == 0:
                values.append(current.strip())
                current = ""
            else:
                current += letter
        values.append(current.strip())
        fields = self.structs[struct]
        assert len(values) == len(fields), (struct, values, fields)
        made = {}
        for (name, _), value in list(zip(fields, values))[1:]:
            if value.startswith("{"):
                assert not re.search(r"[1-9]", value), value
            elif value != "NULL":
                number = (self.constants[value] if value in self.constants
                          else float(value.rstrip("f")) if re.search(r"[.e]", value) else int(value))
                if number:
                    made[name] = number
        return made


def pointers(name, stars):
    return "POINTER(" * stars + name + ")" * stars


def wrap(items, indent, opening, closing):
    """`items` between two brackets, in lines of at most 100 letters."""
    lines, line = [], " " * indent + opening
    pad = " " * (indent + len(opening))
    for k, item in enumerate(items):
        piece = item + ("," if k + 1 < len(items) else closing)
        if len(line) + 1 + len(piece) > 100:
            lines.append(line.rstrip())
            line = pad + piece
        else:
            line += piece if line.endswith(opening) else " " + piece
    if not items:
        line += closing
    return "\n".join([*lines, line])


def render(p):
    out = [HEAD]
    for name, value in p.constants.items():
        if name.startswith("REGATTA_"):
            out.append(f"{name} = {value}\n")
    out.append("\n# The enumerations, by the names of their types.\nENUMS: Dict[str, Dict[str, int]] = {\n")
    for name, members in p.enums.items():
        out.append(wrap([f'"{m}": {v}' for m, v in members.items()], 4, f'"{name}": {{', "},") + "\n")
    out.append("}\n")
    for name in p.opaque:
        out.append(f"\n\nclass {name}(ctypes.Structure):\n    pass\n")
    for name in p.order:
        if name in p.callbacks:
            out.append(f"\n\n{name} = {p.callbacks[name]}\n")
            continue
        out.append(f"\n\nclass {name}(Struct):\n")
        if defaults := p.defaults(name):
            out.append(wrap([f'"{f}": {v!r}' for f, v in defaults.items()], 4, "defaults = {", "}") + "\n")
        out.append(wrap([f'("{f}", {t})' for f, t in p.structs[name]], 4, "_fields_ = [", "]") + "\n")
    out.append("\n\n# (name, type of the result, types of the arguments) of every function.\n"
               "FUNCTIONS: List[Tuple[str, Any, List[Any]]] = [\n")
    for name, result, arguments in p.functions:
        out.append(wrap([f'"{name}"', result, "[" + ", ".join(arguments) + "]"], 4, "(", "),") + "\n")
    out.append("]\n\n\ndef bind(library: ctypes.CDLL) -> ctypes.CDLL:\n"
               '    """Gives every function of the library its prototype; returns the library."""\n'
               "    for name, result, arguments in FUNCTIONS:\n"
               "        function = getattr(library, name)\n"
               "        function.restype, function.argtypes = result, arguments\n"
               "    return library\n")
    return "".join(out)


def main():
    if sys.argv[1:] not in ([], ["--check"]):
        sys.exit(__doc__)
    text = render(Parser(read_headers()))
    if sys.argv[1:]:
        with open(OUT) as f:
            if f.read() != text:
                sys.exit("python/regatta/capi.py is not that of the headers: run scripts/python_api.py")
        return
    with open(OUT, "w") as f:
        f.write(text)


if __name__ == "__main__":
    main()
