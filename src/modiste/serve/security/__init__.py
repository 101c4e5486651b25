"""Who may ask, how much, and what may come in."""
