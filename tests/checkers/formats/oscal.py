"""OSCAL assessment results 1.2.1: the models of compliance-trestle, which refuse unknown fields. They follow no reference; this does."""

import json

from case import Refused, changed

REFERENCES = ["observation-uuid", "risk-uuid", "subject-uuid", "actor-uuid", "party-uuid", "component-uuid"]


def check(cases):
    from pydantic import ValidationError
    from trestle.oscal.assessment_results import Model

    for case in cases:
        document = case.json()
        try:
            Model.model_validate(document)
        except ValidationError as error:
            raise Refused(f"{case.path.name}: {error!s:.1000}") from error
        known, wanted = set(), set()
        for key, value in fields(document):
            if key == "uuid":
                case.require(value not in known, f"the uuid {value} twice")
                known.add(value)
            elif key in REFERENCES:
                wanted.add(value)
            elif key == "party-uuids":
                wanted.update(value)
            elif key == "href" and value.startswith("#"):
                wanted.add(value[1:])
        case.require(wanted <= known, f"references that lead nowhere: {sorted(wanted - known)[:3]}")


def fields(value):
    """Each field of a document, however deep."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield key, inner
            yield from fields(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from fields(inner)


def broken(case):
    def result(document):
        return document["assessment-results"]["results"][0]

    observation = json.loads(case.text)["assessment-results"]["results"][0]["observations"][0]["uuid"]
    return {
        "cut off": case.text[:-10],
        "an unknown field": changed(case.text, lambda document: result(document).update(score=1)),
        "a state that does not exist": changed(
            case.text, lambda document: result(document)["findings"][0]["target"]["status"].update(state="bad")
        ),
        "no metadata": changed(case.text, lambda document: document["assessment-results"].pop("metadata")),
        "a reference that leads nowhere": case.text.replace(
            f'"observation-uuid": "{observation}"', '"observation-uuid": "00000000-0000-4000-8000-000000000000"', 1
        ).replace(f'"observation-uuid":"{observation}"', '"observation-uuid":"00000000-0000-4000-8000-000000000000"', 1),
    }
