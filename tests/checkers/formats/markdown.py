"""Markdown as GitHub has it: markdown-it-py counts the rows, and finds no link, no image and no HTML but ours."""

from case import Refused

OPEN = ["fail", "undetermined", "manual", "waived"]


def check(cases):
    from markdown_it import MarkdownIt

    reader = MarkdownIt("gfm-like")
    for case in cases:
        tokens = reader.parse(case.text)
        rows = cells = 0
        for token in tokens:
            rows += token.type == "tr_open"
            cells += token.type == "td_open"
            if token.type == "html_block":
                ours = ["<details><summary>What to do</summary>", "</details>"]
                case.require(token.content.strip() in ours, f"HTML: {token.content:.200}")
            for part in token.children or []:
                case.require(part.type not in ["link_open", "image"], f"{part.type}: {token.content:.200}")
                is_break = part.type != "html_inline" or part.content == "<br>"
                case.require(is_break, f"HTML: {part.content:.200}")
        shown = sum(check["status"] in OPEN for check in case.checks)
        # One row is the head of the table.
        expected = shown + 1 if shown else 0
        case.require(rows == expected, f"{rows} rows of {expected}")
        case.require(cells == shown * 5, f"{cells} cells")
        if "\0" in case.text:
            raise Refused("a null character")


def broken(case):
    head, row, rest = table(case.text)
    return {
        "an image in a cell": head + row.replace("| fail |", "| ![x](https://example.org/x) |", 1) + rest,
        "an address": head + row.replace("| fail |", "| https://example.org |", 1) + rest,
        "HTML in a cell": head + row.replace("| fail |", "| <b>fail</b> |", 1) + rest,
        "a row is missing": head + rest,
        "a line break in a row": head + row.replace("| fail |", "| fail\n\n |", 1) + rest,
    }


def table(text):
    """What is before the first row, the row, and what is behind it."""
    at = text.index("\n| fail |") + 1
    end = text.index("\n", at) + 1
    return text[:at], text[at:end], text[end:]
