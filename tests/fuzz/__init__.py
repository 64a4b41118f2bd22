"""Fuzzers, run by hand: `python -m tests.fuzz.NAME [libFuzzer's options]`; they need the dependency group `fuzz`."""
