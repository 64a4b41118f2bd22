"""Caps: a draft schema with a limit on every text and list, so that a small model's grammar always comes to an end."""

from __future__ import annotations

from typing import Annotated, Any, TypeVar, cast, get_args, get_origin

from pydantic import BaseModel, Field, create_model
from pydantic.fields import FieldInfo

M = TypeVar("M", bound=BaseModel)


def capped(schema: type[M], *, characters: int, items: int) -> type[M]:
    """A subclass of a draft schema whose texts and lists are limited; own, smaller limits of a field stay.

    Args:
        schema: a model of str, list[str], models and lists of models.
        characters: most characters of any text; never below the field's own least.
        items: most items of any list.
    """
    fields: dict[str, Any] = {
        name: (_annotation(info, characters, items), Field(description=info.description))
        for name, info in schema.model_fields.items()
    }
    return cast(type[M], create_model(schema.__name__, __base__=schema, __doc__=schema.__doc__, **fields))


def _annotation(info: FieldInfo, characters: int, items: int) -> Any:
    least, most = _bound(info, "min_length"), _bound(info, "max_length")
    annotation: Any = info.annotation
    item: Any
    if annotation is str:
        limit = max(min(characters, most or characters), (least or 0) + 20)
        return Annotated[str, Field(min_length=least, max_length=limit)]
    if get_origin(annotation) is list:
        (inner,) = get_args(annotation)
        item = Annotated[str, Field(min_length=3, max_length=characters)] if inner is str else inner
        if isinstance(inner, type) and issubclass(inner, BaseModel):
            item = capped(inner, characters=characters, items=items)
        return Annotated[list[item], Field(min_length=least, max_length=max(least or 0, min(items, most or items)))]
    return annotation


def _bound(info: FieldInfo, name: str) -> int | None:
    return next((value for part in info.metadata if (value := getattr(part, name, None)) is not None), None)
