"""Digest and Repr-Digest in answers."""

from __future__ import annotations

import time

from reference_server.digests import REPR_NAMES, compute, digests_of, repr_value
from reference_server.refusal import Headers
from reference_server.request import Request
from reference_server.store import Reader


def digest_headers(request: Request, reader: Reader, span: tuple[int, int]) -> Headers:
    """Fields that answer Want-Digest and Want-Repr-Digest, empty without a wish."""
    return (*_digest(request, reader, span), *_repr_digest(request, reader))


def _digest(request: Request, reader: Reader, span: tuple[int, int]) -> Headers:
    text = request.parts.behaviour.wish_as_read(request.head.all("want-digest"))
    behaviour, method = request.parts.behaviour, request.head.method
    if text is None or not behaviour.answers_want_digest(method):
        return ()
    names = chosen(request, reader, behaviour.wished(text))
    age = time.time() - reader.entry.modified_ns / 1e9
    if not names or not behaviour.digest_age(age):
        return ()
    values = _values(request, reader, names, span)
    items = (
        f"{behaviour.digest_name(name)}={behaviour.digest_value(name, values[name])}"
        for name in names
    )
    return (("Digest", ",".join(items)),)


def _values(
    request: Request, reader: Reader, names: list[str], span: tuple[int, int]
) -> dict[str, str]:
    size = reader.entry.size
    whole = request.parts.behaviour.digest_of_size(size, span)
    if whole == (0, size):
        return digests_of(reader, names)
    return compute(reader, whole[1], names, start=whole[0])


def chosen(request: Request, reader: Reader, wished: list[str]) -> list[str]:
    """The best wished algorithm, and further wished ones that cost nothing any more."""
    behaviour, method = request.parts.behaviour, request.head.method
    known = [name for name in wished if behaviour.known_algorithm(name)]
    if wished and not known:
        behaviour.unknown_wishes(wished)
    known = [name for name in known if behaviour.digest_at_hand(name, method)]
    free = reader.record().digests
    return [*known[:1], *(name for name in known[1:] if name in free)]


def _repr_digest(request: Request, reader: Reader) -> Headers:
    """RFC 9530; computed only for a client that does not ask in the older way."""
    text = request.head.get("want-repr-digest")
    if text is None:
        return ()
    wished = [item.partition("=")[0].strip() for item in text.split(",")]
    free = reader.record().digests
    asks_older = request.head.get("want-digest") is not None
    for name in wished:
        known = REPR_NAMES.get(name)
        if known is not None and (known in free or not asks_older):
            value = repr_value(digests_of(reader, [known])[known])
            return (("Repr-Digest", f"{name}={value}"),)
    return ()
