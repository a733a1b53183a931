"""What a page in which boxes open is given: numbers once, and no more levels than it has room for."""

import base64
import json
import math
import re
import zlib

from autograd import Value, mean
from tests.viz.pictures import drawing
from viz import draw
from viz.formats import zooming
from viz.formats.packing import fitting, numbers_as_json, packed
from viz.formats.sizes import laid_out
from viz.views.legibility import SCREEN
from viz.views.levels import Level, levels_of

NET = "a net on four samples"


def levels():
    """The levels of a picture, which come as they are asked for."""
    picture = drawing(NET)
    return levels_of(Level(picture.graph, picture.view, laid_out(picture.view), {}, []), laid_out, SCREEN)


def unpacked(text):
    """What a page reads."""
    return json.loads(zlib.decompress(base64.b64decode(text)))


def test_a_page_has_as_many_levels_as_there_is_room_for():
    """Outer ones first; those that are left out are counted by the boxes that do not open."""
    found = list(levels())
    whole = fitting(found, 10**9)
    size, many = len(packed(whole.data)), len(whole.data["levels"])
    assert whole.closed == 0 and many > 5 and unpacked(packed(whole.data))
    shipped = []
    for room in range(size + 200, size // 2, -size // 6):
        data, opening, closed = fitting(found, room)
        assert len(packed(data)) <= room
        assert data["levels"] == whole.data["levels"][: len(data["levels"])]
        assert opening + closed >= sum("opens" in box for box in data["levels"][0]["boxes"])
        shipped.append((len(data["levels"]), closed > 0))
    assert shipped[0] == (many, False) and shipped[-1][0] < many
    assert shipped == sorted(shipped, key=lambda one: (-one[0], one[1]))


def test_what_has_no_room_is_not_laid_out():
    """The levels are asked for one by one."""
    asked = []
    size = len(packed(fitting(levels(), 10**9).data))
    fitting((asked.append(level) or level for level in levels()), size // 2)
    assert len(asked) < len(list(levels()))


def test_where_there_is_no_room_for_numbers_the_first_level_says_them(monkeypatch):
    """Nothing opens then, and the page says so, and what to do."""
    data, opening, closed = fitting(levels(), 100)
    assert data["nodes"]["data"] == [] and len(data["levels"]) == 1 and opening == 0 < closed
    words = [text for box in data["levels"][0]["boxes"] for line in box["lines"] for _, text in line]
    view = drawing(NET).view
    assert words == [span.text for box in view.boxes for line in box.lines for span in line]
    monkeypatch.setattr(zooming, "MOST_BYTES", 0)
    captions = re.findall("<p>(.*?)</p>", drawing(NET).in_theme("light").html)
    assert captions[0] == (
        f"{closed} boxes do not open in a page of this size; "
        "expand=&#x27;...&#x27; shows one module in full, draw() of a Value what led to it"
    )


def test_the_page_is_no_longer_than_it_may_be(monkeypatch):
    """Whatever that is, down to what the first picture takes."""
    whole = len(drawing(NET).in_theme("light").html)
    for most in (whole + 1_000, whole - 5_000):
        monkeypatch.setattr(zooming, "MOST_BYTES", most)
        page = drawing(NET).in_theme("light").html
        assert len(page.encode()) <= most and ("do not open" in page) == (most < whole)


def test_each_number_is_shipped_once():
    """To the last bit, with its sign, and whether it is finite or not."""
    numbers = [0.1, -0.0, 0.0, math.inf, 1e-300]
    root = mean([Value(x) * 0.1 for x in numbers])
    nodes = draw(root, names=False).graph.nodes
    shipped = numbers_as_json(draw(root, names=False).graph)
    known = [float(text) for text in shipped["numbers"]]
    assert len(set(map(repr, known))) == len(known)
    assert [repr(known[at]) for at in shipped["data"]] == [repr(node.data) for node in nodes]
    found = [[None if at is None else known[at] for at in places] for places in shipped["partials"]]
    assert found == [[operand.partial for operand in node.operands] for node in nodes]
    operands = [[operand.node for operand in node.operands] for node in nodes]
    back = enumerate(shipped["operands"])
    assert operands == [[None if step is None else at - step for step in steps] for at, steps in back]
