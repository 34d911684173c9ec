"""Checks of the reference core against what the documents show: `python3 -m unittest`."""
