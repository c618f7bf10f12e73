"""SARIF 2.1.0: the schema of OASIS."""

from case import by_schema, changed, schema


def check(cases):
    by_schema(schema("testdata/formats/sarif-2.1.0.schema.json"), ((case.path.name, case.json()) for case in cases))


def broken(case):
    def result(document):
        return document["runs"][0]["results"][0]

    return {
        "cut off": case.text[:-10],
        "a level that does not exist": changed(case.text, lambda document: result(document).update(level="bad")),
        "a line 0": changed(
            case.text,
            lambda document: result(document)["locations"][0]["physicalLocation"]["region"].update(startLine=0),
        ),
        "no driver": changed(case.text, lambda document: document["runs"][0]["tool"].pop("driver")),
        "an unknown key": changed(case.text, lambda document: document.update(tool="x")),
    }
