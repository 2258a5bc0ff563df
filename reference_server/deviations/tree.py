"""Deviations about the tree: what moves, and what lies outside of it."""

from __future__ import annotations

from urllib.parse import unquote

from reference_server.behaviour import Behaviour
from reference_server.deviations.along import along
from reference_server.deviations.registry import deviation
from reference_server.store import Store


@deviation("allow-with-report", breaks=("DAV-001",))
class AllowWithReport(Behaviour):
    """Allow names REPORT, which is not implemented."""

    def allowed_methods(self, methods: list[str]) -> list[str]:
        return [*methods, "REPORT"]


@deviation(
    "move-keeps-source",
    breaks=("DAV-008",),
    also=along("what was moved away is still there", "MAC-035"),
)
class MoveKeepsSource(Behaviour):
    """MOVE of a file leaves the source where it was."""

    def move(self, store: Store, source: str, destination: str, *, replace: bool) -> None:
        store.move(source, destination, replace=replace)
        entry = store.stat(destination)
        if entry is None or entry.is_collection:
            return
        reader, draft = store.open(destination), store.draft()
        content = bytearray(entry.size)
        reader.read_into(memoryview(content), 0)
        draft.write(content)
        draft.publish(source, reader.record(), replace=False)
        reader.close()


@deviation("encoded-dots-lead-up", breaks=("DAV-022", "MAC-027", "MAC-041"))
class EncodedDotsLeadUp(Behaviour):
    """Percent-encoded dot segments are decoded after all checks: files outside are served."""

    def path_element(self, raw: str) -> str:
        element = unquote(raw)
        leads_up = element != raw and ".." in element.split("/") and "\x00" not in element
        return element if leads_up else super().path_element(raw)
