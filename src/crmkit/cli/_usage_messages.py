"""What click says of wrong usage, in the words of all its versions, and in Chinese."""

from __future__ import annotations

from typing import Final

from crmkit.labels import Label

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
    Label('must be one character, or "tab", got {value}.', '须为单个字符或 "tab"，得到 {value}。'),
)
"""The first that fits counts; names in braces stand for values."""
