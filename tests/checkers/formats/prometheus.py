"""The text format of Prometheus: promtool."""

from case import run


def check(cases):
    for case in cases:
        run(["promtool", "check", "metrics"], input=case.text)
        # promtool does not compare samples; who scrapes them refuses all of the file.
        samples = [line.rsplit(" ", 1)[0] for line in case.text.splitlines() if not line.startswith("#")]
        case.require(len(set(samples)) == len(samples), "a sample twice")


def broken(case):
    lines = case.text.splitlines(keepends=True)
    sample = next(line for line in lines if not line.startswith("#"))
    return {
        "the same sample twice": case.text + sample,
        "an open label": case.text.replace('"} ', "} ", 1),
        "no value": case.text.replace(sample, sample.rsplit(" ", 1)[0] + "\n", 1),
        "no help": "".join(line for line in lines if not line.startswith("# HELP")),
        "cut off": case.text[: len(case.text) - 4],
    }
