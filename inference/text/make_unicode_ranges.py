#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Writes unicode_ranges.inc: runs of letters (general category L*) and numbers (N*).

The table is kept in the source so that ids do not depend on the Unicode version of an installed library.
Python 3.11 (Unicode 14.0) made the present one; run it again only together with new test vectors:
    python3 make_unicode_ranges.py > unicode_ranges.inc
"""
import sys
import unicodedata


def kind(code_point):
    return {"L": "Letter", "N": "Number"}.get(unicodedata.category(chr(code_point))[0])


def runs():
    first, current = 0, None
    for code_point in range(sys.maxunicode + 2):
        this = kind(code_point) if code_point <= sys.maxunicode else None
        if this != current:
            if current:
                yield first, code_point - 1, current
            first, current = code_point, this


print("// SPDX-License-Identifier: MIT")
print(f"// Written by make_unicode_ranges.py from Unicode {unicodedata.unidata_version}. Do not edit.")
print("// clang-format off")
line = ""
for first, last, name in runs():
    entry = f"{{0x{first:X}, 0x{last:X}, CharacterClass::{name}}}, "
    if len(line) + len(entry) > 101:
        print(line.rstrip())
        line = ""
    line += entry
print(line.rstrip())
print("// clang-format on")
