"""An HTML page taken apart, its tags checked on the way."""

import re
from html.parser import HTMLParser

# Elements of HTML that have no end tag.
_VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}


class Page(HTMLParser):
    """Elements in order, each with its attributes and the text in it; tags that do not match raise."""

    def __init__(self, text):
        super().__init__(convert_charrefs=True)
        self.elements = []
        self._open = []
        self.feed(text)
        self.close()
        if self._open:
            raise AssertionError(f"never closed: {[element['tag'] for element in self._open]}")

    def handle_starttag(self, tag, attrs):
        element = {"tag": tag, "text": "", **dict(attrs)}
        self.elements.append(element)
        if tag not in _VOID:
            self._open.append(element)

    def handle_startendtag(self, tag, attrs):
        self.elements.append({"tag": tag, "text": "", **dict(attrs)})

    def handle_endtag(self, tag):
        closed = self._open.pop()["tag"] if self._open else None
        if closed != tag:
            raise AssertionError(f"line {self.getpos()[0]}: </{tag}> closes <{closed}>")

    def handle_data(self, data):
        for element in self._open:
            element["text"] += data

    def texts(self, *tags):
        """The text of each element of these tags."""
        return [element["text"].strip() for element in self.elements if element["tag"] in tags]

    def ids(self, tag):
        return [element.get("id") for element in self.elements if element["tag"] == tag]


def section(page, name):
    """The source of one section."""
    return re.search(rf'<section id="{name}">.*?</section>', page, flags=re.DOTALL).group()


def table(page, name, *, position=0):
    """The rows of a table in a section, header first, as the texts of their cells."""
    source = re.findall(r"<table.*?</table>", section(page, name), flags=re.DOTALL)[position]
    lines = re.findall(r"<tr.*?</tr>", source, flags=re.DOTALL)
    return [Page(line).texts("th", "td") for line in lines]
