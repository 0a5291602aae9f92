#!/usr/bin/env python3
"""Checks a list of parts: the members that SPDX 2.3 asks for, ids, and that each part has a
relation to regatta.

    check_sbom.py regatta.spdx.json"""
import json
import re
import sys

LICENSES = {"GPL-2.0-or-later", "Zlib", "BSD-2-Clause", "BSD-3-Clause", "MIT", "blessing",
            "PostgreSQL", "LGPL-2.1-or-later", "GPL-3.0-or-later"}
with open(sys.argv[1], encoding="utf-8") as f:
    document = json.load(f)
assert document["spdxVersion"] == "SPDX-2.3" and document["dataLicense"] == "CC0-1.0"
assert document["SPDXID"] == "SPDXRef-DOCUMENT" and document["name"]
assert re.fullmatch(r"[a-z]+:\S+", document["documentNamespace"])
assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", document["creationInfo"]["created"])
assert document["creationInfo"]["creators"]
ids = [package["SPDXID"] for package in document["packages"]]
assert len(ids) == len(set(ids))
for package in document["packages"]:
    assert re.fullmatch(r"SPDXRef-[A-Za-z0-9.-]+", package["SPDXID"])
    for name in ("name", "versionInfo", "downloadLocation", "copyrightText"):
        assert package[name], (package["name"], name)
    for license in re.split(r" AND | WITH [A-Za-z0-9.-]+", package["licenseDeclared"]):
        assert not license or license in LICENSES, license
    known = re.fullmatch(r"\d+(\.\d+)*\S*", package["versionInfo"])
    assert known or package["name"] == "random123", package
described = {relation["relatedSpdxElement"] for relation in document["relationships"]}
assert described == set(ids), described ^ set(ids)
assert {"SPDXRef-regatta", "SPDXRef-zlib", "SPDXRef-igraph", "SPDXRef-cholmod"} <= described
print(f"{len(ids)} parts")
