"""How Sphinx builds the documentation site: ``make docs``."""

from __future__ import annotations

import os
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from crmkit import __version__

if TYPE_CHECKING:
    from sphinx.application import Sphinx

project = "crmkit"
author = "The crmkit developers"
project_copyright = author
version = release = __version__

sys.path.insert(0, str(Path(__file__).with_name("_ext")))
extensions = [
    "cards",
    "kpi_catalogue",
    "mathml",
    "myst_nb",
    "numpydoc",
    "pictures",
    "sphinx.ext.autodoc",
    "sphinx.ext.autosummary",
]
exclude_patterns = ["_build", "_ext"]
templates_path = ["_templates"]
nitpicky = True

# Pages in Markdown; `pycon` and `console` blocks are coloured by Pygments.
myst_enable_extensions = ["colon_fence"]
myst_heading_anchors = 3
highlight_language = "text"

# Pages with code cells are run, and a cell that fails, warns or writes to standard error fails the build.
nb_execution_mode = "force"
nb_execution_raise_on_error = True
nb_execution_timeout = 300
nb_output_stderr = "warn"
os.environ["MATPLOTLIBRC"] = str(Path(__file__).with_name("matplotlibrc"))
# Kernels take no settings from the home of whoever builds, and do not warn that they talk over the local network.
_PROFILE = Path(__file__).parent / "_build" / "ipython" / "profile_default"
_PROFILE.mkdir(parents=True, exist_ok=True)
# Drawings are SVG whose text stays text: fonts of the reader show Chinese, and the build needs none.
_SETTINGS = 'c = get_config()\nc.IPKernelApp.log_level = "ERROR"\nc.InlineBackend.figure_formats = {"svg"}\n'
(_PROFILE / "ipython_kernel_config.py").write_text(_SETTINGS, encoding="utf-8")
# Matplotlib still measures the text, and would warn of glyphs that its own font lacks.
os.environ["PYTHONWARNINGS"] = "ignore:Glyph"
os.environ["IPYTHONDIR"] = str(_PROFILE.parent)

# The tutorial on Online Retail needs a file that is not ours; without it its code is shown and not run.
ONLINE_RETAIL = "CRMKIT_ONLINE_RETAIL"
if os.environ.get(ONLINE_RETAIL):
    if not Path(os.environ[ONLINE_RETAIL]).is_file():
        raise FileNotFoundError(f"{ONLINE_RETAIL} names no file.")
    os.environ[ONLINE_RETAIL] = str(Path(os.environ[ONLINE_RETAIL]).resolve())
else:
    nb_execution_excludepatterns = ["tutorials/online_retail.md"]

# The reference comes from the docstrings, and from `__all__` what is public.
autosummary_ignore_module_all = False
autosummary_imported_members = True
autodoc_typehints = "none"
numpydoc_show_class_members = False
default_role = "py:obj"
# Names of other projects are not looked up: the build needs no network.
nitpick_ignore_regex = [("py:.*", r"(datetime|matplotlib|numpy|pandas|sklearn)\..*")]

html_math_renderer = "mathml"
html_theme = "pydata_sphinx_theme"
html_title = "crmkit"
html_static_path = ["_static"]
html_css_files = ["site.css"]
html_show_sourcelink = False
html_copy_source = False
html_show_copyright = False
html_sidebars = {page: [] for page in ("index", "index.zh", "quickstart", "plots")}
html_theme_options = {
    "logo": {"text": "crmkit"},
    "header_links_before_dropdown": 8,
    "navigation_with_keys": False,
    "pygments_light_style": "a11y-high-contrast-light",
    "pygments_dark_style": "a11y-high-contrast-dark",
    "footer_start": ["sphinx-version"],
    "footer_end": ["theme-version"],
}


def _chinese(_app: Sphinx, page: str, _template: str, context: dict[str, Any], _doctree: Any) -> None:
    """Tell browsers which pages are in Chinese, for fonts, hyphenation and screen readers."""
    if page.endswith(".zh"):
        context["language"] = "zh-CN"


def _no_empty_last_line(_app: Sphinx, _page: str, source: list[str]) -> None:
    """Show code without the empty line that ends the expected output of an example."""
    source[0] = re.sub(r"\n\n```$", "\n```", source[0], flags=re.MULTILINE)


def _not_ours(_app: Sphinx, _what: str, _name: str, obj: Any, _skip: bool, _options: Any) -> bool | None:
    """Leave out what scikit-learn's base classes bring."""
    return True if str(getattr(obj, "__module__", "")).startswith("sklearn.") else None


def setup(app: Sphinx) -> None:
    """Connect what is ours."""
    if os.environ.get(ONLINE_RETAIL):
        app.tags.add("online_retail")
    app.connect("source-read", _no_empty_last_line)
    app.connect("autodoc-skip-member", _not_ours)
    app.connect("html-page-context", _chinese)
