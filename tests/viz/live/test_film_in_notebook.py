"""A film in a notebook: its page is in the cell while it runs, and what stays is the finished film."""

import asyncio
import os
from concurrent.futures import ThreadPoolExecutor

import pytest

CELLS = (
    """
from nn import MLP, SGD, fit, hinge, make_moons
from viz.live.filming import film
X, y = make_moons(20, seed=0)
targets = 2 * y - 1
def train(epochs, live):
    model = MLP(2, [4, 1], seed=0)
    with film(model, hinge, X, targets, live=live) as record:
        fit(model, (X, targets), loss=hinge, optimizer=SGD(model.parameters(), lr=0.1), epochs=epochs, seed=0,
            callbacks=[record], progress=False)
    return record
""",
    "record = train(30, None)",
    "train(30, False)",
)


@pytest.fixture(scope="module")
def told():
    """(The outputs of the cells after a run, what was shown in their places while they ran.)"""
    import nbclient
    import nbformat

    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in CELLS])
    shown = []

    class Client(nbclient.NotebookClient):
        def process_message(self, message, cell, cell_index):
            if message["msg_type"] in ("display_data", "update_display_data"):
                shown.append(message["content"]["data"]["text/html"])
            return super().process_message(message, cell, cell_index)

    def run():
        asyncio.run(Client(notebook, timeout=120).async_execute(env=dict(os.environ)))

    with ThreadPoolExecutor(1) as pool:  # in this one a browser of another test may have a loop running
        pool.submit(run).result()
    return [cell.outputs for cell in notebook.cells], shown


@pytest.mark.slow
@pytest.mark.needs("nbclient", "ipykernel")
def test_the_finished_film_is_what_stays_in_the_cell(told):
    """Its page and an empty place; the page follows nothing, and is that of a film which was never live."""
    (_, live, silent), _ = told
    messages, page = live
    assert messages.data["text/html"] == ""
    assert page.data["text/html"] == silent[0].data["text/html"]
    assert "film-" not in page.data["text/html"]
    assert silent[0].data["text/plain"].startswith("<Film of 31 frames, epochs 0 to 30;")


@pytest.mark.slow
@pytest.mark.needs("nbclient", "ipykernel")
def test_the_page_is_told_of_frames_while_the_cell_runs(told):
    """First a script waits for the page to ask; then comes the page; then frames, each shown once."""
    _, shown = told
    waiting, page, *frames = shown[: shown.index("")]
    assert "seegradFilms" in waiting and waiting.endswith(", null);</script>")
    assert page.startswith("<iframe")
    assert frames[-1].startswith("<iframe")
    assert frames[:-1] and all('"film":{"unit":"epoch","steps":[' in frame for frame in frames[:-1])
    assert len(set(frames)) == len(frames)
