"""Deviations of directory pages."""

from __future__ import annotations

from html import escape
from urllib.parse import unquote

from reference_server.auth.identity import Activity
from reference_server.behaviour import Behaviour
from reference_server.deviations.along import along
from reference_server.deviations.registry import deviation
from reference_server.store import Entry, Store


@deviation(
    "page-links-not-encoded",
    breaks=("DIR-001",),
    also=along("a name becomes part of the query", "DIR-002"),
)
class PageLinksNotEncoded(Behaviour):
    """Links of a page are not percent-encoded."""

    def page_link(self, encoded_path: str) -> str:
        return unquote(encoded_path)


@deviation(
    "page-incomplete",
    breaks=("DIR-001",),
    also=along("nothing leads to the last member", "DIR-003"),
)
class PageIncomplete(Behaviour):
    """The last member is missing from the page."""

    def page_members(self, members: list[Entry]) -> list[Entry]:
        return members[:-1]


@deviation("page-query-dropped", breaks=("DIR-002", "DIR-003"))
class PageQueryDropped(Behaviour):
    """Links of a page do not carry the query."""

    def link_query(self, query: str, *, to_file: bool, to_parent: bool) -> str:
        return ""


@deviation("page-query-on-files-only", breaks=("DIR-002", "DIR-003"))
class PageQueryOnFilesOnly(Behaviour):
    """Only links to files carry the query."""

    def link_query(self, query: str, *, to_file: bool, to_parent: bool) -> str:
        return query if to_file else ""


@deviation("page-parent-without-query", breaks=("DIR-002", "DIR-003"))
class PageParentWithoutQuery(Behaviour):
    """The link to the collection above does not carry the query."""

    def link_query(self, query: str, *, to_file: bool, to_parent: bool) -> str:
        return "" if to_parent else query


@deviation("page-token-encoded-twice", breaks=("DIR-003",))
class PageTokenEncodedTwice(Behaviour):
    """Values of the query are percent-encoded twice in links."""

    def link_query(self, query: str, *, to_file: bool, to_parent: bool) -> str:
        pairs = (item.partition("=") for item in query.split("&"))
        twice = (
            f"{key}{equals}"
            + "".join(c if c.isalnum() else f"%25{ord(c):02X}" for c in unquote(value))
            for key, equals, value in pairs
        )
        return "&".join(twice)


@deviation("page-for-everybody", breaks=("DIR-004",))
class PageForEverybody(Behaviour):
    """Pages of private collections are shown to anybody."""

    def needed_for_page(self) -> tuple[Activity, ...]:
        return ()


@deviation("page-query-not-escaped", breaks=("DIR-005",))
class PageQueryNotEscaped(Behaviour):
    """The query is decoded and copied into links as it is."""

    def query_in_page(self, query: str) -> str:
        return unquote(query)


@deviation("page-names-not-escaped", breaks=("DIR-005",))
class PageNamesNotEscaped(Behaviour):
    """Names are copied into the page as they are."""

    def name_in_page(self, name: str) -> str:
        return name


@deviation("page-link-deletes", breaks=("DIR-006",))
class PageLinkDeletes(Behaviour):
    """Links of the page remove files when they are followed by GET."""

    def page_controls(self, store: Store, path: str, query: str) -> list[str]:
        wish, _, rest = query.partition("&")
        if wish.startswith("delete="):
            victim = f"{path}/{unquote(wish.removeprefix('delete='))}"
            if store.stat(victim) is not None:
                store.delete(victim)
        carried = f"&amp;{escape(rest if wish.startswith('delete=') else query)}"
        names = [member.path.rpartition("/")[2] for member in store.children(path)]
        return [f'<a href="?delete={name}{carried}">x</a>' for name in names if name.isalnum()]
