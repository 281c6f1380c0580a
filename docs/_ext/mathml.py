"""Formulas as MathML, which browsers show by themselves: the site loads nothing from elsewhere."""

from __future__ import annotations

import re
from html import escape
from typing import TYPE_CHECKING, Any, Final

from docutils.nodes import Element, SkipNode
from docutils.utils.math import MathError
from docutils.utils.math.latex2mathml import tex2mathml
from sphinx.util import logging

if TYPE_CHECKING:
    from sphinx.application import Sphinx

# What Docutils does not know of LaTeX, in words that it knows.
_IN_OTHER_WORDS: Final = {r"\\dots\b": r"\\ldots", r"\\[bB]igg?(?![a-zA-Z])": "", r"\\_": "_"}


def _mathml(node: Element, *, as_block: bool) -> str:
    formula = node.astext()
    for theirs, ours in _IN_OTHER_WORDS.items():
        formula = re.sub(theirs, ours, formula)
    try:
        return tex2mathml(formula, as_block=as_block)
    except MathError as problem:
        logging.getLogger(__name__).warning("formula: %s", problem, location=node)
        return f"<code>{escape(formula)}</code>"


def _inline(translator: Any, node: Element) -> None:
    translator.body.append(_mathml(node, as_block=False))
    raise SkipNode


def _block(translator: Any, node: Element) -> None:
    # What does not fit scrolls; without a tab stop it could not be reached by keyboard.
    translator.body.append(f'<div class="formula" tabindex="0">{_mathml(node, as_block=True)}</div>')
    raise SkipNode


def setup(app: Sphinx) -> dict[str, Any]:
    """Offer the renderer that ``html_math_renderer`` names."""
    app.add_html_math_renderer("mathml", (_inline, None), (_block, None))
    return {"parallel_read_safe": True, "parallel_write_safe": True}
