"""The other models of the run's server, looked up when a policy names one."""

from __future__ import annotations

from pydantic import SecretStr

from systems.models.choice import NAMED_SECONDS, ModelChoice, served_at
from systems.models.dialects import Listed
from systems.models.listing import listing


class Others:
    """What else the server of a model can answer with; it is asked once."""

    def __init__(self, choice: ModelChoice, api_key: SecretStr | None) -> None:
        """Nothing is sent yet.

        Args:
            choice: the run's own model.
            api_key: sent as a bearer token when given.
        """
        self._choice, self._api_key = choice, api_key
        self._listed: list[Listed] | None = None

    async def loaded(self) -> tuple[str, ...]:
        """Names of the other models that are in memory, or of all others where the server does not say.

        Raises:
            Missing: the server is gone.
        """
        own = self._choice
        if own.embedded:
            return ()
        others = [each for each in await self._all() if each.name != own.name]
        return tuple(each.name for each in others if each.loaded is not False)

    async def _all(self) -> list[Listed]:
        if self._listed is None:
            self._listed = await listing(self._choice.base_url, self._api_key, NAMED_SECONDS) or []
        return self._listed

    async def named(self, name: str) -> tuple[ModelChoice, str]:
        """(the model of that name, nothing), or (the run's own, a note that says why it is not the other).

        Raises:
            Missing: the server is gone.
        """
        own = self._choice
        if name in ("", own.name, _last(own.name)):
            return own, ""
        if own.embedded:
            return own, f"draft.model is {name}, but the embedded server has only {own.name}."
        listed = await self._all()
        found = next((each for each in listed if each.answers_to(name)), None)
        if found is None:
            return own, f"draft.model is {name}, which {own.base_url} does not have; {own.name} is used."
        if not found.loaded and any(each.loaded for each in listed):
            return own, f"draft.model is {name}, which is not loaded; {own.name} is used."
        return served_at(own.base_url, found), ""


def _last(name: str) -> str:
    return name.rpartition("/")[2]
