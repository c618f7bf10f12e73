"""GitLab's Code Quality report: the fields of its documentation."""

import re

from case import by_schema, changed

ISSUE = {
    "type": "object",
    "required": ["description", "check_name", "fingerprint", "severity", "location"],
    "properties": {
        "description": {"type": "string", "minLength": 1},
        "check_name": {"type": "string", "minLength": 1},
        "fingerprint": {"type": "string", "minLength": 1},
        "severity": {"enum": ["info", "minor", "major", "critical", "blocker"]},
        "location": {
            "type": "object",
            "required": ["path", "lines"],
            "properties": {
                "path": {"type": "string", "minLength": 1},
                "lines": {
                    "type": "object",
                    "required": ["begin"],
                    "properties": {"begin": {"type": "integer", "minimum": 1}},
                },
            },
        },
    },
}


def check(cases):
    by_schema({"type": "array", "items": ISSUE}, ((case.path.name, case.json()) for case in cases))
    for case in cases:
        issues = case.json()
        case.require(not case.text.startswith("\ufeff"), "a byte order mark")
        # Of two with the same fingerprint only the first is shown.
        prints = {issue["fingerprint"] for issue in issues}
        case.require(len(prints) == len(issues), "a fingerprint twice")
        for issue in issues:
            path = issue["location"]["path"]
            case.require(not path.startswith(("/", "./")), f"a path that is not relative: {path}")
            case.require(re.search(r"(^|/)\.\.(/|$)", path) is None, f"a path that leads out: {path}")


def broken(case):
    return {
        "cut off": case.text[:-10],
        "a severity that does not exist": changed(case.text, lambda issues: issues[0].update(severity="high")),
        "a fingerprint twice": changed(case.text, lambda issues: issues.append(issues[0])),
        "no line": changed(case.text, lambda issues: issues[0]["location"].pop("lines")),
        "an absolute path": changed(case.text, lambda issues: issues[0]["location"].update(path="/etc/x")),
    }
