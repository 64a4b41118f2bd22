"""Language models: which one is used, and how a draft is asked of it.

    choose -> ModelChoice -> open_model -> Model.draft(messages, schema, knobs) -> Drafted

Every model is an OpenAI-compatible server: what the person names, LM Studio, or the embedded one. A draft is asked for
as JSON schema and checked again with Pydantic, so its structure never depends on the model's luck.
"""

from __future__ import annotations

from systems.models.choice import LM_STUDIO, ModelChoice, Told, choose
from systems.models.client import Drafted, Model, connected, open_model
from systems.models.prompt import Message

__all__ = ["LM_STUDIO", "Drafted", "Message", "Model", "ModelChoice", "Told", "choose", "connected", "open_model"]
