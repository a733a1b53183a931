"""What a cell showed, in groups."""

from demos.outputs import NUMBER, PICTURE, PREDICTION
from demos.pages.grouping import grouped


def stream(text):
    return {"output_type": "stream", "name": "stdout", "text": text}


def display(mime, /, **content):
    return {"output_type": "display_data", "data": {"text/plain": "", mime: content}, "metadata": {}}


def picture(name):
    return display(PICTURE, name=name, kind="svg", files=(f"{name}.svg",), caption="")


def test_what_belongs_together_is_one_group(tmp_path):
    """Numbers in a list, pictures side by side, also where only empty lines were printed between them."""
    for name in "ab":
        (tmp_path / f"{name}.svg").write_text('<svg width="30pt" height="15pt"></svg>')
    outputs = [
        stream("\none\n"),
        display(NUMBER, claim="first"),
        display(NUMBER, claim="second"),
        picture("a"),
        stream("\n"),
        picture("b"),
    ]
    groups = grouped(outputs, tmp_path)
    assert [(group.kind, len(group.items)) for group in groups] == [
        ("stream", 1),
        ("numbers", 2),
        ("pictures", 2),
    ]
    assert groups[0].items == ["one"]


def test_a_picture_s_size_is_in_pixels(tmp_path):
    """A figure is given in points, and may shrink; a drawing, in pixels, may not."""
    (tmp_path / "a.svg").write_text('<svg width="30pt" height="15pt"></svg>')
    (tmp_path / "b.svg").write_text('<svg xmlns="x" width="30" height="15" viewBox="0 0 9 9"></svg>')
    [group] = grouped([picture("a"), picture("b")], tmp_path)
    sizes = [(shown["width"], shown["height"], shown["least"]) for shown in group.items]
    assert sizes == [(40, 20, 24), (30, 15, 30)]


def test_a_prediction_covers_the_groups_after_it(tmp_path):
    """Those before it stay in sight; one after it is covered by it."""
    outputs = [
        stream("before"),
        display(PREDICTION, question="?"),
        stream("after"),
        display(PREDICTION, question="??"),
    ]
    before, prediction = grouped(outputs, tmp_path)
    assert (before.items, prediction.items) == (["before"], [{"question": "?"}])
    after, second = prediction.rest
    assert (after.items, second.kind, second.rest) == (["after"], "prediction", [])
