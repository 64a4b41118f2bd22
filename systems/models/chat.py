"""ChatOpenAI for servers that are only nearly OpenAI's: keeps `reasoning_content`, names what is no chat completion."""

from __future__ import annotations

from typing import Any

import openai
from langchain_core.outputs import ChatResult
from langchain_openai import ChatOpenAI

from systems.models.failures import BadAnswer, words_of

REASONING = "reasoning_content"


class Chat(ChatOpenAI):
    """ChatOpenAI that reads an answer as LM Studio may send it."""

    def _create_chat_result(
        self, response: dict[str, Any] | openai.BaseModel, generation_info: dict[str, Any] | None = None
    ) -> ChatResult:
        """Read an answer.

        Raises:
            BadAnswer: it is an error, a web page, or has no message.
        """
        data = response.model_dump(warnings=False) if isinstance(response, openai.BaseModel) else response
        if not isinstance(data, dict):
            raise BadAnswer(f"no chat completion but {words_of(data)}")
        if data.get("error"):
            raise BadAnswer(words_of(data["error"]))
        choices = data.get("choices")
        message = choices[0].get("message") if choices else None
        if not message:
            raise BadAnswer(f"no message in {words_of(data)}")
        result = super()._create_chat_result(response, generation_info)
        result.generations[0].message.additional_kwargs[REASONING] = message.get(REASONING) or message.get("reasoning")
        return result
