"""Who is let in by a server of runs, and what they may do.

tokens.py   users' tokens: name, role, projects, as hashes
callers.py  who asks, and whether they may
peers.py    whether a request comes from this very machine
replies.py  what people answered to runs: by whom and when, for good
"""
