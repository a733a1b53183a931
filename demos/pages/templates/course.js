"use strict";

// Presenting: large type, and keys that step from heading to heading.
(() => {
  const page = document.documentElement;
  const stops = [...document.querySelectorAll("h1, main h2, main h3")].filter((heading) => !heading.closest("details"));
  const button = document.getElementById("present");
  const hint = document.createElement("p");
  hint.id = "hint";
  hint.setAttribute("role", "status");

  const top = (element) => element.getBoundingClientRect().top;
  const presenting = () => page.classList.contains("presenting");

  function current() {
    const passed = stops.filter((stop) => top(stop) < 60);
    return Math.max(passed.length - 1, 0);
  }

  function go(place) {
    const stop = stops[Math.min(Math.max(place, 0), stops.length - 1)];
    stop.scrollIntoView({ block: "start" });
    tell();
  }

  function tell() {
    const away = document.activeElement?.tagName === "IFRAME";
    const place = `${current() + 1} of ${stops.length}`;
    const keys = "← → headings · Page Down: a screen on · Escape leaves";
    hint.textContent = `${place} · ${away ? "the keys go to what was clicked: click beside it to go on" : keys}`;
  }

  function present(on) {
    const place = current();
    page.classList.toggle("presenting", on);
    if (on) document.body.append(hint);
    else hint.remove();
    go(place);
  }

  // A screen on, or to the next heading where that comes first.
  function onward() {
    const next = stops[current() + 1];
    if (next && top(next) < innerHeight) go(current() + 1);
    else scrollBy(0, innerHeight * 0.85);
    tell();
  }

  function back() {
    const place = current();
    if (top(stops[place]) < -innerHeight * 0.85) scrollBy(0, -innerHeight * 0.85);
    else go(top(stops[place]) < -60 ? place : place - 1);
    tell();
  }

  const steps = {
    ArrowRight: () => go(current() + 1),
    ArrowLeft: () => go(current() - 1),
    PageDown: onward,
    PageUp: back,
    Home: () => go(0),
    End: () => go(stops.length - 1),
    Escape: () => present(false),
  };

  addEventListener("keydown", (event) => {
    if (event.target.closest("input") || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "p" && button) present(!presenting());
    else if (presenting() && event.key in steps) steps[event.key]();
    else return;
    event.preventDefault();
  });
  addEventListener("blur", () => setTimeout(tell)); // into a frame
  addEventListener("focus", tell);
  addEventListener("scroll", () => presenting() && tell(), { passive: true });
  button?.addEventListener("click", () => {
    button.blur();
    present(true);
  });
})();

// On paper nothing can be opened: all is.
(() => {
  let opened = [];
  addEventListener("beforeprint", () => {
    opened = [...document.querySelectorAll("details:not([open])")];
    for (const part of opened) part.open = true;
    for (const image of document.images) image.loading = "eager";
  });
  addEventListener("afterprint", () => {
    for (const part of opened) part.open = false;
  });
})();
