"""doctor: each thing that pictures need, whether it is there, and what to do where it is not."""

import pytest

from viz import DrawingError, diagnosis, doctor
from viz.formats import fonts


@pytest.fixture
def no_dot(monkeypatch, tmp_path):
    """A PATH without any program."""
    monkeypatch.setenv("PATH", str(tmp_path))


def test_doctor_says_what_it_found(no_dot):
    """Each thing on its line, and what to do about what is missing; all is well if SVG can be drawn."""
    report = doctor()
    text = str(report)
    assert report.ok
    assert "ok  drawing" in text and "SVG can be drawn" in text
    assert f"PNG            can be written, in {fonts.font().family}" in text


@pytest.mark.parametrize("format", ["png", "pdf"])
def test_doctor_says_what_a_format_lacks(monkeypatch, format):
    """The format's own error says what to do; pictures can be drawn all the same."""

    def lacking(_):
        raise DrawingError("there is no such thing here; install it")

    monkeypatch.setattr(diagnosis, format, lacking)
    assert f"--  {format.upper()}            there is no such thing here; install it" in str(doctor())
    assert doctor().ok


def test_doctor_says_when_two_packages_share_the_name(monkeypatch):
    """HIPS autograd has the same import name: doctor names it even where Python finds ours first."""
    monkeypatch.setattr(diagnosis, "hips_version", lambda: "1.7.0")
    report = doctor()
    assert not report.ok
    assert "HIPS autograd 1.7.0 is installed too" in str(report)
    assert "pip uninstall autograd" in str(report)
