"""Spans read as operations: what was called, with what, what came of it, and what stands inside of what."""
