"""Prose, formulas and code as HTML: nbconvert's exporter, with formulas as MathML and names linked.

What a page says beside a notebook's cells is handed to its template; this knows nothing of it.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from latex2mathml.converter import convert
from nbconvert.exporters.templateexporter import TemplateExporter
from nbconvert.filters.highlight import Highlight2HTML
from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath
from nbformat.v4 import new_notebook

from demos.pages.naming import Names
from demos.predictions import as_html

TEMPLATES = Path(__file__).parent / "templates"

_LONG = 30
"""A formula of more signs than this may be wider than a phone, where it scrolls."""

_SPACED = {
    "<mo>&#x02202;</mo>": "<mi>∂</mi>",
    "<mo>&#x0002F;</mo>": '<mo lspace="0" rspace="0">/</mo>',
    "<msup>(<m[io]>[^<]*</m[io]>)<mi>(&#x0203[23];)</mi></msup>": r'\1<mo lspace="0" rspace="0">\2</mo>',
    '<mo( fence="false")? stretchy="false">(&#x0(?:007C|2016);)</mo>': (
        r'<mo stretchy="false" lspace="0" rspace="0">\2</mo>'
    ),
    "((?<!<ms[ubp]{2}>)<mi>[a-z]{2,}</mi>|<msup><mi>[a-z]{2,}</mi><mn>.</mn></msup>)"
    "(?=<m[in]|<ms|<mrow|<mfrac|<mo>&#x02211;)": r'\1<mspace width="0.17em"></mspace>',
}
"""What a browser does not space as TeX does, signs such as the bars of |x| and names such as log, and how
they are written so that it does.
"""

REFERENCE = "../reference/"
"""The way from a lesson's page to the reference."""


def slug(text: str) -> str:
    """A heading as the end of an address.

    >>> slug("Derivatives by `backward()`")
    'derivatives-by-backward'
    """
    return "-".join(re.findall(r"\w+", re.sub(r"<[^>]*>|\\\w+", "", text).lower()))


def formula(latex: str, display: str = "inline") -> str:
    r"""A formula as MathML.

    >>> "<mi>∂</mi><mi>L</mi>" in formula(r"\partial L")
    True
    """
    text = convert(latex, display=display)
    for pattern, spaced in _SPACED.items():
        text = re.sub(pattern, spaced, text)
    return text


class _Renderer(IPythonRenderer):
    """Markdown as HTML without scripts and without a network."""

    def __init__(self, names: Names) -> None:
        super().__init__(escape=True, exclude_anchor_links=True)
        self._names = names

    def heading(self, text: str, level: int, **_: Any) -> str:
        return f'<h{level} id="{slug(text)}">{text}</h{level}>\n'

    def codespan(self, text: str) -> str:
        address = self._names.address(text)
        code = super().codespan(text)
        return f'<a href="{REFERENCE}{address}">{code}</a>' if address else code

    def inline_math(self, body: str) -> str:
        kind = "formula long" if len(body) > _LONG else "formula"
        return f'<span class="{kind}">{formula(body)}</span>'

    def block_math(self, body: str) -> str:
        return f'<span class="formula block" tabindex="0">{formula(body, "block")}</span>'

    def latex_environment(self, name: str, body: str) -> str:
        return self.block_math(rf"\begin{{{name}}}{body}\end{{{name}}}")


class PageExporter(TemplateExporter):
    """Notebooks as pages of lessons, and other templates in the same hand."""

    def __init__(self) -> None:
        super().__init__(template_name="base", template_file=str(TEMPLATES / "lesson.html.j2"))
        self._highlight = Highlight2HTML(pygments_lexer="python")
        self._names = Names("")

    def page(self, cells: list[Any], lesson: dict[str, Any], names: Names) -> str:
        """The cells as a page, with what else the template says of the lesson, and links for these names."""
        self._names = names
        text, _ = self.from_notebook_node(new_notebook(cells=cells), {"lesson": lesson})
        return text

    def rendered(self, template: str, **content: Any) -> str:
        """Another template, with this content."""
        self._names = Names("")
        return self.environment.get_template(template).render(content)

    def default_filters(self) -> Any:
        """nbconvert's, with ours."""
        yield from super().default_filters()
        yield "markdown2html", self._markdown
        yield "inline", lambda line: self._markdown(line).strip().removeprefix("<p>").removesuffix("</p>")
        yield "code", lambda text: self._names.linked(self._highlight(text), REFERENCE)
        yield "prediction", lambda content, rest: as_html(**content, rest=rest)
        yield "slug", slug

    def _markdown(self, text: str) -> str:
        return MarkdownWithMath(renderer=_Renderer(self._names)).render(text)
