"""Was it good: whole past weeks, every customer who bought, baselines beside it, intervals."""
