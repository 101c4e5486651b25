"""Configurations that come with modiste."""
