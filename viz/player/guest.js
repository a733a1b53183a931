// Inside another page: it asks for numbers, takes them for its leaves, and says when it wants to be left.

function takeLeaves(numbers) { // in the leaves' order; null leaves one as it was recorded
  const given = new Map(leaves.map((at, place) => [at, numbers[place] ?? nodes[at].data]));
  for (const [at, number] of given) nodes[at].data = number;
  run = recorded = recompute(given);
  moved.clear();
  offerLeaves();
  jump(0);
}

addEventListener("message", ({ source, data }) => {
  if (source === parent && data && data.seegrad === "leaves") takeLeaves(data.numbers);
});
addEventListener("ready", () => parent.postMessage({ seegrad: "ready" }, "*"));
addEventListener("keydown", ({ key }) => { // before the player closes a box by it
  if (key === "Escape" && !current.around) parent.postMessage({ seegrad: "leave" }, "*");
}, true);
