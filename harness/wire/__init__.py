"""Sans-IO parsers: bytes or text in; values, notes and `SyntaxProblem` out.

Nothing here opens a socket, reads a clock or knows a server. Every leniency that a parser uses is
reported as a `Note`, so that a check can judge it; what cannot be read at all is a `SyntaxProblem`.
The modules share no code with the reference server: both are readings of the specs of their own.
"""

from __future__ import annotations

from harness.wire.problem import Fault, Note, SyntaxProblem

__all__ = ["Fault", "Note", "SyntaxProblem"]
