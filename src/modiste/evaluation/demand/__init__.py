"""How well demand was foreseen in past weeks."""
