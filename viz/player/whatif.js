// What if: leaves have sliders, and values and gradients follow.

const moved = new Map();

function offerLeaves() { // all of them; of a large graph, those that stand alone in the picture
  const offered = leaves.filter((at) => nodes.length <= LONG || !view.boxOf[at].folded);
  $("leaves").replaceChildren(...offered.map(slider));
  $("hidden").hidden = offered.length === leaves.length;
  $("hidden").textContent = `${offered.length.toLocaleString("en")} of ${leaves.length.toLocaleString("en")} leaves: those that stand alone in the picture. Open a box to move those in it.`;
}

function slider(at) {
  const { data, fixed } = nodes[at], now = run.data[at], reach = Math.max(2, 2 * Math.abs(data));
  const made = document.createElement("input"), shown = element("output", "", number(now));
  Object.assign(made, { type: "range", min: data - reach, max: data + reach, step: "any", disabled: fixed || !Number.isFinite(data) });
  made.value = now;
  made.addEventListener("input", () => {
    moved.set(at, Number(made.value));
    shown.textContent = number(moved.get(at));
    run = recompute(moved);
    show();
  });
  return element("label", "", name(at), made, shown);
}

function sayWhatIsFixed() {
  if (!nodes.some(({ fixed }) => fixed)) return;
  const byHand = nodes.find(({ shares }) => shares);
  $("fixed").hidden = false;
  $("fixed").textContent = byHand
    ? `The leaves are fixed: the _backward of ${byHand.symbol} is written by hand, and what it would do elsewhere is not known.`
    : "Leaves below a where or select are fixed: which branch counts was decided when the graph was recorded.";
}

$("reset").addEventListener("click", () => {
  moved.clear();
  run = recorded;
  offerLeaves();
  show();
});
