"""A folder of pages: one for each student, and one for the teacher that leads to them."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from pathlib import Path
from urllib.parse import quote

from demos.grade.judging.verdicts import Report
from demos.grade.reports.classroom import file_names, groups_of, place_of
from demos.grade.reports.formats import LEGEND, MARKS
from demos.grade.reports.pages import class_of, html_page, marked, page_of, scrolling

OVERVIEW = "index.html"


def write_pages(reports: Sequence[Report], folder: Path) -> None:
    """Writes a page for each report and the overview into `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    names = [f"{name}.html" for name in file_names(reports)]
    for report, name in zip(reports, names):
        (folder / name).write_text(page_of(report), encoding="utf-8")
    (folder / OVERVIEW).write_text(overview(reports, names), encoding="utf-8")


def overview(reports: Sequence[Report], names: Sequence[str]) -> str:
    """What the teacher sees: where the class is stuck, the mistakes it makes, and each student's stages."""
    links = [f'<a href="{quote(name)}">{escape(report.name)}</a>' for report, name in zip(reports, names)]
    link_of = dict(zip(map(id, reports), links))
    parts = [f"<h1>{len(reports)} submission{'s' * (len(reports) > 1)}</h1>"]
    for title, groups in groups_of(reports).items():
        linked = {name: [link_of[id(report)] for report in group] for name, group in groups.items()}
        parts += [f"<h2>{title}</h2>", _bars(title, linked) or "<p>None that is known.</p>"]
    parts += ["<h2>Stage by stage</h2>", _table(reports, links)]
    return html_page("Overview", "\n".join(parts))


def _bars(label: str, groups: dict[str, list[str]]) -> str:
    """A row for each group: what it is, how many, a bar, and who."""
    most = max(map(len, groups.values()), default=0)
    rows = [
        f'<tr><th scope="row">{marked(name)}</th><td>{len(links)}</td>'
        f'<td><span class="bar" style="width:{100 * len(links) / most:.0f}%"></span></td>'
        f"<td>{', '.join(links)}</td></tr>"
        for name, links in groups.items()
        if links
    ]
    table = f'<table class="bars"><tbody>{"".join(rows)}</tbody></table>'
    return scrolling(label, table) if rows else ""


def _table(reports: Sequence[Report], links: Sequence[str]) -> str:
    titles = "".join(
        f'<th scope="col" class="stage"><span>{marked(stage.title)}</span></th>'
        for stage in reports[0].stages
    )
    head = f'<tr><th scope="col">student</th>{titles}<th scope="col">first to look at, likely cause</th></tr>'
    rows = []
    for report, link in zip(reports, links):
        marks = "".join(
            f'<td class="state {class_of(stage)}" title="{escape(stage.state)}">{MARKS[stage.state]}</td>'
            for stage in report.stages
        )
        says = report.problem or ": ".join([place_of(report), *filter(None, [", ".join(report.mistakes)])])
        rows.append(f'<tr><th scope="row">{link}</th>{marks}<td>{escape(says)}</td></tr>')
    table = f'<table class="class"><thead>{head}</thead><tbody>{"".join(rows)}</tbody></table>'
    return scrolling("the stages of each student", table) + f'<p class="said">{", ".join(LEGEND)}</p>'
