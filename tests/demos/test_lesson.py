"""What a lesson calls: claims, reports, pictures."""

import numpy as np
import pytest

from autograd import Value
from demos.films import Film
from demos.lesson import Lesson
from demos.palette import INK, figure
from nn import MLP
from viz import draw, draw_network, explain, expression, play


@pytest.fixture
def lesson(tmp_path):
    return Lesson("moons", out=tmp_path)


HOLDING = [
    ({"equals": 2.0}, "(equals 2)"),
    ({"equals": 2.1, "within": 0.2}, "(equals 2.1 ± 0.2)"),
    ({"at_least": 2.0}, "(at least 2)"),
    ({"at_most": 2.5}, "(at most 2.5)"),
    ({"at_least": 1.0, "at_most": 3.0}, "(at least 1 and at most 3)"),
]
BROKEN = [
    {"equals": 2.5},
    {"equals": 2.5, "within": 0.4},
    {"at_least": 2.1},
    {"at_most": 1.9},
    {"at_least": 1.0, "at_most": 1.9},
]


@pytest.mark.parametrize(("claimed", "words"), HOLDING)
def test_a_claim_that_holds_is_printed_with_a_tick(lesson, capsys, claimed, words):
    """The claim, the number, what it should be."""
    lesson.check("share right", 2.0, **claimed)
    assert capsys.readouterr().out == f"✓ share right: 2 {words}\n"


@pytest.mark.parametrize("claimed", BROKEN)
@pytest.mark.parametrize("quick", [False, True])
def test_a_claim_that_does_not_hold_is_an_error_at_seed_0(tmp_path, claimed, quick):
    """Quick or not, in the same words."""
    lesson = Lesson("moons", 0, quick, tmp_path)
    with pytest.raises(AssertionError, match=r"share right: 2 \(.*\): does not hold, in the lesson moons"):
        lesson.check("share right", 2.0, **claimed)


@pytest.mark.parametrize("claimed", BROKEN)
def test_a_claim_that_does_not_hold_is_only_printed_at_another_seed(tmp_path, capsys, claimed):
    """A lesson with another seed runs to its end."""
    Lesson("moons", 1, out=tmp_path).check("share right", 2.0, **claimed)
    assert "not at this seed" in capsys.readouterr().out


@pytest.mark.parametrize("claimed", [{"equals": 1.0, "within": 0.1}, {"at_least": 0.0}, {"at_most": 0.0}])
def test_nan_holds_no_claim(lesson, claimed):
    """Not even one that is turned around."""
    with pytest.raises(AssertionError, match="loss: nan"):
        lesson.check("loss", float("nan"), **claimed)


def test_values_numpy_numbers_and_truths_can_be_claimed(lesson, capsys):
    """A Value stands for its data; a truth is printed without numbers."""
    lesson.check("a", Value(0.5), equals=0.5, unit="s")
    lesson.check("b", np.float64(0.25), at_most=1.0, unit="%")
    lesson.check("c", np.int64(12345), equals=12345)
    lesson.check("d", np.True_, equals=True)
    lines = ["✓ a: 0.5 s (equals 0.5 s)", "✓ b: 0.25% (at most 1%)", "✓ c: 12,345 (equals 12,345)", "✓ d"]
    assert capsys.readouterr().out.splitlines() == lines


def test_a_claim_without_a_bound_is_refused(lesson):
    """It could not fail."""
    with pytest.raises(ValueError, match="needs equals=, at_least= or at_most= for the claim 'loss'"):
        lesson.check("loss", 1.0)
    with pytest.raises(ValueError, match="takes within= beside equals="):
        lesson.check("loss", 1.0, at_least=0.0, within=1.0)


def squared():
    x = Value(3.0, label="x")
    y = x * x
    y.label = "y"
    y.backward()
    return x, y


def plot():
    drawn, axes = figure()
    axes.plot([1, 2, 3])
    return drawn


def moving():
    drawn, axes = figure(2, 2)
    (line,) = axes.plot([0, 1])
    return Film(drawn, [line], lambda height: line.set_ydata([0, height]), frames=[0, 1])


SHOWN = {
    "figure": (plot, ["name.svg", "name-dark.svg"]),
    "film": (moving, ["name.gif", "name-dark.gif", "name.svg", "name-dark.svg"]),
    "drawing": (lambda: draw(squared()[1]), ["name.svg", "name-dark.svg"]),
    "network": (lambda: draw_network(MLP(2, [1], seed=0)), ["name.svg", "name-dark.svg"]),
    "page": (lambda: play(squared()[1]), ["name.html"]),
    "explanation": (lambda: explain(*squared()[::-1]), ["name.txt"]),
    "formula": (lambda: expression(squared()[1]), ["name.txt"]),
    "text": (lambda: "a text", ["name.txt"]),
}


