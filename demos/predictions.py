"""A question with a field, and its answer behind a click: for a page, and for a notebook."""

from __future__ import annotations

import html
from string import Template

_HTML = Template("""<div class="prediction">
<p class="question">$question</p>
<p><label>Your guess: <input type="number" step="any" onchange="
  const asked = this.closest('.prediction'), off = this.valueAsNumber - ($value);
  asked.querySelector('output').textContent =
    Math.abs(off) <= $within ? '✓ near enough' : off > 0 ? 'too large' : 'too small';
  asked.querySelector('details').open = true"> $unit</label> <output></output></p>
<details><summary>Show the answer</summary>
<p class="answer">$answer</p>
$rest</details>
</div>""")


def as_html(question: str, answer: str, value: float, within: float, unit: str, rest: str = "") -> str:
    """The question as HTML. A guess is near enough if it is at most `within` from `value`.

    `answer` is the value in words; `rest`, HTML, is what is covered until the answer is shown.
    """
    words = {"question": question, "answer": answer, "unit": unit}
    escaped = {name: html.escape(text) for name, text in words.items()}
    return _HTML.substitute(escaped, value=repr(value), within=repr(within), rest=rest)
