"""PolicyReport v1alpha2: the shape of OpenReports without its newer fields."""

import copy

from case import by_schema, changed, schema

from formats import openreports


def check(cases):
    older = copy.deepcopy(schema(openreports.SCHEMA))
    for field in ["source", "configuration"]:
        older["properties"].pop(field, None)
    by_schema(older, ((case.path.name, case.json()) for case in cases))
    openreports.check(cases)


def broken(case):
    return {
        **openreports.broken(case),
        "a field of the newer version": changed(case.text, lambda document: document.update(source="x")),
    }
