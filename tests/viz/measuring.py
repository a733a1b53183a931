"""What can be read of a page, measured in the browser: the contrast and the height of every text in sight."""

from typing import NamedTuple


class Text(NamedTuple):
    """A text that is in sight: its contrast with what is painted below it, and its height in pixels."""

    words: str
    contrast: float
    height: float


TEXTS = """() => {
  const channels = (color) => color.match(/[\\d.]+/g).map(Number);
  const luminance = (color) => channels(color).slice(0, 3)
    .map((part) => part / 255).map((part) => part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4)
    .reduce((sum, part, at) => sum + part * [0.2126, 0.7152, 0.0722][at], 0);
  const ratio = (a, b) => (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
  const paint = (element) => {
    const style = getComputedStyle(element);
    const ground = style.backgroundColor;
    if (!(element instanceof SVGElement)) return channels(ground)[3] === 0 ? null : ground;
    const isShape = element.matches("path, polygon, polyline, rect, ellipse");
    return isShape && style.fill !== "none" && Number(style.fillOpacity) ? style.fill : null;
  };
  const opacity = (element) =>
    element ? Number(getComputedStyle(element).opacity) * opacity(element.parentElement) : 1;
  const mixed = (a, b, share) => {
    const [over, under] = [channels(a), channels(b)];
    return `rgb(${[0, 1, 2].map((at) => share * over[at] + (1 - share) * under[at])})`;
  };
  const found = [];
  for (const element of document.querySelectorAll("body *")) {
    const own = [...element.childNodes].filter((node) => node.nodeType === 3);
    const words = own.map((node) => node.data).join(" ").trim();
    if (!words || !element.checkVisibility()) continue;
    if (element.matches("script, style, noscript, title, desc")) continue;
    const box = element.getBoundingClientRect(), x = box.x + box.width / 2, y = box.y + box.height / 2;
    if (!box.width || x < 0 || y < 0 || x >= innerWidth || y >= innerHeight) continue;
    const pile = document.elementsFromPoint(x, y);
    const isInFrame = (each) => element.contains(each) || (each !== document.body && each.contains(element));
    if (!pile.some((each) => !each.matches("html, body, main, svg, section") && isInFrame(each))) continue;
    const below = pile.map(paint).find(Boolean) || getComputedStyle(document.body).backgroundColor;
    const style = getComputedStyle(element), isSvg = element instanceof SVGElement;
    const ink = mixed(isSvg ? style.fill : style.color, below, opacity(element));
    const scale = isSvg ? element.getScreenCTM().d : 1;
    found.push([words, ratio(luminance(ink), luminance(below)), parseFloat(style.fontSize) * scale]);
  }
  return found;
}"""


def texts(tab):
    """Every text in sight of a tab. Transitions count where they are: ask for reduced motion."""
    return [Text(*found) for found in tab.evaluate(TEXTS)]


def faint(tab, least=4.5):
    """The texts in sight that stand out from their ground by less than `least`."""
    return [text for text in texts(tab) if text.contrast < least]


def tiny(tab, least=11.0):
    """The texts in sight that are less high than `least` pixels."""
    return [text for text in texts(tab) if text.height < least - 0.01]


OVERLAPS = """() => {
  const boxes = [...document.querySelectorAll(".node, .frame > .bar")]
    .filter((box) => box.checkVisibility() && box.getAttribute("display") !== "none")
    .map((box) => ({ words: box.querySelector("text").textContent, place: box.getBoundingClientRect() }))
    .filter(({ place }) => place.width)
    .sort((a, b) => a.place.left - b.place.left);
  return boxes.flatMap(({ words, place }, at) => {
    const found = [], { right, top, bottom } = place;
    for (const other of boxes.slice(at + 1)) {
      if (other.place.left >= right - 1) break;
      if (top < other.place.bottom - 1 && other.place.top < bottom - 1) found.push([words, other.words]);
    }
    return found;
  });
}"""


def overlaps(tab):
    """The pairs of boxes that overlap, by their words; the bars of frames are boxes, too."""
    return tab.evaluate(OVERLAPS)
