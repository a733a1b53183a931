"""doctor: each thing that pictures need, whether it is there, and what to do where it is not."""

import pytest

from viz import diagnosis, doctor


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
    assert "--  dot" in text and "apt install graphviz" in text


def test_doctor_says_when_two_packages_share_the_name(monkeypatch):
    """HIPS autograd has the same import name: doctor names it even where Python finds ours first."""
    monkeypatch.setattr(diagnosis, "hips_version", lambda: "1.7.0")
    report = doctor()
    assert not report.ok
    assert "HIPS autograd 1.7.0 is installed too" in str(report)
    assert "pip uninstall autograd" in str(report)
