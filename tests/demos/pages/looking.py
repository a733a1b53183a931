"""A page of the course in a browser, and what is wrong with it."""

from contextlib import contextmanager


@contextmanager
def opened(browser, folder, width, height, scheme="light"):
    """The page of a folder, all of it loaded, without a network; its console must have stayed silent."""
    said = []
    size = {"width": width, "height": height}
    context = browser.new_context(viewport=size, color_scheme=scheme, offline=True)
    tab = context.new_page()
    tab.on("pageerror", lambda error: said.append(str(error)))
    tab.on("console", lambda message: said.append(message.text))
    tab.goto((folder / "index.html").as_uri())
    tab.evaluate("for (const part of document.querySelectorAll('img, iframe')) part.loading = 'eager'")
    yield tab
    context.close()
    assert said == []


CONTRAST = ["color-contrast"]
"""What axe looks for where colours alone have changed."""


def faults(tab, **options):
    """What axe, a checker of accessibility, calls serious or critical in a page, its frames aside."""
    from axe_playwright_python.sync_playwright import Axe

    options |= {"resultTypes": ["violations"], "iframes": False, "preload": False}
    found = Axe().run(tab, options=options).response["violations"]
    return [
        f"{fault['id']}: {fault['nodes'][0]['html'][:200]}"
        for fault in found
        if fault["impact"] in ("serious", "critical")
    ]
