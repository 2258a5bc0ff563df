"""How the end of a transfer is worded."""

from __future__ import annotations

import re

from reference_server.behaviour import Behaviour
from reference_server.personalities.registry import difference

REJECTED = re.compile(r"rejected [A-Z]+: (\d{3})(.*)")


@difference("success-without-newline", of=("xrootd5", "storm"), source="MARK-019")
class SuccessWithoutNewline(Behaviour):
    """The stream ends right after the words of success."""

    def success_line(self) -> str:
        return "success: Created"


@difference("failure-without-newline", of=("xrootd5", "storm"), source="MARK-019")
class FailureWithoutNewline(Behaviour):
    """The stream ends right after the words of failure."""

    def failure_line(self, problem: str) -> str:
        return f"failure: {problem}"


@difference("failed-instead-of-failure", of=("dpm",), source="MARK-021: DPM before 1.13.1")
class FailedInsteadOfFailure(Behaviour):
    """A failure line begins with Failed."""

    def failure_line(self, problem: str) -> str:
        return f"Failed: {problem}\n"


@difference("success-in-one-word", of=("dpm",), source="MARK-020: DPM before 1.13.0")
class SuccessInOneWord(Behaviour):
    """The success line is the one word Success."""

    def success_line(self) -> str:
        return "Success\n"


@difference("remote-side-failed", of=("xrootd5",), source="seen in XRootD 5.5.3: a 404 on a pull")
class RemoteSideFailed(Behaviour):
    """A refusal of the far side is told as its status code and its message."""

    def failure_text(self, text: str) -> str:
        told = Behaviour().failure_text(text)
        found = REJECTED.fullmatch(told)
        if found is None:
            return told
        words = f'error message: "{found[2].strip()}"'
        return f"Remote side failed with status code {found[1]}; {words}"


@difference("stream-of-plain-text", of=("xrootd5",), source="MARK-031")
class StreamOfPlainText(Behaviour):
    """The progress stream is labelled text/plain."""

    def stream_media_type(self) -> str:
        return "text/plain"


@difference("stream-without-type", of=("storm", "dpm"), source="MARK-031: others absent")
class StreamWithoutType(Behaviour):
    """The progress stream has no Content-Type."""

    def stream_media_type(self) -> str:
        return ""
