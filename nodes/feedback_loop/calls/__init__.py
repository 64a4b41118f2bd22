"""What is known of a run's calls: which failed and were made good, which were the same, which brought nothing."""
