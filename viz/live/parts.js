// A model without a plane: how long the gradient is in each part, as bars, and what it says of the chosen sample.

const DECADES = 6; // that a bar spans

function paintParts() {
  paintNorms(has.program ? normsOf(slopes()) : notedNorms());
  $("scores-title").hidden = $("scores").hidden = !chosen;
  if (chosen) paintScores();
}

function notedNorms() { // those that were noted at this step
  const place = placeNow();
  return Object.entries(run.norms).map(([name, lengths]) => ({ name, length: lengths[place] ?? NaN }));
}

function barsOf(id, names) { // the lines of a list, each with a bar in it
  if ($(id).children.length !== names.length) {
    $(id).replaceChildren(...names.map((name) => element("li", "", span(name), element("span", "bar", span("")), span("", "length"))));
  }
  return [...$(id).children].map(({ children: [name, bar, words] }) => ({ name, bar: bar.firstChild, words }));
}

function paintNorms(found) {
  const most = greatest(found.map(({ length }) => length));
  barsOf("norms", found.map(({ name }) => name)).forEach(({ bar, words }, at) => {
    const { length } = found[at];
    bar.style.width = `${length > 0 && most ? Math.max(1, 100 * (1 + Math.log10(length / most) / DECADES)) : 0}%`;
    words.textContent = number(length, 3);
  });
}

function paintScores() { // what the model says of the chosen sample
  const shown = Math.min(task.predictions, 24), found = upTo(shown).map((each) => one.results[1 + each][0]), most = greatest(found);
  barsOf("scores", upTo(shown).map(String)).forEach(({ name, bar, words }, at) => {
    const score = found[at];
    bar.style.width = `${most ? 100 * Math.abs(score) / most : 0}%`;
    bar.style.background = css(score < 0 ? theme.negative : theme.positive);
    words.textContent = short(score);
    name.classList.toggle("right", targetOf(chosen)[0] === at && task.task === "classes");
  });
}
