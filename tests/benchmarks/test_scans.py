"""Steps on a device: a compiled function and JAX by hand have the same losses, and each has its rows."""

import re
import sys

import pytest


@pytest.mark.slow
@pytest.mark.needs("jax")
def test_each_way_to_step_has_a_row_where_the_losses_are_the_same(monkeypatch, capsys):
    """It is the benchmark itself that compares them, before it measures."""
    from tests.benchmarks import scans

    monkeypatch.setattr(sys, "argv", ["scans", "--only", "moons", "--dtype", "float64", "--repeats", "1"])
    scans.main()
    rows = re.findall(r"^\| ([^|]*)(?: \| [\d.]+){3} \|$", capsys.readouterr().out, re.MULTILINE)
    assert rows == ["compiled, step", "compiled, over", "JAX by hand, step", "JAX by hand, scan"]
