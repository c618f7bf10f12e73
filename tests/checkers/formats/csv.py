"""CSV: csvclean of csvkit, and a strict reader, which counts the rows."""

import csv
import io

from case import Refused


def check(cases):
    for case in cases:
        csvclean(case)
        try:
            rows = list(csv.reader(io.StringIO(case.text, newline=""), strict=True))
        except csv.Error as error:
            raise Refused(f"{case.path.name}: {error}") from error
        case.require(len(rows) == len(case.checks) + 1, f"{len(rows)} rows of {len(case.checks)} checks")
        case.require(case.text.endswith("\r\n"), "no line break at the end")
        for row in rows[1:]:
            formula = next((cell for cell in row if cell.lstrip().startswith(("=", "+", "-", "@"))), None)
            case.require(formula is None, f"a formula: {formula!r:.200}")


def csvclean(case):
    """The program csvclean, in this process."""
    from csvkit.utilities.csvclean import CSVClean

    errors = io.StringIO()
    arguments = ["--length-mismatch", "--omit-error-rows", str(case.path)]
    try:
        CSVClean(arguments, output_file=io.StringIO(), error_file=errors).run()
    except SystemExit as end:
        case.require(not end.code, f"csvclean: {errors.getvalue():.500}")
    case.require(not errors.getvalue(), f"csvclean: {errors.getvalue():.500}")


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
