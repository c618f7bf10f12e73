"""Report v1: its own schema, read by another reader than that of the program."""

from case import by_schema, changed, schema


def check(cases):
    by_schema(schema("docs/schema/report.json"), ((case.path.name, case.json()) for case in cases))


def broken(case):
    return {
        "cut off": case.text[:-10],
        "a status that does not exist": changed(case.text, lambda report: report["checks"][0].update(status="bad")),
        "an unknown field": changed(case.text, lambda report: report.update(score=1)),
        "no subject": changed(case.text, lambda report: report.pop("subject")),
    }
