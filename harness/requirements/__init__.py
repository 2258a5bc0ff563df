"""The catalogue of requirements: numbered sentences of the specs, as data.

`load()` reads the YAML files beside this module; see README.md for the meaning of the fields.
"""

from __future__ import annotations

from harness.requirements.catalogue import Catalogue, load
from harness.requirements.documents import Document
from harness.requirements.problem import CatalogueProblem
from harness.requirements.profiles import Profile

__all__ = ["Catalogue", "CatalogueProblem", "Document", "Profile", "load"]
