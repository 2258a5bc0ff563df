"""What VOMS says of a person, for those who use it: they need not know how it is read."""

from __future__ import annotations

import math
import time
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Attributes:
    """Groups and roles of a person, and until when that was said (Unix time)."""

    fqans: tuple[str, ...] = ()
    expires: float = math.inf

    @property
    def now(self) -> tuple[str, ...]:
        """Those that hold at this moment: a connection may outlive them."""
        return self.fqans if time.time() < self.expires else ()


NO_ATTRIBUTES = Attributes()
