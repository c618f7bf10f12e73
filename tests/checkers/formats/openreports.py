"""OpenReports v1alpha1: its shape as a JSON Schema that refuses unknown fields."""

from case import by_schema, changed, schema

SCHEMA = "testdata/formats/openreports-v1alpha1.schema.json"


def check(cases):
    by_schema(schema(SCHEMA), ((case.path.name, case.json()) for case in cases))
    for case in cases:
        document = case.json()
        version, kind = expected(case)
        case.require((document["apiVersion"], document["kind"]) == (version, kind), "another kind of object")
        # The API refuses an object above 1.5 MiB; we stay below 1 MiB.
        case.require(len(case.text) <= 1 << 20, "too long")
        case.require(sum(document["summary"].values()) == len(case.checks), "the summary does not count all checks")


def expected(case):
    if case.path.suffix == ".policyreport":
        return "wgpolicyk8s.io/v1alpha2", "ClusterPolicyReport"
    return "openreports.io/v1alpha1", "ClusterReport"


def broken(case):
    def result(document):
        return document["results"][0]

    return {
        "cut off": case.text[:-10],
        "a result that does not exist": changed(case.text, lambda document: result(document).update(result="failed")),
        "an unknown field": changed(case.text, lambda document: result(document).update(remediation="x")),
        "a property that is no text": changed(
            case.text, lambda document: result(document)["properties"].update(count=1)
        ),
        "a time as text": changed(case.text, lambda document: result(document).update(timestamp="now")),
        "a wrong summary": changed(case.text, lambda document: document["summary"].update({"pass": 100000})),
    }
