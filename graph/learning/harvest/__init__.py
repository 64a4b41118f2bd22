"""Cases from past runs: what a run leaves behind that can be done again under another policy.

harvest   one run, when it ends, or every run that was not harvested yet
answers   questions with who answered them and what, and the calls it took
drafts    draft requests with the check that judged them
steps     whole steps: those requests together with the answers that mattered
past      a run as its stores have it
"""
