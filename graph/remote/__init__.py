"""Runs that a server works: the same `Workspace`, over LangGraph's agent protocol.

workspace.py does what a Workspace does, at a server; going_on.py says what a run goes on with; desk.py is the client of
`graph/desk.py`.
"""
