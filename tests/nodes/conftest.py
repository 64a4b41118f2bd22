"""The projects of the end-to-end tests, for nodes that need a real one."""

from tests.graph.conftest import begun, begun_template, template

__all__ = ["begun", "begun_template", "template"]
