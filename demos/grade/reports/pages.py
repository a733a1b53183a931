"""The page of one student, to be mailed: HTML that needs no network, no script and no other file."""

from __future__ import annotations

import re
from html import escape
from pathlib import Path, PurePath

from demos.grade.judging.verdicts import FAILED, Finding, Report, StageReport
from demos.grade.judging.wording import number
from demos.grade.reports.formats import MARKS, summary, told
from demos.grade.reports.picturing import Number, Picture, picture
from demos.grade.trials.models import Numbers, agree
from demos.mistakes import Expression, Value
from viz.formats.themes import SYSTEM
from viz.formats.variables import scheme, style

_CSS = (Path(__file__).parent / "page.css").read_text(encoding="utf-8")


def html_page(title: str, body: str) -> str:
    """A whole page, light or dark as the reader's system is."""
    return (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f'<meta name="color-scheme" content="{scheme(SYSTEM)}">\n<title>{escape(title)}</title>\n'
        f"<style>\n{style(SYSTEM)}{_CSS}</style>\n</head>\n<body>\n<main>\n{body}\n</main>\n</body>\n</html>\n"
    )


def page_of(report: Report) -> str:
    """What one student is told: how far it got, the first thing to look at, drawn, and every stage."""
    file = PurePath(report.target).name  # not its folder: that is the teacher's
    parts = [
        f"<h1>{escape(report.name)}</h1>",
        f'<p class="said">{escape(file)}</p>' if report.student else "",
    ]
    if report.problem:
        parts.append(f'<p class="bad">Nothing could be tried: it {marked(report.problem)}</p>')
    else:
        parts.append(f"<p><strong>{marked(summary(report))}</strong></p>")
        parts += _first(report)
        parts += ["<h2>Stage by stage</h2>", _stages(report)]
    if report.remarks:
        parts += ["<h2>Noticed</h2>", *(f"<p>{marked(remark)}</p>" for remark in report.remarks)]
    return html_page(report.name, "\n".join(parts))


def _first(report: Report) -> list[str]:
    """The stage to look at first, with what was found there and its picture."""
    if report.stuck is None:
        return []
    title = f"<h2>Look at this first: {marked(report.stuck.title)}</h2>"
    if not report.stuck.findings:
        return [title, f"<p>{marked(': '.join(filter(None, [report.stuck.state, report.stuck.remark])))}</p>"]
    finding = report.stuck.findings[0]
    drawn = _drawn(finding)
    return [
        title,
        f"<p>{marked(finding.says)}</p>",
        f'<div class="tried"><div>{_code(finding.code)}{_numbers(finding)}</div>{_figure(drawn)}</div>',
    ]


def _drawn(finding: Finding) -> Picture | None:
    if finding.trial is None or not finding.right:
        return None
    shown = _compared(finding.seen, finding.right, finding.trial.exact)
    others = Expression(finding.trial.text, tuple(finding.named)).numbers(Value)
    named = [one for one in _compared(finding.named, others) if one.name not in finding.right]
    return picture(finding.trial.text, (*shown, *named))


def _compared(seen: Numbers, right: Numbers, exact: bool = False) -> tuple[Number, ...]:
    return tuple(
        Number(name, number(seen[name]), expected, not agree(expected, seen[name], exact))
        for name, expected in right.items()
    )


def _numbers(finding: Finding) -> str:
    rows = [
        f'<tr><th scope="row"><code>{escape(one.name)}</code></th>'
        f"<td{' class=bad' if one.differs else ''}>{escape(one.theirs)}</td><td>{number(one.right)}</td></tr>"
        for one in _compared(finding.seen, finding.right, finding.trial is not None and finding.trial.exact)
    ]
    head = '<tr><td></td><th scope="col">yours</th><th scope="col">right</th></tr>'
    return (
        f'<table class="numbers"><thead>{head}</thead><tbody>{"".join(rows)}</tbody></table>' if rows else ""
    )


def _figure(drawn: Picture | None) -> str:
    if drawn is None:
        return ""
    says = "The boxes show what is right; in red, after “yours”, what your class gives. On an arrow "
    says += (
        "with three numbers: local derivative × gradient of the result = what comes back along it."
        if drawn.sentence
        else "is the local derivative."
    )
    caption = f"<strong>{escape(drawn.sentence)}</strong> {escape(says)}".removeprefix("<strong></strong> ")
    inner = f"{scrolling('picture of the graph', drawn.svg)}<figcaption>{caption}</figcaption>"
    return f'<figure class="picture">{inner}</figure>'


def _stages(report: Report) -> str:
    lines = []
    for stage, remark, shown in told(report):
        inner = [f"<strong>{marked(stage.title)}</strong>{' – ' if remark else ''}{marked(remark)}"]
        for finding in shown:
            if finding is not report.first:  # which is drawn above
                inner += [_code(finding.code), f"<p>{marked(finding.says)}</p>"]
        lines.append(
            f'<li class="{class_of(stage)}"><span class="mark" aria-hidden="true">{MARKS[stage.state]}</span>'
            f"<div>{''.join(inner)}</div></li>"
        )
    return f'<ol class="stages">{"".join(lines)}</ol>'


def scrolling(label: str, inner: str) -> str:
    """What may be wider than the page, in a box that scrolls, also by the keyboard."""
    return f'<div class="wide" tabindex="0" role="region" aria-label="{label}">{inner}</div>'


def class_of(stage: StageReport) -> str:
    return "failed" if stage.state == FAILED else "other"


def _code(text: str) -> str:
    return f'<pre tabindex="0"><code>{escape(text)}</code></pre>' if text else ""


def marked(text: str) -> str:
    """A sentence, with what stands between backticks as code."""
    return re.sub(r"`([^`]+)`", r"<code>\1</code>", escape(text))
