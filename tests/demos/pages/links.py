"""The links of pages in a folder, followed without a network."""

import re
from html.parser import HTMLParser
from urllib.parse import unquote, urlsplit


class Page(HTMLParser):
    """What a page refers to, the places in it that can be referred to, and its prose."""

    def __init__(self, path):
        super().__init__()
        self.targets, self.places, self.words = [], {""}, []
        self._inside = []
        self.feed(path.read_text("utf-8"))

    def handle_starttag(self, tag, attributes):
        given = dict(attributes)
        self.places |= {given[name] for name in ("id", "name") if given.get(name)}
        self.targets += [given[name] for name in ("href", "src", "srcset") if given.get(name)]
        self._inside.append(tag)

    def handle_endtag(self, tag):
        while self._inside and self._inside.pop() != tag:
            pass

    def handle_data(self, data):
        if not {"script", "style", "pre", "code"} & set(self._inside):
            self.words.append(data)

    def unset(self):
        """The lines of prose in which a dollar, backslash, backtick or pair of stars is left."""
        return re.findall(r".*(?:[$\\`]|\*\*).*", "".join(self.words))


def broken(folder):
    """The links of all pages in a folder that lead nowhere, or into a network."""
    pages = {path.resolve(): Page(path) for path in folder.rglob("*.html")}
    found = []
    for path, page in pages.items():
        for target in page.targets:
            address = urlsplit(target)
            if address.scheme == "data":
                continue
            goal = (path.parent / unquote(address.path)).resolve() if address.path else path
            places = pages[goal].places if goal in pages else {""}
            if address.scheme or not goal.is_file() or unquote(address.fragment) not in places:
                found.append(f"{path.relative_to(folder.resolve())}: {target}")
    return found
