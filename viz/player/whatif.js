// What if: leaves have sliders, and values and gradients follow.

const moved = new Map();

for (const at of leaves) {
  const slider = document.createElement("input"), shown = element("output", "", number(nodes[at].data));
  const start = nodes[at].data, reach = Math.max(2, 2 * Math.abs(start));
  Object.assign(slider, { type: "range", min: start - reach, max: start + reach, step: "any", disabled: nodes[at].fixed || !Number.isFinite(start) });
  slider.value = start;
  slider.dataset.leaf = at;
  slider.addEventListener("input", () => {
    moved.set(at, Number(slider.value));
    shown.textContent = number(moved.get(at));
    run = recompute(moved);
    show();
  });
  $("leaves").append(element("label", "", name(at), slider, shown));
}

if (nodes.some((node) => node.fixed)) {
  const byHand = nodes.find((node) => node.shares);
  $("fixed").hidden = false;
  $("fixed").textContent = byHand
    ? `The leaves are fixed: the _backward of ${byHand.symbol} is written by hand, and what it would do elsewhere is not known.`
    : "Leaves below a where or select are fixed: which branch counts was decided when the graph was recorded.";
}

$("reset").addEventListener("click", () => {
  moved.clear();
  run = recorded;
  for (const slider of $("leaves").querySelectorAll("input")) {
    slider.value = nodes[slider.dataset.leaf].data;
    slider.nextSibling.textContent = number(nodes[slider.dataset.leaf].data);
  }
  show();
});
