"""The README's pictures are those that this code makes."""

import struct

import pytest

from demos.readme_picture import PICTURES, SIZE, write_neuron, write_playground


@pytest.mark.parametrize("name", ["neuron.svg", "neuron-dark.svg"])
def test_the_readme_picture_is_up_to_date(tmp_path, monkeypatch, name):
    """Byte for byte, drawn with the embedded Graphviz."""
    monkeypatch.setenv("PATH", str(tmp_path))
    write_neuron(tmp_path)
    assert (tmp_path / name).read_text() == (PICTURES / name).read_text()


PAGES = ["playground.png", "playground-dark.png"]


def size_of(path):
    """Width and height of a PNG."""
    return struct.unpack(">II", path.read_bytes()[16:24])


@pytest.mark.parametrize("name", PAGES)
def test_the_picture_of_the_page_is_small(name):
    """A reader of the README waits for it."""
    assert size_of(PICTURES / name) == tuple(SIZE.values())
    assert (PICTURES / name).stat().st_size < 150_000


@pytest.mark.browser
@pytest.mark.needs("matplotlib")
def test_the_picture_of_the_page_is_one_of_a_browser(browser, tmp_path):
    """Light, and dark where the reader's system is; a point is chosen in it."""
    written = write_playground(browser, tmp_path)
    assert [path.name for path in written] == PAGES
    assert {size_of(path) for path in written} == {tuple(SIZE.values())}
    light, dark = (path.read_bytes() for path in written)
    assert light != dark
