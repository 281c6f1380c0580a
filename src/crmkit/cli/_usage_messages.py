"""What click says of wrong usage, in the words of all its versions, and in Chinese."""

from __future__ import annotations

from typing import Final

from crmkit._names import Label

__all__ = ["USAGE_MESSAGES"]

USAGE_MESSAGES: Final = (
    Label("Missing option {name}.", "缺少选项 {name}。"),
    Label("Missing argument {name}.", "缺少参数 {name}。"),
    Label("No such option {name}. Did you mean {near}?", "没有选项 {name}。是否想用 {near}？"),
    Label("No such option {name}. (Did you mean one of: {near}?)", "没有选项 {name}。是否想用 {near} 之一？"),
    Label("No such option {name}.", "没有选项 {name}。"),
    Label("No such option: {name} Did you mean {near}?", "没有选项 {name}。是否想用 {near}？"),
    Label("No such option: {name} (Possible options: {near})", "没有选项 {name}。是否想用 {near} 之一？"),
    Label("No such option: {name}", "没有选项 {name}。"),
    Label("No such command {name}. Did you mean {near}?", "没有命令 {name}。是否想用 {near}？"),
    Label("No such command {name}. (Did you mean one of: {near}?)", "没有命令 {name}。是否想用 {near} 之一？"),
    Label("No such command {name}.", "没有命令 {name}。"),
    Label("Option {name} requires an argument.", "选项 {name} 需要一个值。"),
    Label("Option {name} does not take a value.", "选项 {name} 不带值。"),
    Label("Got unexpected extra argument ({extra})", "多余的参数：{extra}"),
    Label("Got unexpected extra arguments ({extra})", "多余的参数：{extra}"),
    Label("Invalid value for {name}: {problem}", "{name} 的值无效：{problem}"),
    Label("{value} is not one of {choices}.", "{value} 不在可选值 {choices} 之中。"),
    Label("File {file} is a directory.", "{file} 是文件夹。"),
    Label("File {file} is not readable.", "无法读取 {file}。"),
    Label("Path {file} is not readable.", "无法读取 {file}。"),
    Label("{value} is not a valid float.", "{value} 不是数字。"),
    Label(
        "must be a number above 0 and D, W, M or Y, such as 12M, got {value}.",
        "须为大于 0 的数字加 D、W、M 或 Y（日、周、月、年），如 12M，得到 {value}。",
    ),
    Label(
        "is 0: nothing would be earned, and every value would be 0. Give the share of the amounts that is profit, such "
        "as 0.3, or 1 for revenue.",
        "不能为 0：那样没有任何利润，所有价值都为 0。请给出利润占销售额的比例，如 0.3；按销售额计则用 1。",
    ),
    Label(
        "is the share of the amounts that is profit, above 0 and at most 1; got {value}. Did you mean {meant}?",
        "应为利润占销售额的比例，大于 0 且不超过 1，得到 {value}。是否想写 {meant}？",
    ),
    Label(
        "is the share of the amounts that is profit, above 0 and at most 1; got {value}.",
        "应为利润占销售额的比例，大于 0 且不超过 1，得到 {value}。",
    ),
    Label(
        "must be a rate per year of 0 or more, for example 0.1, got {value}.",
        "须为不小于 0 的年率，如 0.1，得到 {value}。",
    ),
    Label(
        "must be a rate per year below 5, for example 0.1 for 10%, got {value}. Did you mean {meant}?",
        "须为小于 5 的年率，如 10% 写作 0.1，得到 {value}。是否想写 {meant}？",
    ),
    Label(
        "must be a rate per year below 5, for example 0.1 for 10%, got {value}.",
        "须为小于 5 的年率，如 10% 写作 0.1，得到 {value}。",
    ),
    Label("must be a finite number, got {value}.", "须为有限的数，得到 {value}。"),
    Label(
        "must lie between 0 and 1, got {value}. Did you mean {meant}?",
        "须介于 0 与 1 之间，得到 {value}。是否想写 {meant}？",
    ),
    Label("must lie between 0 and 1, got {value}.", "须介于 0 与 1 之间，得到 {value}。"),
    Label("must name a file, got {value}.", "须为文件名，得到 {value}。"),
    Label('must be one character, or "tab", got {value}.', '须为单个字符或 "tab"，得到 {value}。'),
)
"""The first that fits counts; names in braces stand for values."""
