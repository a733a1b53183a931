"""Clicks on the boxes of a page, as scripts for it: a drawing's, or a player's."""

OPENS = ".node[role=button]:visible"
"""The boxes that open."""

INNERMOST = """() => {
  const last = current.boxes.filter((box) => box.opens !== null).pop();
  last?.group.dispatchEvent(new MouseEvent("click"));
  return Boolean(last);
}"""
"""Click on the last box that opens on the level that was opened last; whether there is one."""

ANY = """(share) => {
  const all = [...document.querySelectorAll("#stage [role=button]")].filter((one) => one.checkVisibility());
  all[Math.floor(share * all.length)]?.dispatchEvent(new MouseEvent("click"));
}"""
"""Click on one of the boxes that open and of the bars that close, the one at this share of them."""
