"""Search by words, by photo, by both; similar products."""
