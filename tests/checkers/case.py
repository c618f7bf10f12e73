"""What the checkers share: a case, a refusal, and JSON Schema."""

import json
import subprocess
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]


class Refused(Exception):
    """A checker refuses a report."""


class Case:
    """A report in the format, and the report v1 that it was made of."""

    def __init__(self, path: Path, report: dict):
        self.path = path
        self.report = report
        self.checks = report["checks"]
        # As it is: no line ending is translated.
        self.text = path.read_bytes().decode()

    def json(self):
        """The JSON document."""
        try:
            return json.loads(self.text)
        except ValueError as error:
            raise Refused(f"{self.path.name}: {error}") from error

    def require(self, holds: bool, why: str):
        """Refuses the report unless this holds."""
        if not holds:
            raise Refused(f"{self.path.name}: {why}")


def schema(name: str) -> dict:
    """A schema of the repository."""
    return json.loads((REPOSITORY / name).read_text())


def by_schema(schema: dict, documents):
    """Holds documents against a JSON Schema. They are pairs of a name and a document."""
    import jsonschema

    kind = jsonschema.validators.validator_for(schema)
    kind.check_schema(schema)
    validator = kind(schema, format_checker=kind.FORMAT_CHECKER)
    for name, document in documents:
        for error in validator.iter_errors(document):
            raise Refused(f"{name}: {error.json_path}: {error.message:.300}")


def run(arguments: list, **options) -> subprocess.CompletedProcess:
    """Runs a program that ends with 0 if it accepts."""
    done = subprocess.run(arguments, capture_output=True, text=True, timeout=120, **options)
    if done.returncode != 0:
        raise Refused(f"{Path(arguments[0]).name} ended with {done.returncode}: {(done.stdout + done.stderr):.2000}")
    return done


def changed(text: str, change) -> str:
    """JSON with a change."""
    document = json.loads(text)
    change(document)
    return json.dumps(document)
