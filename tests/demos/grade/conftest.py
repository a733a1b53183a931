"""Every submission is graded once; the tests share the reports."""

import pytest

from demos.grade.grading import grade
from demos.grade.trials.stages import STAGES
from tests.demos.grade.limits import GENEROUS


def upto(name):
    """The number of a stage."""
    return [stage.name for stage in STAGES].index(name)


@pytest.fixture(scope="session")
def graded(tmp_path_factory):
    """Writes files into one folder, grades them, and gives a report for each name."""

    def graded(files, until="depth", limits=GENEROUS):
        folder = tmp_path_factory.mktemp("submissions")
        for name, text in files.items():
            (folder / name).write_bytes(text if isinstance(text, bytes) else text.encode())
        reports = grade([str(folder / name) for name in files], upto(until), limits)
        return dict(zip(files, reports))

    return graded
