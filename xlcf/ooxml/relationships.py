"""Relationships: the links from one part of a package to others (ECMA-376 Part 2, 9.3), read and written in one way."""

from __future__ import annotations

import posixpath
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from urllib.parse import unquote

from lxml import etree

from xlcf.ooxml.markup import RELATIONSHIPS

_TAG = f"{{{RELATIONSHIPS}}}Relationship"
CONTENT_TYPE = "application/vnd.openxmlformats-package.relationships+xml"


@dataclass(frozen=True)
class Relationship:
    """A link from one part to another.

    Attributes:
        id: its id, which the part that has it uses.
        kind: the last step of the relationship type's URI, e.g. "worksheet".
        target: the name of a part, as the package spells it where it holds that part; a URL where `external`.
        external: whether it leads out of the package.
        place: what is meant within the target: of `#Data!A1` what follows the `#`; else empty.

    """

    id: str
    kind: str
    target: str
    external: bool
    place: str = ""


class LinkedParts(ABC):
    """The parts of a package, and the relationships between them."""

    @abstractmethod
    def xml(self, name: str) -> etree._Element:
        """Give a part as a tree, to be read."""

    @abstractmethod
    def find(self, name: str) -> str | None:
        """Give a part's name as the package spells it; None where there is no such part.

        Names match without regard to case; one with escaped characters (`my%20item.xml`) also means the name without.
        """

    def __contains__(self, name: str) -> bool:
        return self.find(name) is not None

    def relationships(self, part: str = "") -> list[Relationship]:
        """List the relationships of a part, as they are now; of the package itself with the empty name."""
        name = relationships_part(part)
        return [link for _, link in read_relationships(self.xml(name), part, self.find)] if name in self else []

    def related(self, part: str, kind: str) -> str | None:
        """Give the first part of a kind that `part` links to, or None."""
        links = (link for link in self.relationships(part) if link.kind == kind and not link.external)
        return next((link.target for link in links if link.target in self), None)

    def reachable(self, part: str = "") -> set[str]:
        """Give the names of all parts that links lead to from a part, and of that part itself."""
        reached: set[str] = set()
        waiting = [part]
        while waiting:
            name = waiting.pop()
            if name not in reached:
                reached.add(name)
                links = (link for link in self.relationships(name) if not link.external)
                waiting += [link.target for link in links if link.target in self]
        return reached


def find_name(name: str, spelling: Callable[[str], str | None]) -> str | None:
    """Find a part by its name, or else by the name without escaped characters.

    Args:
        name: the name, in any case.
        spelling: gives the package's spelling of a name in small letters, or None.

    """
    return spelling(name.lower()) or (spelling(unquote(name).lower()) if "%" in name else None)


def relationships_part(part: str) -> str:
    """Name the part that holds the relationships of a part; of the package itself with the empty name."""
    folder, base = posixpath.split(part)
    return posixpath.join(folder, "_rels", base + ".rels")


def relationships_source(name: str) -> str | None:
    """Give the part whose relationships the part of this name holds; None where it holds none."""
    folder, base = posixpath.split(name)
    if posixpath.basename(folder) != "_rels" or not base.endswith(".rels"):
        return None
    return posixpath.join(posixpath.dirname(folder), base.removesuffix(".rels"))


def read_relationships(
    root: etree._Element, part: str, find: Callable[[str], str | None]
) -> Iterator[tuple[etree._Element, Relationship]]:
    """Read the relationships of a part from the root of the part that holds them, each with its element.

    Args:
        root: the root.
        part: the part that has the relationships; the empty name means the package.
        find: gives the spelling of a part's name; see `LinkedParts.find`.

    """
    for element in root.iterchildren("{*}Relationship"):
        external = element.get("TargetMode") == "External"
        target, place = element.get("Target", ""), ""
        if not external:
            name, mark, place = target.partition("#")
            target = part if mark and not name else _absolute(name, part)
            target = find(target) or target
        kind = element.get("Type", "").rsplit("/", 1)[-1]
        yield element, Relationship(element.get("Id", ""), kind, target, external, place)


def new_relationships() -> etree._Element:
    """Make the root of a part that holds relationships."""
    return etree.Element(f"{{{RELATIONSHIPS}}}Relationships", nsmap={None: RELATIONSHIPS})


def add_relationship(root: etree._Element, part: str, type_uri: str, target: str) -> str:
    """Add a relationship from a part to another part, and give its id, the first that is free."""
    taken = {element.get("Id", "").lower() for element in root}
    number = next(number for number in range(1, len(taken) + 2) if f"rid{number}" not in taken)
    element = etree.SubElement(root, _TAG, Id=f"rId{number}", Type=type_uri)
    set_target(element, part, target)
    return f"rId{number}"


def set_target(element: etree._Element, part: str, target: str, place: str = "") -> None:
    """Let a relationship of a part lead to another part, or to a place in one, which may be the part itself."""
    is_within = place and target == part
    text = "" if is_within else posixpath.relpath("/" + target, "/" + posixpath.dirname(part))
    element.set("Target", f"{text}#{place}" if place else text)


def _absolute(name: str, part: str) -> str:
    return posixpath.normpath(posixpath.join("/" + posixpath.dirname(part), name)).lstrip("/")
