// A model without a plane: how long the gradient is in each part, as bars, and what it says of the chosen sample.

const DECADES = 6; // that a bar spans

function paintParts() {
  paintNorms(has.program ? normsOf(slopes()) : notedNorms());
  $("scores-title").hidden = $("scores").hidden = !chosen;
  if (chosen) paintScores();
}

function notedNorms() { // those that were noted at this step
  const place = run.steps.findLastIndex((each) => each <= step);
  return Object.entries(run.norms).map(([name, lengths]) => ({ name, length: lengths[place] ?? NaN }));
}

function paintNorms(found) {
  const most = greatest(found.map(({ length }) => length));
  if ($("norms").children.length !== found.length) {
    $("norms").replaceChildren(...found.map(({ name }) => element("li", "", span(name, "name"), element("span", "bar", element("span", "")), span("", "length"))));
  }
  found.forEach(({ length }, at) => {
    const [, bar, words] = $("norms").children[at].children;
    bar.firstChild.style.width = `${length > 0 && most ? Math.max(1, 100 * (1 + Math.log10(length / most) / DECADES)) : 0}%`;
    words.textContent = number(length, 3);
  });
}

function paintScores() { // what the model says of the chosen sample
  const shown = Math.min(task.predictions, 24), found = upTo(shown).map((each) => one.results[1 + each][0]), most = greatest(found);
  if ($("scores").children.length !== shown) $("scores").replaceChildren(...found.map((_, at) => element("li", "", span(String(at), "name"), element("span", "bar", element("span", "")), span("", "length"))));
  found.forEach((score, at) => {
    const [name, bar, words] = $("scores").children[at].children;
    bar.firstChild.style.width = `${most ? 100 * Math.abs(score) / most : 0}%`;
    bar.firstChild.style.background = css(score < 0 ? theme.negative : theme.positive);
    words.textContent = short(score);
    name.classList.toggle("right", targetOf(chosen)[0] === at && task.task === "classes");
  });
}
