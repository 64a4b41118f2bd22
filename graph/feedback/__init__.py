"""What is done with feedback.

keeping          what a person says goes on the run's trace, and its cases heed it
contradictions   what people say that cannot both hold
heeding          the run goes on: documents are drafted again, or a follow-up change is opened
lines            feedback in bulk, one JSON object a line
"""
