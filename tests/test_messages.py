"""Errors carry a template and its values: English as a string, and told in a language and the words of a place."""

import pickle

import numpy as np
import pytest

from crmkit._checks import check_int
from crmkit._messages import Call, Column, Joined, Message, Parameter, Setting, Words

ALL = Message(
    en="{where} holds {n:,} of {value!r}; pass {@invalid='drop'}, leave {@date_format} out or ask {@audit_orders()}.",
    zh="{where}有 {n:,} 个 {value!r}；请用 {@invalid='drop'}，去掉 {@date_format}，或用 {@audit_orders()}。",
)


class Spoken(Words):
    """The words of another place."""

    def parameter(self, name, language):
        return f"--{name.replace('_', '-')}" if language == "en" else f"选项 {name}"

    def setting(self, name, value, language):  # noqa: ARG002
        return f"--{name} {value}"

    def column(self, table, column, language):  # noqa: ARG002
        return f"列 {column}" if language == "zh" else f"the column {column}"

    def call(self, name, language):  # noqa: ARG002
        return f"crmkit {name.partition('_')[0]}"


# By hand


def test_as_a_string_it_is_english_in_the_words_of_python():
    said = ALL(where=Column("orders", "day"), n=1234, value="x{y}")
    assert said == (
        "`orders['day']` holds 1,234 of 'x{y}'; pass invalid='drop', leave `date_format` out or ask audit_orders."
    )
    assert str(ValueError(said)) == said


def test_another_place_says_it_in_its_own_words_and_language():
    said = ALL(where=Column("orders", "day"), n=1234, value="x{y}")
    assert said.told("en", Spoken()) == (
        "the column day holds 1,234 of 'x{y}'; pass --invalid 'drop', leave --date-format out or ask crmkit audit."
    )
    assert said.told("zh", Spoken()) == (
        "列 day有 1,234 个 'x{y}'；请用 --invalid 'drop'，去掉 选项 date_format，或用 crmkit audit。"
    )


def test_messages_parameters_and_lists_stand_in_messages():
    part = Message(en="{name} is {setting}", zh="{name} 为 {setting}")
    whole = Message(en="Wrong: {parts}.", zh="有误：{parts}。")
    parts = [part(name=Parameter("as_of"), setting=Setting("returns", "net")), "rest"]
    assert part(name=Call("audit_orders"), setting=1).told("en", Spoken()) == "crmkit audit is 1"
    said = whole(parts=Joined(parts))
    assert said == "Wrong: `as_of` is returns='net'; rest."
    assert said.told("zh", Spoken()) == "有误：选项 as_of 为 --returns 'net'；rest。"


@pytest.mark.parametrize(("n", "en"), [(0, "0 rows are"), (1, "1 row is"), (1234, "1,234 rows are")])
def test_words_go_with_numbers(n, en):
    said = Message(en="{n:,} {n:row is|rows are} left.", zh="剩下 {n:,} 行。")(n=n)
    assert said == f"{en} left."
    assert said.told("zh", Spoken()) == f"剩下 {n:,} 行。"


def test_checks_raise_messages():
    with pytest.raises(TypeError, match=r"^`n_bins` must be a whole number, got 'x'\.$") as raised:
        check_int("x", name="n_bins", low=1)
    assert raised.value.args[0].told("zh", Words()) == "`n_bins` 须为整数，得到 'x'。"


# Law


def test_errors_travel_between_processes():
    error = pickle.loads(pickle.dumps(ValueError(ALL(where="x", n=1, value=2))))  # noqa: S301
    assert error.args[0].told("zh", Spoken()) == ALL(where="x", n=1, value=2).told("zh", Spoken())


# Refusal


def test_a_place_without_a_value_is_an_error():
    with pytest.raises(KeyError, match="value"):
        ALL(where="x", n=1)


def test_numbers_of_numpy_are_shown_as_numbers():
    said = Message(en="{value!r} {values!r}", zh="{value!r} {values!r}")(
        value=np.int64(7), values=[np.float64(0.5), np.True_]
    )
    assert said == "7 [0.5, True]"
