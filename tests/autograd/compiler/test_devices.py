"""Training on several devices: eight, which JAX simulates in a process of its own."""

import json
import os
import subprocess
import sys

import pytest

from tests.autograd.compiler.reference import assert_close

pytestmark = [pytest.mark.slow, pytest.mark.needs("jax")]

PLACEMENTS = ["all", "sharded", "some", "others"]


@pytest.fixture(scope="module")
def runs():
    """What `on_devices` has found."""
    command = [sys.executable, "-m", "tests.autograd.compiler.on_devices"]
    env = os.environ | {"XLA_FLAGS": "--xla_force_host_platform_device_count=8"}
    done = subprocess.run(command, capture_output=True, text=True, timeout=600, check=False, env=env)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.mark.parametrize("what", ["losses", "beside", "parameters", "gradients", "state"])
@pytest.mark.parametrize("placement", PLACEMENTS)
def test_the_result_does_not_depend_on_the_number_of_devices(placement, what, runs):
    """Within rounding, after twenty steps: replicated and sharded, with the masks of dropout."""
    assert_close(runs[placement][what], runs["one"][what], 1e-12)
    assert runs[placement]["steps"] == 20


def test_gradients_travel_once_a_step(runs):
    """One all-reduce brings them together, with the loss; of sharded rows, each part to its owner."""
    counted = [
        [{k: n for k, n in text.items() if n} for text in runs[name]["collectives"]]
        for name in runs
        if name in ("one", *PLACEMENTS)
    ]
    one, everywhere, sharded, some, others = counted
    assert one == others == [{}] * 3
    assert everywhere == some == [{"all-reduce": 1}] * 3
    assert sharded == [{"all-gather": 1, "reduce-scatter": 1}] * 3


def test_a_batch_that_does_not_divide_is_refused(runs):
    """With the sizes that would, before anything has moved."""
    assert runs["refused"] == [
        ["a batch is shared equally by the devices, and 30 samples are not by 8; give 24 or 32", 0],
        ["a batch is shared equally by the devices, and 5 samples are not by 8; give 8", 0],
        ["a batch is shared equally by the devices, and 60 samples are not by 8; give 56 or 64", 0],
    ]


def test_fit_trains_on_all_devices(runs):
    """As on one; a last batch that is short may divide, too."""
    one, everywhere, sharded = runs["fitted"]
    assert_close(everywhere, one, 1e-12)
    assert len(sharded) == 2


def test_the_report_says_on_which_devices_training_was(runs):
    """How many of them."""
    assert runs["all"]["report"].split("jax", 1)[1].strip() == "on 8 devices: cpu"
    assert runs["some"]["report"].split("jax", 1)[1].strip() == "on 4 devices: cpu"
