"""Fitted segmenters in files of JSON."""

from __future__ import annotations

import json
from importlib import import_module
from pathlib import Path
from typing import Any, Final

from crmkit._messages import Message
from crmkit.cli.language import FileError

__all__ = ["read_model", "write_beside"]

# Where each class is, for only these are read.
_HOMES: Final = {
    "AccountSegmenter": "crmkit.segment",
    "BaseConsolidationSegmenter": "crmkit.segment.criteria",
    "ClusterSegmenter": "crmkit.segment.groups",
    "MixedClusterSegmenter": "crmkit.segment.groups",
    "RFMSegmenter": "crmkit.segment",
    "RelationSegmenter": "crmkit.segment.relations",
    "RoleSegmenter": "crmkit.segment",
    "Scorecard": "crmkit.segment.criteria",
    "TierSegmenter": "crmkit.segment",
    "ValueSegmenter": "crmkit.segment",
}
_UNREAD: Final = Message(en="--model {file} cannot be read: {error}", zh="无法读取 --model {file}：{error}")
_NO_MODEL: Final = Message(
    en="--model {file} does not hold what crmkit segment --save wrote.",
    zh="--model {file} 的内容不是由 crmkit segment --save 写出的。",
)


def read_model(path: Path) -> Any:
    """Read a fitted segmenter."""
    from crmkit.cli.reading import check_file

    check_file(path, is_orders=False)
    try:
        text = path.read_text("utf-8")
        home = _HOMES[json.loads(text)["class"]]
        return getattr(import_module(home), json.loads(text)["class"]).from_json(text)
    except OSError as error:
        raise FileError(_UNREAD(file=path, error=error)) from error
    except (ValueError, LookupError, TypeError, RecursionError) as error:
        raise FileError(_NO_MODEL(file=path)) from error


def write_beside(segmenter: Any, save: Path | None, query: Path | None) -> None:
    """Write the segmenter, and its query."""
    from crmkit._writing import write_text
    from crmkit.cli.writing import writing

    if save is not None:
        with writing(save):
            write_text(segmenter.to_json(), save)
    if query is not None:
        with writing(query):
            write_text(f"{segmenter.to_sql()};\n", query)
