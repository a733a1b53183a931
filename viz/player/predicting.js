// Predict first: a gradient is asked for before it is shown, and a wrong answer is called by its usual name.

let hints = 0;

// Names and words are those of demos/mistakes (a test holds them equal); then, what each mistake types.
const MISTAKES = [
  ["overwrite", "`=` in place of `+=`", (at) => at.again ? [at.share] : []],
  ["forgotten-path", "the first path alone in place of the sum over all paths", (at) => at.again ? [at.earlier[0], at.before] : []],
  ["forgotten-upstream", "the local derivative alone in place of local derivative × gradient from above",
    (at) => [at.before + at.partial, at.partial]],
  ["forgotten-local", "the gradient from above alone in place of local derivative × gradient from above",
    (at) => [at.before + at.upstream, at.upstream]],
];

function typed(text) { // a number as people type it; undefined where it is none
  const found = text.trim().toLowerCase().replace(",", ".").replace("−", "-");
  if (/^[-+]?inf(inity)?$/.test(found)) return found[0] === "-" ? -Infinity : Infinity;
  return found === "nan" ? NaN : found === "" || Number.isNaN(Number(found)) ? undefined : Number(found);
}

function judge(text, add) { // "" for the right answer, else what is wrong with it
  const answer = typed(text), at = addition(add);
  const near = (x) => Object.is(answer, x) || (Number.isFinite(x) && Math.abs(answer - x) <= 0.005 * Math.abs(x));
  if (answer === undefined) return "type a number, such as -0.25";
  if (near(at.after)) return "";
  const mistake = MISTAKES.find(([, , gives]) => gives(at).some(near));
  if (mistake) return "that is " + mistake[1].replaceAll("`", "");
  if (at.earlier.some((share) => near(at.after - share))) return "that leaves a path out; the sum goes over all paths";
  if (near(-at.after) || near(at.before - at.share)) return "look at the signs again";
  return "not yet: what was there, plus local derivative × gradient from above";
}

function ask(add) { // nothing, without an addition
  $("question").hidden = !add;
  hints = 0;
  $("answer").value = $("verdict").textContent = "";
  $("hint").disabled = false;
  if (add) $("answer").setAttribute("aria-label", `${nodes[add.to].name}.grad after this step`);
}

function giveHint(add) { // first the recipe in words, then with its numbers
  hints += 1;
  const inWords = [`what was there + local derivative × ${nodes[add.from].name}.grad`];
  $("more").replaceChildren(...(hints === 1 ? inWords : [...recipe(add).parts, " = ?"]));
  $("hint").disabled = hints === 2;
}
