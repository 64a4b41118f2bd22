"""question_routing: which questions a step raises, who can answer them, and their answers."""
