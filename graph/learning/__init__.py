"""What is learned across runs: only what a trial on the project's own cases has proven, watched afterwards.

    cases -> improvement -> rounds -> suggestions -> trial (plays) -> Verdict -> Ledger -> next run -> watching

improvement   one `improve`: whether it may begin, with which cases, and what came of it
session       the same in the ledger, so that it goes on where it was interrupted
rounds        noise, proposals, a trial each, a verdict each; the first accepted one ends a round
suggestions   what is worth a trial
trial         the same cases under two policies, paired, in random order, nothing played twice
play          one case done again under one policy, through the nodes' own functions
judging       what a case's check makes of what came of it
final_report  before and after on sealed cases; nothing else reads those
watching      live runs under an accepted policy: rolled back by itself when it is worse
"""
