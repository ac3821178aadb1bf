"""Finding users and items by what a person types."""

from __future__ import annotations

import re
from collections.abc import Sequence
from difflib import get_close_matches
from typing import TYPE_CHECKING

from xlcf.errors import InputError
from xlcf.models.titles import TitleIndex
from xlcf.ratings.ids import id_text
from xlcf.ratings.ratings import Id

if TYPE_CHECKING:
    from xlcf.models.rating_model import RatingModel

_EXAMPLES = 3
_WITH_ID = re.compile(r"(?P<title>.*\S)\s*\[(?P<id>[^\[\]]+)\]\s*", re.DOTALL)


def find_items(model: RatingModel, texts: Sequence[str]) -> list[int]:
    """Find an item for each text: by its title or a name of it, its id, or words that only its title has.

    Of several items with one title the id in brackets says which is meant: `Emma (1996) [838]`.

    Raises:
        InputError: where a text names no item, or several; it says which may have been meant.

    """
    index = TitleIndex(_titles(model), model.item_counts, model.item_labels())
    return [_find_item(model, index, text) for text in texts]


def find_item(model: RatingModel, text: str) -> int:
    """Find one item; see `find_items`."""
    return find_items(model, [text])[0]


def find_user(model: RatingModel, text: str) -> int:
    """Find a user by id.

    Raises:
        InputError: where there is no such user.

    """
    ids = {id_text(raw_id): code for code, raw_id in enumerate(model.user_ids)}
    if text.strip() in ids:
        return ids[text.strip()]
    close = get_close_matches(text.strip(), ids, n=_EXAMPLES) or list(ids)[:_EXAMPLES]
    raise InputError(f"There is no {model.user_name} {text}; there are {model.n_users:,}, such as {_listed(close)}.")


def user_code(model: RatingModel, raw_id: Id) -> int:
    """Give the code of a user by the raw id.

    Raises:
        InputError: where there is no such user.

    """
    code = int(model.user_codes([raw_id])[0])
    return code if code >= 0 else find_user(model, id_text(raw_id))


def item_code(model: RatingModel, item: Id) -> int:
    """Give the code of an item by the raw id, else as `find_item` does.

    Raises:
        InputError: where there is no such item, or a text names several.

    """
    code = int(model.item_codes([item])[0])
    return code if code >= 0 else find_item(model, id_text(item))


def _find_item(model: RatingModel, index: TitleIndex, text: str) -> int:
    found = _with_its_id(model, index, text) or index.named(text) or _of_id(model, text)
    if not found:
        found = index.with_phrase(text)
    if len(found) == 1:
        return found[0]
    if found:
        more = f" and {len(found) - 5:,} more" if len(found) > 5 else ""
        listed = "; ".join(index.labels[code] for code in found[:5])
        has_twins = any(index.labels[code] != index.titles[code] for code in found)
        whole = "give the whole title, with the id in brackets" if has_twins else "give the whole title"
        raise InputError(f"{text!r} may be one of {len(found):,} items: {listed}{more}; {whole}.")
    suggestions = index.suggestions(text)
    hint = f"did you mean {'; or '.join(suggestions)}?" if suggestions else "check the spelling."
    raise InputError(f"No item is called {text!r}: {hint}")


def _with_its_id(model: RatingModel, index: TitleIndex, text: str) -> list[int]:
    """Give the items that a text such as `Emma (1996) [838]` names."""
    parts = _WITH_ID.fullmatch(text)
    if parts is None:
        return []
    of_title, of_id = index.named(parts["title"]), _of_id(model, parts["id"])
    return [code for code in of_title if code in of_id]


def _of_id(model: RatingModel, text: str) -> list[int]:
    return [code for code, raw_id in enumerate(model.item_ids) if id_text(raw_id) == text.strip()]


def _titles(model: RatingModel) -> list[str]:
    return [str(title) for title in model.item_titles or model.item_ids]


def _listed(texts: Sequence[str]) -> str:
    return texts[0] if len(texts) == 1 else f"{', '.join(texts[:-1])} and {texts[-1]}"
