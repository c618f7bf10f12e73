"""JUnit XML: junitparser counts what is in each suite."""

from case import Refused

# States of report v1 by what JUnit says of a test.
FAILED = "failures"


def check(cases):
    from junitparser import Error, Failure, JUnitXml, Skipped

    for case in cases:
        try:
            document = JUnitXml.fromfile(str(case.path))
        except Exception as error:  # Its readers of XML raise errors of their own.
            raise Refused(f"{case.path.name}: {error}") from error
        seen = 0
        for suite in document:
            tests = list(suite)
            results = [result for test in tests for result in test.result]
            counts = {
                "tests": len(tests),
                "failures": sum(isinstance(result, Failure) for result in results),
                "errors": sum(isinstance(result, Error) for result in results),
                "skipped": sum(isinstance(result, Skipped) for result in results),
            }
            for name, count in counts.items():
                said = getattr(suite, name) or 0
                case.require(said == count, f"{suite.name}: {name} is {said}, there are {count}")
            case.require(all(test.name for test in tests), "a test without a name")
            seen += len(tests)
        case.require(seen == len(case.checks), f"{seen} tests of {len(case.checks)} checks")


def broken(case):
    return {
        "cut off": case.text[:-10],
        "a wrong count": case.text.replace(' tests="', ' tests="9', 1).replace(' failures="', ' failures="9'),
        "markup in a text": case.text.replace("</testcase>", "<b></testcase>", 1),
        "a character that XML may not have": case.text.replace("<testcase ", "<testcase \x01", 1),
        "a test is missing": without_a_test(case.text),
    }


def without_a_test(text):
    at = text.index("<testcase ")
    end = text.index("</testcase>", at) + len("</testcase>")
    short = text.find("/>", at)
    if -1 < short < text.index(">", at):
        end = short + 2
    return text[:at] + text[end:]
