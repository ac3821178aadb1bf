"""Which column of a table is the user, the item, the rating: told by the names in its header."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from xlcf.errors import InputError
from xlcf.ratings.header_words import names_ids, naming, plain
from xlcf.ratings.read_options import DEFAULT, ReadOptions


@dataclass(frozen=True)
class RatingColumns:
    """The header's names, as written, of the columns that make up ratings.

    Attributes:
        user: the column of user ids.
        item: the column of item ids; the column of titles where the table has no other.
        rating: the column of ratings.
        title: the column of item titles, or None.
        timestamp: the column of times, or None.

    """

    user: str
    item: str
    rating: str
    title: str | None
    timestamp: str | None

    def needed(self) -> tuple[str, str, str]:
        """Give the names of the columns in which each row must have something."""
        return self.user, self.item, self.rating

    def used(self) -> list[str]:
        """Give the names of the columns to read, each once."""
        names = (self.user, self.item, self.rating, self.title, self.timestamp)
        return list(dict.fromkeys(name for name in names if name is not None))


def find_rating_columns(header: Sequence[str], source: str, options: ReadOptions = DEFAULT) -> RatingColumns:
    """Recognise the columns of a ratings table; case, accents, blanks, `_` and `-` in names do not matter.

    Args:
        header: the names of all columns.
        source: what a sentence calls the table.
        options: the names of columns that are given, and so need not be recognised.

    Raises:
        InputError: where a column is missing or cannot be told, with the names that were seen.

    """
    chosen = _chosen(header, source, options)
    rest = _rest(header, chosen)
    user, item, title = _user_item_title(header, source, chosen)
    rating = chosen.get("rating") or _only(naming(rest, "rating"), "rating", header, source)
    timestamps = naming(rest, "time")
    time = chosen.get("time", timestamps[0] if len(timestamps) == 1 else None)
    return RatingColumns(user, item, rating, title, time)


def find_pair_columns(header: Sequence[str], source: str, options: ReadOptions = DEFAULT) -> tuple[str, str]:
    """Recognise the columns (user, item) of a table that need not have ratings.

    Raises:
        InputError: where one is missing or cannot be told, with the names that were seen.

    """
    user, item, _ = _user_item_title(header, source, _chosen(header, source, options))
    return user, item


def find_title_columns(header: Sequence[str], source: str) -> tuple[str, str]:
    """Recognise the columns (item id, title) of a table of titles such as MovieLens's movies.csv.

    Raises:
        InputError: where one of the two is missing.

    """
    item, title = _item_and_title(header, source, header)
    if title is None:
        raise InputError(
            f"{source} needs a column of item ids and one of titles, such as movieId,title; "
            f"it has the columns {_listed(header)}."
        )
    return item, title


def _chosen(header: Sequence[str], source: str, options: ReadOptions) -> dict[str, str]:
    """Give the header's names of the columns that are given, by role."""
    chosen = {role: _named(name, role, header, source) for role, name in options.columns().items()}
    roles: dict[str, str] = {}
    for role, name in chosen.items():
        if name in roles:
            raise InputError(
                f"The column {name.strip()} of {source} is given as the {roles[name]} and as the {role}: choose one."
            )
        roles[name] = role
    if not chosen:
        _refuse_headerless(header, source)
    return chosen


def _named(name: str, role: str, header: Sequence[str], source: str) -> str:
    """Find a column by its name: as written, else without regard to case, blanks, `_` and `-`."""
    found = [other for other in header if other.strip() == name.strip()] or [
        other for other in header if plain(other) == plain(name)
    ]
    if len(found) != 1:
        what = "no column" if not found else "several columns"
        raise InputError(
            f"{source} has {what} {name}, which is given as the {role}: give one of its columns {_listed(header)}."
        )
    return found[0]


def _rest(header: Sequence[str], chosen: dict[str, str]) -> list[str]:
    return [name for name in header if name not in chosen.values()]


def _user_item_title(header: Sequence[str], source: str, chosen: dict[str, str]) -> tuple[str, str, str | None]:
    rest = _rest(header, chosen)
    user = chosen.get("user") or _only(naming(rest, "user"), "user", header, source)
    if "item" in chosen:
        titles = naming(rest, "title")
        return user, chosen["item"], chosen.get("title", titles[0] if len(titles) == 1 else None)
    item, title = _item_and_title(rest, source, header)
    return user, item, chosen.get("title", title)


def _item_and_title(names: Sequence[str], source: str, header: Sequence[str]) -> tuple[str, str | None]:
    """Recognise both among some names of the header."""
    items = naming(names, "item")
    titles = naming(names, "title")
    if len(items) == 2 and not titles:
        # `movieId,movie`: the one with the id is the item, the other says what it is called
        ids = [name for name in items if names_ids(name)]
        titles = [name for name in items if name not in ids]
        items = ids if len(ids) == 1 else items
    if not items:
        return _only(titles, "item", header, source), None
    return _only(items, "item", header, source), titles[0] if len(titles) == 1 else None


_EXAMPLES = {"user": "userId", "item": "movieId", "rating": "rating"}


def _only(names: Sequence[str], what: str, header: Sequence[str], source: str) -> str:
    # `userId,userName`: of several, the one that is an id
    ids = [name for name in names if names_ids(name)]
    if len(names) == 1 or len(ids) == 1:
        return names[0] if len(names) == 1 else ids[0]
    seen = f"it has the columns {_listed(header)}"
    example = _EXAMPLES[what]
    if names:
        raise InputError(
            f"{source} has several columns that may be the {what} ({_listed(names)}): "
            f"keep one of them, rename it to {example}, or say which is the {what} column; {seen}."
        )
    raise InputError(
        f"{source} has no {what} column: name it {example} in the first line, or say which is the {what} column; "
        f"{seen}."
    )


def _refuse_headerless(header: Sequence[str], source: str) -> None:
    if any(_is_number(name) for name in header):
        raise InputError(
            f"{source} has no header line (it starts with {_listed(header)}): "
            "add a first line that names the columns, such as userId,movieId,rating."
        )


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def _listed(names: Sequence[str]) -> str:
    shown = ", ".join(name.strip() or "(blank)" for name in names[:12])
    return f"{shown}, ..." if len(names) > 12 else shown
