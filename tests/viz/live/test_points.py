"""Points by the mouse: chosen, added, dragged, deleted, and brought back; and where training stops."""

import pytest

pytestmark = pytest.mark.browser

PLACE = """(at) => {
  const frame = $("points").getBoundingClientRect(), [x, y] = seenAt(samples[at]);
  return [frame.left + x * frame.width, frame.top + (1 - y) * frame.height];
}"""


def test_a_point_is_chosen_by_a_click_and_left_by_a_click_beside_it(fresh):
    """The nearest one to the pointer; its numbers come into every neuron."""
    tab = fresh.tab
    tab.mouse.click(*tab.evaluate(PLACE, 5))
    chosen = tab.evaluate("() => samples.indexOf(chosen)")
    assert tab.inner_text("#sample").startswith(f"Sample {chosen}: ") or "Held-out" in tab.inner_text(
        "#sample"
    )
    assert tab.evaluate("() => stages[1].boxes.every(({ plate }) => plate.textContent)")
    frame = tab.locator("#points").bounding_box()
    tab.mouse.click(frame["x"] + 4, frame["y"] + frame["height"] - 4)
    assert tab.evaluate("() => chosen") is None


def test_points_are_added_dragged_deleted_and_brought_back(fresh):
    """Each changes the loss without a step; "reset data" brings the user's own back."""
    tab = fresh.tab
    loss = "() => [measured.train, samples.length, run.steps.length]"
    before = tab.evaluate(loss)
    frame = tab.locator("#points").bounding_box()
    corner = frame["x"] + 12, frame["y"] + frame["height"] - 12
    tab.check("#adders input >> nth=0")
    tab.mouse.click(*corner)
    added = tab.evaluate(loss)
    assert added[0] != before[0] and added[1:] == [before[1] + 1, before[2]]
    assert tab.evaluate("() => targetOf(samples.at(-1))") == [-1]
    tab.check("[value=choose]")
    tab.mouse.move(*corner)
    tab.mouse.down()
    tab.mouse.move(corner[0] + 60, corner[1] - 60, steps=4)
    tab.mouse.up()
    assert tab.evaluate(loss)[0] != added[0]
    tab.evaluate("() => choose(samples.at(-1))")
    tab.click("#delete")
    assert tab.evaluate(loss) == before
    tab.evaluate("() => { moveTo(samples[0], [2, 1]); remeasure(); }")
    assert tab.evaluate(loss)[0] != before[0]
    tab.click("#reset-data")
    assert tab.evaluate(loss) == before
    assert tab.is_disabled("#reset-data")


def test_training_stops_at_the_step_that_is_asked_for(fresh):
    """And goes on from there."""
    tab = fresh.tab
    tab.fill("#stop", "7")
    tab.evaluate("() => document.activeElement.blur()")
    assert tab.evaluate("() => { while (advance()); return step; }") == 7
    assert tab.evaluate("() => advance() && step") == 8
    tab.fill("#stop", "")


def test_new_weights_are_of_the_same_spread_and_start_over(fresh):
    """Others than before; what was the same for all, as biases at 0, stays; ⟲ then returns to these."""
    tab = fresh.tab
    before, rows = tab.evaluate("() => [[...weights], task.columns.map(({ biases }) => biases).flat()]")
    tab.click("#redraw")
    after = tab.evaluate("() => { const drawn = [...weights]; advance(); return drawn; }")
    assert sum(x != y for x, y in zip(before, after, strict=True)) == len(before) - len(rows)
    assert all(after[row] == 0 for row in rows)
    tab.click("#reset")
    assert tab.evaluate("() => [...weights]") == after
    tab.evaluate("() => { start = { ...start, weights: task.parameters.slice() }; startOver(); }")
