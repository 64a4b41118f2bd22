"""What tools tell in their results instead of failing: errors, and that there is nothing."""
