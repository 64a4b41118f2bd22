"""execution: what the model fills in for an artifact, and how code renders it."""
