// The camera: which part of the picture is seen, and how large. The wheel and the mouse move it.

const SMALLEST = 11 / 13, LARGEST = 1.6; // the scale at which the smallest text has 11 pixels; and the largest one
const $ = (id) => document.getElementById(id);
const stage = $("stage"), svg = stage.querySelector("svg"), still = matchMedia("(prefers-reduced-motion: reduce)");

const camera = { x: 0, y: 0, scale: 1 };
let gliding = 0, goal = null, sought = null, isDragged = false; // where it glides to; what was looked at and not left since

function aim({ x, y, scale }) {
  Object.assign(camera, { x, y, scale });
  const { width, height } = stage.getBoundingClientRect();
  svg.setAttribute("viewBox", [x, y, width / scale, height / scale].join(" "));
}

function look(where, glide) { // all of it if its text can be read then, else its beginning
  const room = [stage.clientWidth - 24, stage.clientHeight - 16];
  const scale = Math.max(SMALLEST, Math.min(LARGEST, room[0] / where.width, room[1] / where.height));
  const start = (from, size, room) => (size * scale <= room ? from - (room / scale - size) / 2 : from);
  const to = { scale, x: start(where.x, where.width, room[0]) - 12 / scale, y: start(where.y, where.height, room[1]) - 8 / scale };
  move(to, glide);
  sought = where;
}

function move(to, glide = true) {
  settle();
  sought = null;
  if (!glide || still.matches) return aim(to);
  const from = { ...camera }, began = performance.now();
  goal = to;
  const step = (now) => {
    const t = Math.min(1, (now - began) / 250), done = t * t * (3 - 2 * t);
    aim({ x: from.x + done * (to.x - from.x), y: from.y + done * (to.y - from.y), scale: from.scale + done * (to.scale - from.scale) });
    if (t < 1) gliding = requestAnimationFrame(step); else goal = null;
  };
  step(began);
}

function settle() { // be where it glides to
  cancelAnimationFrame(gliding);
  if (goal) aim(goal);
  goal = null;
}

function resized() {
  settle();
  if (sought) look(sought, false); else aim(camera);
}

function zoom(by, x = stage.clientWidth / 2, y = stage.clientHeight / 2) {
  settle();
  const scale = Math.max(0.05, Math.min(8, camera.scale * by));
  move({ scale, x: camera.x + x / camera.scale - x / scale, y: camera.y + y / camera.scale - y / scale }, false);
}

function pan(x, y, glide = false) { // by so many pixels
  settle();
  move({ ...camera, x: camera.x + x / camera.scale, y: camera.y + y / camera.scale }, glide);
}

stage.addEventListener("wheel", (event) => {
  event.preventDefault();
  const { left, top } = stage.getBoundingClientRect();
  if (event.ctrlKey || event.metaKey) zoom(Math.exp(-event.deltaY / 300), event.clientX - left, event.clientY - top);
  else pan(event.deltaX, event.deltaY);
}, { passive: false });
stage.addEventListener("pointerdown", (down) => {
  isDragged = false;
  let [x, y] = [down.clientX, down.clientY];
  const move = (event) => {
    if (!isDragged && Math.hypot(event.clientX - x, event.clientY - y) < 5) return;
    isDragged = true;
    stage.classList.add("dragged");
    pan(x - event.clientX, y - event.clientY);
    [x, y] = [event.clientX, event.clientY];
  };
  const up = () => { stage.classList.remove("dragged"); removeEventListener("pointermove", move); };
  addEventListener("pointermove", move);
  addEventListener("pointerup", up, { once: true });
});
