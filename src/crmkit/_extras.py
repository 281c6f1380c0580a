"""Packages that only some functions need: where one is missing, the extra that brings it is named."""

from __future__ import annotations

from importlib import import_module
from typing import Final, Literal

from crmkit._messages import Message

__all__ = ["check_extra"]

_MISSING: Final = Message(
    en="This needs {package}, which is not installed. Install it with: pip install 'crmkit[{extra}]'",
    zh="此功能需要 {package}，尚未安装。请安装：pip install 'crmkit[{extra}]'",
)


def check_extra(extra: Literal["churn", "classes", "plot", "report", "survival", "yaml"], package: str) -> None:
    """Raise unless a package of an extra is installed."""
    try:
        import_module(package)
    except ModuleNotFoundError as error:
        if error.name != package:
            raise
        raise ModuleNotFoundError(_MISSING(package=package, extra=extra), name=package) from error
