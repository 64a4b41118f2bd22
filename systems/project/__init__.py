"""The person's project: its git repository, worktrees, checks, and files that nobody may leave."""
