"""The one error of the catalogue."""

from __future__ import annotations


class CatalogueProblem(ValueError):
    """A file of the catalogue is wrong. Says the file, the entry and what to do."""

    def __init__(self, file: str, entry: str, advice: str) -> None:
        self.file = file
        self.entry = entry
        self.advice = advice
        super().__init__(": ".join(part for part in (file, entry, advice) if part))
