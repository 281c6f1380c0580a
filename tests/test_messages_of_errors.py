"""Every error says what it says by a message in both languages, and the command line can say each in its own words."""

import ast
import re
from pathlib import Path
from string import Formatter

import pytest
from click import Context

from crmkit._messages import Message
from crmkit.cli._main import main
from crmkit.cli.language._said import _options
from crmkit.cli.language._words import CommandWords, smoothed

SRC = Path(__file__).parents[1] / "src" / "crmkit"
ERRORS = {
    "ValueError",
    "TypeError",
    "SchemaError",
    "ConvergenceError",
    "NotFittedError",
    "ModuleNotFoundError",
    "FileError",
    "OptionError",
    "UnfitError",
    "ClickException",
    "UsageError",
    "BadParameter",
}


def options_of_all_commands():
    """The options by parameter, flags by parameter and value, as the running command has its own."""
    found = {}
    group = Context(main)
    for name in main.list_commands(group):
        with Context(main.get_command(group, name)):
            found |= _options()
    return found


OPTIONS = options_of_all_commands()


def sources():
    """Every file of crmkit with its tree."""
    for path in sorted(SRC.rglob("*.py")):
        yield path.relative_to(SRC), ast.parse(path.read_text(encoding="utf-8"))


def name_of(node):
    return getattr(node, "id", getattr(node, "attr", None))


def messages(tree):
    """The messages that are written in a file: its line, English and Chinese."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and name_of(node.func) == "Message":
            texts = {keyword.arg: keyword.value for keyword in node.keywords}
            yield node.lineno, *(getattr(texts.get(language), "value", None) for language in ("en", "zh"))


def texts_raised(tree):
    """The lines in which errors are raised with a text, or with nothing, where a message belongs."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.Raise) or name_of(getattr(node.exc, "func", node.exc)) not in ERRORS:
            continue
        given = node.exc.args[0] if isinstance(node.exc, ast.Call) and node.exc.args else None
        is_text = isinstance(given, (ast.Constant, ast.JoinedStr, ast.BinOp, type(None)))
        if is_text or name_of(getattr(given, "func", None)) in {"str", "format", "join"}:
            yield node.lineno


def places(template):
    """The values that a template shows."""
    return {name for _, name, _, _ in Formatter().parse(template) if name and not name.startswith("@")}


def own_words(template):
    """What a template says itself."""
    return "".join(text for text, _, _, _ in Formatter().parse(template))


class Anything:
    """A value that can be shown in every way."""

    def __format__(self, spec):
        return "X"

    def __repr__(self):
        return "X"


def shown(template, language):
    """A message as the command line says it, with X for every value."""
    said = Message(en=template, zh=template)(**dict.fromkeys(places(template), Anything()))
    return smoothed(said.told(language, CommandWords(OPTIONS)), language)


MESSAGES = [pytest.param(en, zh, id=f"{path}:{line}") for path, tree in sources() for line, en, zh in messages(tree)]


# By hand: the readers of sources see what they should.


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("raise ValueError('x')", 1),
        ("raise ValueError(f'{x}')", 1),
        ("raise TypeError('x' + y)", 1),
        ("raise SchemaError('{}'.format(x))", 1),
        ("raise click.UsageError(str(x))", 1),
        ("raise ValueError", 1),
        ("raise ValueError()", 1),
        ("raise ValueError(_WRONG(value=x)) from error", 0),
        ("raise ValueError(wrong)", 0),
        ("raise KeyError('x')", 0),
        ("raise", 0),
    ],
)
def test_texts_that_are_raised_are_found(source, found):
    assert len(list(texts_raised(ast.parse(source)))) == found


def test_messages_are_found():
    tree = ast.parse("A = Message(en='a' 'b', zh='甲')\nB = Message(en=x, zh='乙')")
    assert list(messages(tree)) == [(1, "ab", "甲"), (2, None, "乙")]


# Law: the sources.


@pytest.mark.parametrize(("english", "chinese"), MESSAGES)
def test_a_message_is_written_in_both_languages(english, chinese):
    assert english
    assert chinese
    # Words such as "on" have no counterpart.
    assert re.search(r"[\u4e00-\u9fff]", own_words(chinese)) or not re.search(r"[A-Za-z]{3}", own_words(english))
    assert places(chinese) <= places(english)


@pytest.mark.parametrize(("english", "chinese"), MESSAGES)
def test_a_message_speaks_of_options_as_the_command_line_does(english, chinese):
    names = "|".join(sorted({option.partition("=")[0] for option in OPTIONS}))
    for template, language in ((english, "en"), (chinese, "zh")):
        assert not re.search(rf"`(?:{names})`|(?<![\w-])(?:{names})=", shown(template, language))
    assert "`" not in chinese


@pytest.mark.parametrize("tree", [pytest.param(tree, id=str(path)) for path, tree in sources()])
def test_errors_are_raised_with_messages(tree):
    assert list(texts_raised(tree)) == []
