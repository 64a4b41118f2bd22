"""Works one task of a planned change: a bounded tool loop in a worktree, decided by the project's own check."""
