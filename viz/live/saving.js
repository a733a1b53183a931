// The weights as a file that `nn.load` reads: every number written so that it reads back bit for bit.

const written = (x) => Object.is(x, -0) ? "-0.0" : Number.isInteger(x) && Math.abs(x) < 1e15 ? `${x}.0` : String(x);

function fileText() {
  const { start: before, end, names, rows } = task.file;
  let stem = ""; // each begins as the one before it does, and some count up
  const all = names.flatMap(([shared, rest, count]) => {
    stem = stem.slice(0, shared) + rest;
    return count ? upTo(count).map((each) => stem + each) : [stem];
  });
  return before + all.map((name, at) => `${JSON.stringify(name)}: ${written(weights[rows[at]])}`).join(", ") + end + "\n";
}

function saveWeights() {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([fileText()], { type: "application/json" }));
  link.download = `weights-step-${step}.json`;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 1000);
}
$("save").addEventListener("click", saveWeights);
