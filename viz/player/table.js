// All numbers as a table of text, for those who cannot see the picture, and for those who want every digit.

function fillTable(event, state, asking) {
  if (nodes.length > 300 && !$("numbers").open) return;
  $("numbers").querySelector("tbody").replaceChildren(...nodes.map((node, at) => {
    const known = node.rule < 0 || at < event.shown, asked = asking && event.add.to === at;
    const made = node.rule < 0 ? ["leaf"] : formula(node, node.operands.map((operand) => isNode(operand) ? name(operand) : number(operand[0])));
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
