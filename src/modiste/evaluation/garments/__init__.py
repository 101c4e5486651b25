"""How well garments are recognised, on pictures that nothing was learnt from."""
