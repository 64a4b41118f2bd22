"""Fills the template of a page with data that a script in it shows.

A template is plain HTML, CSS and JavaScript, readable as it stands. Text of others reaches it only as JSON in script
elements that do not run, and its script shows it only as text. Should that ever fail, the content security policy
forbids every script but the template's own, by its hash, and every connection.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from nodes.feedback_loop.rendering.escaping import json_in_html


def filled(template: Path, elements: Mapping[str, Any]) -> str:
    """The page, complete; write it as UTF-8.

    Args:
        template: with one script, one style and the place of the data.
        elements: what the script reads, by the id of its element.
    """
    written = (
        f'<script type="application/json" id="{name}">{json_in_html(value)}</script>'
        for name, value in elements.items()
    )
    return _sealed(template).replace("<!-- data -->", "\n".join(written), 1)


@cache
def _sealed(template: Path) -> str:
    """The template with the hashes of its script and style in its content security policy."""
    text = template.read_text(encoding="utf-8")
    for kind in ("script", "style"):
        (inline,) = re.findall(rf"<{kind}>(.*?)</{kind}>", text, re.DOTALL)
        digest = base64.b64encode(hashlib.sha256(inline.encode()).digest()).decode()
        text = text.replace(f"'{kind}-hash'", f"'sha256-{digest}'", 1)
    return text
