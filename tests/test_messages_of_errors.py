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


def is_in_both_languages(english, chinese):
    """Say whether a message is written in English and in Chinese, with the same values."""
    if not (english and chinese and places(chinese) <= places(english)):
        return False
    # Words such as "on" have no counterpart.
    return bool(re.search(r"[\u4e00-\u9fff]", own_words(chinese)) or not re.search(r"[A-Za-z]{3}", own_words(english)))


def names_a_parameter(english, chinese):
    """Say whether a message names a parameter where the command line has an option for it."""
    names = "|".join(sorted({option.partition("=")[0] for option in OPTIONS}))
    named = re.compile(rf"`(?:{names})`|(?<![\w-])(?:{names})=")
    return "`" in chinese or any(named.search(shown(text, to)) for text, to in ((english, "en"), (chinese, "zh")))


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


@pytest.mark.parametrize(
    ("english", "chinese", "holds"),
    [
        ("`x` is {value}", "x 为 {value}", True),
        ("on", "", False),
        (None, "甲", False),
        ("wrong", "wrong", False),
        ("{a}: {b}", "{b}", True),
        ("wrong {a}", "错 {b}", False),
    ],
)
def test_a_message_in_one_language_is_found(english, chinese, holds):
    assert is_in_both_languages(english, chinese) is holds


@pytest.mark.parametrize(
    ("english", "chinese", "names"),
    [
        ("as_of={value}", "甲", True),
        ("wrong", "as_of=1", True),
        ("wrong", "`甲`", True),
        ("wrong {value}", "甲 {value}", False),
    ],
)
def test_a_parameter_in_a_message_is_found(english, chinese, names):
    assert names_a_parameter(english, chinese) is names


# Law: the sources.


def test_messages_and_errors_hold_the_rules():
    offenders, count = [], 0
    for path, tree in sources():
        offenders += [f"{path}:{line} raises a text" for line in texts_raised(tree)]
        for line, english, chinese in messages(tree):
            count += 1
            if not is_in_both_languages(english, chinese):
                offenders.append(f"{path}:{line} is not in both languages")
            elif names_a_parameter(english, chinese):
                offenders.append(f"{path}:{line} does not speak of options as the command line does")
    assert offenders == []
    assert count > 500
