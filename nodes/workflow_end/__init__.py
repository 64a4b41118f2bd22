"""workflow_end: archives what is done and allowed, opens follow-ups, and sums the run up."""
