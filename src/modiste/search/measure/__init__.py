"""The honest measure of search."""
