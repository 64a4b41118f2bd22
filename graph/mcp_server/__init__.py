"""specloop as an MCP server.

arguments.py is what its tools take and give, service.py what they do, talking.py how a person is asked through the
client, tools.py what models are told of them.
"""
