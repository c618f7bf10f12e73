"""OCSF 1.8.0: the schema that the package ocsf-json-schema makes of the class Compliance Finding."""

import functools
import json

from case import Refused, by_schema


@functools.cache
def made():
    from ocsf_json_schema import OcsfJsonSchemaEmbedded, get_ocsf_schema

    return OcsfJsonSchemaEmbedded(get_ocsf_schema("1.8.0")).get_class_schema("compliance_finding")


def check(cases):
    by_schema(made(), ((case.path.name, event) for case in cases for event in events(case)))


def events(case):
    lines = case.text.splitlines()
    case.require(len(lines) == len(case.checks), f"{len(lines)} events of {len(case.checks)} checks")
    for line in lines:
        try:
            event = json.loads(line)
        except ValueError as error:
            raise Refused(f"{case.path.name}: {error}") from error
        # The schema does not compare an event's class, activity and type.
        case.require(event["type_uid"] == event["class_uid"] * 100 + event["activity_id"], "type_uid is wrong")
        yield event


def broken(case):
    first, rest = case.text.split("\n", 1)
    event = json.loads(first)

    def without(key):
        return json.dumps({name: value for name, value in event.items() if name != key}) + "\n" + rest

    return {
        "an event is missing": rest,
        "cut off": case.text[:-10],
        "no finding": without("finding_info"),
        "a severity that does not exist": json.dumps({**event, "severity_id": 77}) + "\n" + rest,
        "a time as text": json.dumps({**event, "time": "now"}) + "\n" + rest,
    }
