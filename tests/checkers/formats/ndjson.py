"""One line of JSON for each check: each is the check of report v1, which has a schema."""

import json

from case import Refused, by_schema, schema


def check(cases):
    report = schema("docs/schema/report.json")
    of_check = {**report, **report["properties"]["checks"]["items"]}
    for key in ["type", "properties", "required", "additionalProperties"]:
        of_check.pop(key, None)
    for case in cases:
        # Not splitlines: it breaks at characters that JSON may have in its texts.
        lines = [line for line in case.text.split("\n") if line]
        case.require(len(lines) == len(case.checks), f"{len(lines)} lines of {len(case.checks)} checks")
        try:
            documents = [json.loads(line) for line in lines]
        except ValueError as error:
            raise Refused(f"{case.path.name}: {error}") from error
        by_schema(of_check, ((case.path.name, document["check"]) for document in documents))
        for document, check in zip(documents, case.checks, strict=True):
            case.require(document["check"]["id"] == check["id"], "another check")
            case.require(all(document[key] for key in ["time", "benchmark", "kind"]), "a line does not say of what it is")


def broken(case):
    first, rest = case.text.split("\n", 1)
    return {
        "a line is missing": rest,
        "cut off": case.text[:-10],
        "a status that does not exist": first.replace('"status":"', '"status":"un', 1) + "\n" + rest,
        "two lines in one": first + rest,
    }