@pytest.mark.parametrize("kind", SHOWN)
def test_what_is_shown_is_written_for_light_and_for_dark_paper(lesson, kind):
    """Each kind in files of its own, all of which have something in them."""
    make, files = SHOWN[kind]
    lesson.show("name", make(), "a caption")
    assert list(lesson.pictures[0].files) == files
    contents = [(lesson.folder / file).read_bytes() for file in files]
    assert all(contents) and len(set(contents)) == len(contents)
    if files[-1].endswith(".svg"):
        assert INK.encode() not in contents[-1]
        assert b"#14171c" in contents[-1]


def test_a_long_text_is_cut_in_the_terminal_and_whole_in_its_file(lesson, capsys):
    """The terminal says how much there is, and where."""
    lesson.show("program", "\n".join(map(str, range(100))))
    said = capsys.readouterr().out.splitlines()
    path = lesson.folder / "program.txt"
    assert said[-1] == f"… and 60 more lines in {path}"
    assert len(path.read_text("utf-8").splitlines()) == 100


def test_what_cannot_be_shown_is_refused(lesson):
    """The error says what can be, and a name stands for one picture."""
    with pytest.raises(TypeError, match=r"a Page or a text, got dict; give it str\(...\)"):
        lesson.show("numbers", {})
    lesson.show("text", "once")
    with pytest.raises(ValueError, match="the lesson moons shows 'text' twice"):
        lesson.show("text", "again")


def test_progress_passes_everything_on_and_is_silent_when_quick(tmp_path, capsys):
    """A bar on stderr otherwise."""
    assert list(Lesson("moons", 0, True, tmp_path).progress(range(3), "training")) == [0, 1, 2]
    assert capsys.readouterr().err == ""
    assert list(Lesson("moons", 0, False, tmp_path).progress("abc", "training")) == ["a", "b", "c"]
    assert "training" in capsys.readouterr().err


def test_the_generator_is_made_from_the_seed(tmp_path):
    """The same seed, the same numbers."""
    first, again, other = (Lesson("moons", seed, out=tmp_path).generator.random() for seed in (3, 3, 4))
    assert first == again != other


def test_text_on_a_heat_map_keeps_its_colour_on_dark_paper(lesson):
    """A heat map does not change, so what is written on it must not; its title does change."""
    drawn, axes = figure()
    axes.imshow([[0.0, 1.0]])
    axes.text(0, 0, "on the map", color=INK)
    axes.set_title("beside it")
    lesson.show("map", drawn)
    light, dark = ((lesson.folder / file).read_text("utf-8") for file in lesson.pictures[0].files)
    near = "#1b1f25"
    assert light.count(near) == dark.count(near) > 0
    assert INK in light and INK not in dark


def test_a_film_is_made_for_dark_paper_too(lesson):
    """Its frames have the paper of the page on which they are shown, in the corner where nothing is drawn."""
    from PIL import Image

    lesson.show("film", moving())
    corners = []
    for file in lesson.pictures[0].files[:2]:
        with Image.open(lesson.folder / file) as film:
            assert film.n_frames > 1
            corners.append(film.convert("RGB").getpixel((2, 2)))
    light, dark = corners
    assert min(light) > 250 and max(dark) < 40


def test_a_film_moves_its_moving_parts_alone_and_leaves_the_figure_as_it_was(tmp_path):
    """Two frames differ where the line is, and nowhere else; the line is a part of the figure again."""
    from PIL import Image

    made = moving()
    dots = made.figure.get_dpi()
    made.save(tmp_path / "line.gif")
    with Image.open(tmp_path / "line.gif") as film:
        frames = []
        for at in range(film.n_frames):
            film.seek(at)
            frames.append(np.asarray(film.convert("L"), dtype=int))
        assert film.info["duration"] == made.rest
    differs = np.argwhere(np.abs(frames[0] - frames[1]) > 60)
    box = made.figure.axes[0].get_window_extent().bounds
    assert len(frames) == 2 and len(differs) > 20
    assert differs[:, 1].min() >= (box[0] - 2) * 80 / dots
    assert made.figure.get_dpi() == dots and not any(part.get_animated() for part in made.moving)


def test_many_marks_are_stored_as_pixels(lesson):
    """Ten thousand points are an image in the SVG, a hundred stay points."""
    sizes = []
    for many in (100, 10_000):
        drawn, axes = figure()
        axes.plot(np.zeros(many), np.arange(many), "o")
        lesson.show(f"points-{many}", drawn)
        sizes.append((lesson.folder / f"points-{many}.svg").read_text("utf-8").count("<image"))
    assert sizes == [0, 1]
