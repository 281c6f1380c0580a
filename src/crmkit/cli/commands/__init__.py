"""The commands, one file each: it parses, calls and prints.

A file imports at its top what reading the options and showing the help need; a function imports what it works with, so
that neither pandas nor a model is loaded before a command runs.
"""
