"""Texts apart and together: sections, differences, merges."""
