"""What a page holds, and what it says in its tab."""

import base64
import json
import re
import zlib

SENTENCE = """() => document.getElementById("words").textContent"""
TABLE = """() => [...document.querySelectorAll("tbody tr")].map((row) =>
  [...row.cells].map((cell, at) => at === 2 || at === 3 ? cell.dataset.value : cell.textContent))"""


def words(tab):
    """The sentence of the event that is shown."""
    return tab.evaluate(SENTENCE)


def last_event(tab):
    """The number of the last event."""
    return int(tab.inner_text("#count").split(" / ")[1])


def every_event(tab):
    """Go through all events from the first; the sentence of each."""
    tab.keyboard.press("Home")
    yield words(tab)
    for _ in range(last_event(tab)):
        tab.keyboard.press("ArrowRight")
        yield words(tab)


def table(tab):
    """Name to (data, gradient), with all digits."""
    number = lambda text: None if text is None else float(text.replace("Infinity", "inf"))
    return {name: (number(data), number(gradient)) for name, _, data, gradient, _ in tab.evaluate(TABLE)}


def held(made, element):
    """What a page holds in one of its elements, unpacked."""
    packed = re.search(f'id="{element}">([^<]*)<', made.html)
    return json.loads(zlib.decompress(base64.b64decode(packed[1])))
