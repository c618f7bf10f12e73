"""The line for logs: its schema and its length."""

from case import by_schema, changed, schema


def check(cases):
    by_schema(schema("docs/schema/line.json"), ((case.path.name, case.json()) for case in cases))
    for case in cases:
        case.require(case.text.count("\n") == 1 and case.text.endswith("\n"), "not one line")
        # Container runtimes break a longer one.
        case.require(len(case.text.encode()) <= 16 << 10, "too long")


def broken(case):
    return {
        "cut off": case.text[:-10],
        "two lines": case.text.replace(",", ",\n", 1),
        "a status that does not exist": changed(case.text, lambda line: line["checks"][0].update(status="bad")) + "\n",
        "an unknown field": changed(case.text, lambda line: line.update(score=1)) + "\n",
    }
