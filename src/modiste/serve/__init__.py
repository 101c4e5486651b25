"""The shop window: an API and a page over a shop's release, index and live events."""
