"""What the tests of the stores share."""

from __future__ import annotations

import pytest

on_file = pytest.mark.parametrize("place", ["sqlite"], indirect=True)
"""For a test that looks into the file itself, or damages it."""
