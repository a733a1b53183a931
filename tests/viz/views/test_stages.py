"""A long program in a picture that can be read: stages, which open to single array operations."""

import re

import pytest

from tests.viz.pictures import compiled_gpt, small_gpt
from viz import draw
from viz.formats.sizes import laid_out
from viz.views.legibility import SCREEN
from viz.views.levels import Level
from viz.views.stages import in_stages, inside, levels_of_program, ways


@pytest.fixture(scope="module", params=["by module", "of parameters without a name"])
def drawing(request):
    """The drawing of a compiled GPT, with and without its model."""
    model = small_gpt()
    fast = compiled_gpt(model)
    return draw(fast, model=model) if request.param == "by module" else draw(fast, names=False)


def titles(view):
    """The first lines of the folded boxes."""
    return ["".join(span.text for span in box.lines[0]) for box in view.boxes if box.kind == "folded"]


def single(operations):
    """The keys of the array operations."""
    return [box.key for box in operations.view.boxes if box.kind == "operation"]


def test_no_way_to_draw_a_program_has_a_circle_or_leaves_anything_out(drawing):
    """Arrows lead from a box to a later one, and each operation and leaf is in one box."""
    for stages in ways(drawing.operations):
        keys = [key for stage in stages for key in stage.keys]
        assert sorted(keys) == sorted(box.key for box in drawing.operations.view.boxes)
        view = in_stages(drawing.operations, stages)
        place = {box.key: at for at, box in enumerate(view.boxes)}
        assert all(place[arrow.source] < place[arrow.target] for arrow in view.arrows)


def test_stages_open_down_to_single_operations(drawing):
    """Every operation is seen alone on one level, and every folded box opens to less."""
    first = Level(drawing.operations, drawing.view, laid_out(drawing.view), {}, [])
    levels = list(levels_of_program(first, laid_out, SCREEN))
    seen = [box.key for level in levels for box in level.view.boxes if box.kind == "operation"]
    assert sorted(seen) == sorted(single(drawing.operations))
    for level in levels:
        assert set(level.opens) == {box.key for box in level.view.boxes if box.kind == "folded"}


def test_what_is_inside_a_stage_reads_what_it_read(drawing):
    """The arrows into its operations are the same; what is read from elsewhere stands there as a leaf."""
    view = drawing.operations.view
    for box in drawing.view.boxes:
        if box.kind == "folded":
            inner = inside(drawing.operations, box.members)
            held = set(single(inner))
            assert list(inner.view.arrows) == [arrow for arrow in view.arrows if arrow.target in held]
            met = {one.key: one for one in inner.view.boxes}
            assert all(arrow.source in met for arrow in inner.view.arrows)
            used = {arrow.source for arrow in view.arrows if arrow.target not in held} | {
                single(drawing.operations)[-1]
            }
            assert {key for key in held if met[key].is_root} == held & used


def test_a_stage_leads_up_to_the_parameters_of_a_module():
    """It is called by the module, and by the arrays of the source from the first to the last."""
    model = small_gpt()
    fast = compiled_gpt(model)
    picture = draw(fast, model=model)
    named = [re.match(r"([\w.]+): v\d+ to (v\d+)", title) for title in titles(picture.view)]
    modules = {found[1]: found[2] for found in named if found}
    parts = ("first_norm", "attention", "second_norm", "mlp")
    assert list(modules) == [*(f"blocks.{at}.{part}" for at in (0, 1) for part in parts), "norm"]
    for module, last in modules.items():
        leaves = {box.key: box.lines[0][0].text for box in picture.operations.view.boxes}
        read = [leaves[arrow.source] for arrow in picture.operations.view.arrows if arrow.target == last]
        assert any(name.startswith(module) for name in read)


def test_a_folded_program_says_so_and_can_be_had_in_full():
    """The caption counts; collapse='none' has a box for each operation, and so has the text."""
    fast = compiled_gpt()
    folded, full = draw(fast, names=False), draw(fast, names=False, collapse="none")
    many = len(full.view.boxes)
    assert many > 100 > len(folded.view.boxes) and full.view == folded.operations.view
    assert folded.view.captions[-1] == (
        f"{len(single(folded.operations))} array operations folded into {len(folded.view.boxes)} boxes; "
        "collapse='none' draws them all, fit=(1920, 1080) suits a larger window"
    )
    assert folded.text == full.text
