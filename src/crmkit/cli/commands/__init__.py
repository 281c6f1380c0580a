"""The commands, one file each: it parses, calls and prints."""
