"""What a server of runs bears: how it grows with workers, what kills it, and what many more of them would need."""
