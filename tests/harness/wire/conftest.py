"""Settings of the property tests: no time limit per example, as the machine may be busy."""

from __future__ import annotations

from hypothesis import settings

settings.register_profile("wire", deadline=None, max_examples=60, database=None)
settings.load_profile("wire")
