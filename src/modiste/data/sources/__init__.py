"""Kinds of files that a shop can come from, one module each."""
