// The chosen sample in the player, forward and backward, edge by edge: a page inside this one, which asks for its numbers.

const frame = $("player").querySelector("iframe");

function leavesOf(sample) { // the numbers of the player's leaves; null for those that it knows
  const numbers = [...weights, ...positions(sample), ...targetOf(sample)];
  return task.player.leaves.map((place) => (place < 0 ? null : numbers[place]));
}
const hand = () => frame.contentWindow.postMessage({ seegrad: "leaves", numbers: leavesOf(chosen) }, "*");

function openPlayer() {
  if (playing) pause();
  $("player-title").textContent = $("sample").textContent;
  $("player").showModal();
  if (frame.srcdoc) hand(); else frame.srcdoc = task.player.html;
  frame.focus();
}

addEventListener("message", ({ source, data }) => {
  if (source !== frame.contentWindow || !data) return;
  if (data.seegrad === "ready") hand();
  if (data.seegrad === "leave") $("player").close();
});
$("open").addEventListener("click", openPlayer);
$("leave").addEventListener("click", () => $("player").close());
$("player").addEventListener("close", () => $("open").focus());
