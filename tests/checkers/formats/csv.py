"""CSV: csvclean of csvkit, and a strict reader, which counts the rows."""

from __future__ import annotations

import csv
import io
import sys
from pathlib import Path

from case import Refused, run


def check(cases):
    csvclean = Path(sys.executable).with_name("csvclean")
    for case in cases:
        run([str(csvclean), "--length-mismatch", "--omit-error-rows", str(case.path)])
        try:
            rows = list(csv.reader(io.StringIO(case.text, newline=""), strict=True))
        except csv.Error as error:
            raise Refused(f"{case.path.name}: {error}") from error
        case.require(len(rows) == len(case.checks) + 1, f"{len(rows)} rows of {len(case.checks)} checks")
        case.require(case.text.endswith("\r\n"), "no line break at the end")
        for row in rows[1:]:
            formula = next((cell for cell in row if cell.lstrip().startswith(("=", "+", "-", "@"))), None)
            case.require(formula is None, f"a formula: {formula!r:.200}")


def broken(case):
    lines = case.text.split("\r\n")
    return {
        "a row is too long": case.text.replace(lines[1], lines[1] + ',"x"', 1),
        "a row is too short": case.text.replace(lines[1], lines[1].rsplit(",", 1)[0], 1),
        "a row is missing": case.text.replace(lines[1] + "\r\n", "", 1),
        "a quote that is not doubled": case.text.replace(lines[1], lines[1].replace('","', '"x","', 1), 1),
        "a formula": case.text.replace(lines[1], lines[1].replace('","', '","=1+', 1), 1),
        "cut off": case.text[:-3],
    }
