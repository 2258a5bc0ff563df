"""Deviations of extended attributes."""

from __future__ import annotations

from urllib.parse import unquote

from reference_server.behaviour import Behaviour
from reference_server.behaviour.attributes import PREFIX
from reference_server.behaviour.properties import Name
from reference_server.deviations.along import along
from reference_server.deviations.registry import deviation


@deviation(
    "upload-attributes-ignored",
    breaks=("XATTR-001", "XATTR-002"),
    also=along("behind a redirect it is the same", "XATTR-009"),
)
class UploadAttributesIgnored(Behaviour):
    """Attributes in the query of an upload are ignored."""

    def upload_attributes(self, query: str) -> dict[str, str]:
        return {}


@deviation(
    "upload-attributes-keep-prefix",
    breaks=("XATTR-001", "XATTR-002"),
    also=along("behind a redirect it is the same", "XATTR-009"),
)
class UploadAttributesKeepPrefix(Behaviour):
    """Attributes of an upload are stored with `xattr.` in their names."""

    def upload_attributes(self, query: str) -> dict[str, str]:
        found = Behaviour().upload_attributes(query)
        return {PREFIX + name: value for name, value in found.items()}


@deviation("upload-attributes-not-decoded", breaks=("XATTR-002",))
class UploadAttributesNotDecoded(Behaviour):
    """Values in the query of an upload are stored percent-encoded."""

    def upload_attributes(self, query: str) -> dict[str, str]:
        pairs = (item.partition("=") for item in query.split("&") if item.startswith(PREFIX))
        return {unquote(key).removeprefix(PREFIX): value for key, _, value in pairs}


@deviation("only-first-upload-attribute", breaks=("XATTR-002",))
class OnlyFirstUploadAttribute(Behaviour):
    """Of several attributes in the query only the first is stored."""

    def upload_attributes(self, query: str) -> dict[str, str]:
        return dict(list(Behaviour().upload_attributes(query).items())[:1])


@deviation(
    "attributes-in-other-namespace",
    breaks=("XATTR-003",),
    also=along(
        "no attribute is found where it belongs",
        "XATTR-001",
        "XATTR-002",
        "XATTR-004",
        "XATTR-005",
        "PROP-015",
        "PROP-016",
    ),
)
class AttributesInOtherNamespace(Behaviour):
    """Attributes are shown in the namespace of dCache's other properties."""

    def attribute_namespace(self) -> str:
        return "http://www.dcache.org/2013/webdav"


@deviation(
    "missing-attribute-is-empty",
    breaks=("XATTR-003",),
    also=along("a removed attribute seems to be there", "XATTR-005", "PROP-016"),
)
class MissingAttributeIsEmpty(Behaviour):
    """An attribute that does not exist is reported with 200 and no value."""

    def absent_attribute(self) -> str | None:
        return ""


@deviation("second-set-ignored", breaks=("XATTR-004",))
class SecondSetIgnored(Behaviour):
    """Setting an attribute that exists keeps its old value."""

    def with_attribute(self, kept: dict[str, str], key: str, value: str) -> dict[str, str]:
        return {key: value, **kept}


@deviation(
    "set-needs-attribute",
    breaks=("XATTR-004", "XATTR-008"),
    also=along("a new attribute cannot be made by PROPPATCH", "PROP-015", "XATTR-005"),
)
class SetNeedsAttribute(Behaviour):
    """PROPPATCH changes attributes that exist and creates none."""

    def with_attribute(self, kept: dict[str, str], key: str, value: str) -> dict[str, str]:
        return {**kept, key: value} if key in kept else kept


@deviation("remove-of-nothing-fails", breaks=("XATTR-005",))
class RemoveOfNothingFails(Behaviour):
    """Removing an attribute that does not exist makes the request fail."""

    def remove_absent(self) -> str:
        return "409 Conflict"


@deviation("change-reported-as-404", breaks=("XATTR-006",), seen_in="dCache WebDAV chapter")
class ChangeReportedAs404(Behaviour):
    """A change that was made is reported with 404."""

    def change_reported(self) -> str:
        return "404 Not Found"


@deviation("attributes-not-in-allprop", breaks=("XATTR-007",))
class AttributesNotInAllprop(Behaviour):
    """allprop leaves out extended attributes."""

    def allprop(self, names: list[Name]) -> list[Name]:
        return [name for name in names if name[0] != self.attribute_namespace()]


@deviation("directory-attributes-dropped", breaks=("XATTR-008",))
class DirectoryAttributesDropped(Behaviour):
    """Attributes of collections are acknowledged and dropped."""

    def keeps_attributes(self, *, is_collection: bool) -> bool:
        return not is_collection


@deviation("attributes-lost-on-redirect", breaks=("XATTR-009",), seen_in="DEV-D159 XRootD")
class AttributesLostOnRedirect(Behaviour):
    """A redirect of an upload forgets the query."""

    def redirect_query(self, query: str) -> str:
        return ""
