"""Tests of the package, run by ``python3 -m unittest`` in ``clients/python``."""

import logging

logging.getLogger("tapeline").setLevel(logging.CRITICAL)
