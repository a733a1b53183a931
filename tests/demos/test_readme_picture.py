"""The README's picture is the one that this code makes."""

import pytest

from demos.readme_picture import PICTURES, write_neuron


@pytest.mark.parametrize("name", ["neuron.svg", "neuron-dark.svg"])
def test_the_readme_picture_is_up_to_date(tmp_path, monkeypatch, name):
    """Byte for byte, drawn with the embedded Graphviz."""
    monkeypatch.setenv("PATH", str(tmp_path))
    write_neuron(tmp_path)
    assert (tmp_path / name).read_text() == (PICTURES / name).read_text()
