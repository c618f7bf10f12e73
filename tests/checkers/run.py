"""Holds reports of one format against a checker that others wrote.

Usage: run.py FORMAT FOLDER. The folder has `CASE.FORMAT` for each case, and `CASE.report` with the report v1 that it was made of.
Each must be accepted. Then one is broken on purpose in several ways, each of which must be refused: so it is known that the
checker looks. Ends with 1 and says why if one of this does not hold.
"""

import importlib
import json
import sys
from pathlib import Path

from case import Case, Refused


def main() -> int:
    name, folder = sys.argv[1], Path(sys.argv[2])
    checker = importlib.import_module(f"formats.{name}")
    paths = sorted(folder.glob(f"*.{name}"))
    cases = [Case(path, json.loads(path.with_suffix(".report").read_text())) for path in paths]
    if not cases:
        print(f"{name}: no reports in {folder}")
        return 1
    wrong = []
    try:
        checker.check(cases)
    except Refused as refused:
        wrong.append(f"{name}: refused: {refused}")
    whole = next(case for case in cases if case.path.stem == getattr(checker, "BREAKS", "example"))
    broken = checker.broken(whole)
    for what, text in broken.items():
        if text == whole.text:
            wrong.append(f"{name}: not broken: {what}")
            continue
        path = folder / f"broken-{name}.{name}"
        path.write_bytes(text.encode())
        try:
            checker.check([Case(path, whole.report)])
            wrong.append(f"{name}: accepted: {what}")
        except Refused:
            pass
        path.unlink()
    for line in wrong:
        print(line)
    if not wrong:
        print(f"{name}: {len(cases)} accepted, {len(broken)} refused")
    return bool(wrong)


if __name__ == "__main__":
    sys.exit(main())
