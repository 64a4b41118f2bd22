"""What the analyzer found, for people: text, Markdown, a summary for pull requests, one HTML page.

    Report, Rows -> text | markdown | summary | page

Everything a trace says is somebody else's text: each form makes it harmless in its own way (`escaping`).
"""

from nodes.feedback_loop.rendering.differences import Compared
from nodes.feedback_loop.rendering.markdown import markdown
from nodes.feedback_loop.rendering.page import Run, page
from nodes.feedback_loop.rendering.rows import MOST_ROWS, Rows
from nodes.feedback_loop.rendering.summary import summary
from nodes.feedback_loop.rendering.text import text

__all__ = ["MOST_ROWS", "Compared", "Rows", "Run", "markdown", "page", "summary", "text"]
