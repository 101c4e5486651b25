"""Merchandising rules over any ranked list: batch, live and search."""
