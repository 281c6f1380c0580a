"""Cards with a picture, and the pictures of a page as a grid of thumbnails."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from docutils import nodes
from docutils.parsers.rst import directives
from pictures import FOLDER
from sphinx.util.docutils import SphinxDirective

if TYPE_CHECKING:
    from sphinx.application import Sphinx


class Card(SphinxDirective):
    """A picture, drawn in the language of the page, above what the card says; its first link covers the card."""

    required_arguments = 1
    option_spec: ClassVar = {"alt": directives.unchanged_required}
    has_content = True

    def run(self) -> list[nodes.Node]:
        """Put the picture above the text."""
        language = "zh" if self.env.docname.endswith(".zh") else "en"
        card = nodes.container(classes=["tile"])
        card += nodes.image(uri=f"/{FOLDER}/{self.arguments[0]}.{language}.svg", alt=self.options["alt"])
        card += self.parse_content_to_nodes()
        return [card]


class Thumbnails(SphinxDirective):
    """The place of the thumbnails."""

    def run(self) -> list[nodes.Node]:
        """Leave a mark; the pictures are known once the page is read."""
        return [nodes.container(classes=["thumbnails"])]


def _fill(_app: Sphinx, doctree: nodes.document) -> None:
    """Show the first picture of each section, which leads to the section."""
    for grid in doctree.findall(_is_grid):
        for section in doctree.findall(nodes.section):
            pictures = [] if section.parent is doctree else list(section.findall(nodes.image))
            if pictures:
                grid += _thumbnail(section, pictures[0])
        if not grid.children:
            raise ValueError(f"{doctree['source']} has no pictures to show as thumbnails.")


def _is_grid(node: nodes.Node) -> bool:
    return isinstance(node, nodes.container) and "thumbnails" in node["classes"]


def _thumbnail(section: nodes.section, picture: nodes.image) -> nodes.container:
    title: Any = section.next_node(nodes.title)
    link = nodes.reference(refid=section["ids"][0], internal=True)
    # The title beside it says what the picture shows.
    link += nodes.image(uri=picture["uri"], alt="")
    link += nodes.inline(text=title.astext())
    return nodes.container("", nodes.paragraph("", "", link), classes=["tile"])


def setup(app: Sphinx) -> dict[str, bool]:
    """Add the two directives."""
    app.add_directive("card", Card)
    app.add_directive("thumbnails", Thumbnails)
    # Before Sphinx collects the pictures of the page.
    app.connect("doctree-read", _fill, priority=100)
    return {"parallel_read_safe": True}
