// What is trained: the data and the model's shape as the page was given them. `parsed` reads the numbers.

const $ = (id) => document.getElementById(id);
const task = parsed($("task").textContent);
const floats = (text) => Array.isArray(text) ? Float64Array.from(text) // or base64, the lowest byte first, as the machines have it
  : new Float64Array(Uint8Array.from(atob(text), (character) => character.charCodeAt(0)).buffer);
const upTo = (count) => [...Array(count).keys()];
const counted = (ranges) => ranges.flatMap(([first, count, far = 0, often = 1]) => upTo(often).flatMap((time) => upTo(count).map((each) => first + far * time + each)));
const rowsOf = (text, count) => upTo(count).map((row) => [...text.subarray(row * text.length / count, (row + 1) * text.length / count)]);
for (const set of [task.train, task.heldOut].filter(Boolean)) for (const name of ["x", "y"]) set[name] = rowsOf(floats(set[name]), set.count);
const [inputs, targets] = task.train ? [task.train.x[0].length, task.train.y[0].length] : [0, 0];
task.parameters = floats(task.parameters);
for (const group of [...task.groups, task.file]) group.rows = counted(group.rows);
task.draw = task.draw.map(counted);
for (const column of task.columns) column.weights = column.weights.map(counted);
const has = { program: task.trains, columns: task.columns.length > 0, plane: task.picture === "plane", line: task.picture === "line",
  grid: task.picture !== "none", parts: task.picture === "none" || !task.columns.length,
  heldOut: task.heldOut !== null || Boolean(task.film && task.film.curve.heldOut.length) };

const classes = task.task === "classes" ? upTo(task.predictions)
  : task.task === "sign" ? (task.train.y.some(([y]) => y < 0) ? [-1, 1] : [0, 1]) : [];
const SHAPES = ["triangle", "circle", "square", "diamond", "plus", "star"];
const placeOf = (target) => Math.max(0, classes.indexOf(target)); // of a target among the classes
const emOf = () => parseFloat(getComputedStyle(document.documentElement).fontSize) / 16; // how much larger all is on a large screen
const meanOf = (array) => array.reduce((sum, x) => sum + x, 0) / array.length;
function spreadOf(array) {
  const mean = meanOf(array);
  return Math.sqrt(meanOf(array.map((x) => (x - mean) ** 2)));
}
const placeOfMost = (numbers) => numbers.indexOf(Math.max(...numbers));
