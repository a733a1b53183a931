// All numbers as a table of text, for those who cannot see the picture, and for those who want every digit.

const LONG = 300; // Values, of which all are in the table; of more, those that stand alone, and those that are spoken of

const rows = (event) => (nodes.length <= LONG ? [...nodes.keys()] : inSight(event).slice(0, LONG));

function inSight(event) { // in the order of the program
  const alone = view.boxes.filter(({ folded }) => !folded).map(({ values: [at] }) => at);
  const spoken = event.kind === "held" ? heldBy(event.box).map(([at]) => at) : event.add ? [event.add.from, event.add.to] : [];
  return [...new Set([...spoken, ...alone])].sort((a, b) => a - b);
}

function fillTable(event, state, asking) {
  if (nodes.length > LONG && !$("numbers").open) return;
  const listed = rows(event);
  $("rest").hidden = listed.length === nodes.length;
  $("rest").textContent = `${listed.length} of ${nodes.length.toLocaleString("en")} Values: those that stand alone in the picture. Open a box to have those in it.`;
  $("numbers").querySelector("tbody").replaceChildren(...listed.map((at) => {
    const node = nodes[at], known = isKnown(at, event), asked = asking && event.add.to === at;
    const made = node.rule < 0 ? ["leaf"] : formula(node, namesIn(node));
    const row = element("tr", event.at === at || (event.add && event.add.to === at) ? "is-below" : "");
    row.append(
      cell([name(at)]),
      cell(made),
      cell(known ? [number(run.data[at])] : [], known ? run.data[at] : undefined),
      asked ? cell(["?"]) : cell([state.reached[at] ? signed(state.grads[at]) : "–"], state.reached[at] ? state.grads[at] : undefined),
      cell(known && node.rule >= 0 ? localDerivatives(at) : []),
    );
    return row;
  }));
}

function cell(content, value) {
  const made = element("td", "", ...content);
  if (value !== undefined) { made.dataset.value = value; made.title = value; }
  return made;
}
