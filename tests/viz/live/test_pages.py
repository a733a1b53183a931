"""The page of training as a document: what it refuses, what it holds, and how large it is."""

import re
import subprocess
import sys

import numpy as np
import pytest

from autograd import Value
from autograd.errors import TraceError
from nn import (
    GPT,
    MLP,
    SGD,
    BatchNorm,
    Dropout,
    Layer,
    Sequential,
    accuracy,
    cross_entropy,
    exponential,
    hinge,
    make_moons,
    squared_error,
)
from tests.viz.live.conftest import moons_data, moons_page
from viz.live.playing import playground

X, Y = [[0.0, 1.0], [1.0, 0.0], [1.0, 1.0]], [1.0, -1.0, 1.0]


def refused(kind, match, model=None, loss=hinge, X=X, y=Y, **options):
    with pytest.raises(kind, match=match):
        playground(model or MLP(2, [3, 1], seed=0), loss, X, y, **options)


def test_batch_norm_is_refused_by_name():
    """It needs a batch together, where a page trains on samples side by side."""
    model = Sequential(Layer(2, 3, seed=0), BatchNorm(3), Layer(3, 1, seed=1))
    refused(ValueError, r"BatchNorm at 'layers.1' needs a batch together; put LayerNorm", model)


def test_an_if_on_data_is_refused_with_its_line():
    """As compile refuses it."""
    refused(TraceError, r"branching on it at .*test_pages.py", loss=lambda p, t: -p if p > 0 else p)


def test_lengths_that_differ_are_refused():
    """Of samples and targets, and of held-out data with the others."""
    refused(ValueError, "got 3 training samples and 2 targets", y=Y[:2])
    refused(ValueError, "got 2 held-out samples and 3 targets", validation=(X[:2], Y))
    refused(
        ValueError,
        r"have shapes \(2,\) and \(\), those of validation \(1,\) and \(\)",
        validation=([[1.0]], [1.0]),
    )
    refused(ValueError, "training samples as lists or arrays of numbers", X=[[1.0], [1.0, 2.0]], y=[1.0, 1.0])


def test_what_is_no_setting_is_refused():
    """By its name, with what is allowed."""
    refused(TypeError, "takes a model .* got function", model=lambda x: x)
    refused(TypeError, "takes an optimiser, .* got float", optimizer=0.1)
    refused(TypeError, "needs a number for it, got a schedule", optimizer=SGD([], lr=exponential(0.1, 0.9)))
    refused(ValueError, "batch_size to be a whole number above 0", batch_size=0)
    refused(ValueError, "noise from 0 to 1", noise=-1.0)
    refused(ValueError, "a seed from 0", seed=-1)
    refused(ValueError, "theme is one of", theme="pink")
    refused(
        ValueError,
        "counts with metric=accuracy where targets are classes",
        y=[0.5, 1.0, 2.0],
        metric=accuracy,
    )


def test_tokens_are_not_shaken():
    """Noise on what counts something would be another word, or none."""
    tokens = [[0, 1, 2], [2, 1, 0]]
    model = GPT(3, 3, width=4, heads=2, seed=0)
    refused(
        ValueError,
        "got noise=0.1; its samples may be tokens",
        model,
        cross_entropy,
        tokens,
        tokens,
        noise=0.1,
    )


def test_a_program_too_large_for_a_page_is_refused_and_names_film(monkeypatch):
    """Where the text would be longer than is bearable."""
    monkeypatch.setattr("viz.live.making.LARGEST", 1000)
    refused(ValueError, r"up to 1 kB of text, and this one is \d+ kB; .* film\(model, loss, X, y\)")


def test_the_page_of_the_moons_is_small():
    """At most 80 kB, and 400 kB with the player of a sample."""
    X, y = moons_data()
    page = playground(MLP(2, [16, 16, 1], seed=0), hinge, X, y)
    assert len(page.html.encode()) <= 400_000
    page = playground(MLP(2, [16, 16, 1], seed=0), hinge, X, y)
    page.sample = None
    assert len(page.html.encode()) <= 80_000


def test_the_page_allows_its_own_style_and_script_alone():
    """By their hashes: nothing inline beside them, nothing evaluated, nothing fetched."""
    page, _ = moons_page()
    policy = re.search(r'Content-Security-Policy" content="([^"]*)"', page.html)[1]
    assert policy.startswith("default-src 'none'; script-src 'sha256-")
    assert "unsafe" not in policy and "http:" not in page.html.replace("http://www.w3.org/2000/svg", "")
    assert not re.search(r"<[^>]+ (style|on\w+)=", page.html)


def test_the_same_model_gives_the_same_page():
    """Byte for byte."""
    assert moons_page()[0].html == moons_page()[0].html


def test_what_it_is_made_of_stays_as_it_was():
    """The model's numbers, gradients and modes, the optimiser and the random generators."""
    drop = Dropout(0.5, seed=0)
    model = Sequential(Layer(2, 3, seed=0), drop, Layer(3, 1, seed=1))
    optimizer = SGD(model.parameters(), lr=0.1)
    before = model.state_dict(), optimizer.state_dict()
    page = playground(model, hinge, X, Y, optimizer=optimizer)
    assert (model.state_dict(), optimizer.state_dict()) == before
    assert model.training and drop.training and not any(p.reached for p in model.parameters())
    assert page.values == [*model.parameters()]


def test_a_value_of_the_loss_is_trained_with_the_model():
    """What the loss closes over is a parameter of the program, behind the model's."""
    extra = Value(1.0)
    page = playground(MLP(2, [3, 1], seed=0), lambda p, t: squared_error(p * extra, t), X, Y)
    assert page.values[-1] is extra


def test_classes_need_no_metric():
    """Scores for several classes, and numbers of classes as targets."""
    X, y = make_moons(20, seed=0)
    page = playground(MLP(2, [4, 3], seed=0), cross_entropy, X, np.asarray(y))
    assert page.content["task"] == "classes"


def test_pictures_alone_load_neither_networks_nor_machine_code():
    """`import viz` brings no nn, no numpy and no llvmlite."""
    code = "import sys, viz; print([name for name in ('nn', 'numpy', 'llvmlite') if name in sys.modules])"
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert said == "[]\n"
