"""Titles as people type them: `The Matrix` for `Matrix, The (1999)`, and what else may have been meant."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from difflib import SequenceMatcher, get_close_matches
from functools import cached_property

import numpy as np

from xlcf.arrays import Integers
from xlcf.ratings.ids import id_text
from xlcf.ratings.ratings import Id

_YEAR = re.compile(r"\s*\((\d{4})(?:[-–]\d{0,4})?\)\s*$")
_OTHER_TITLE = re.compile(r"\(([^()]*)\)")
_ALSO_KNOWN_AS = re.compile(r"^a\.?k\.?a\.? ", re.IGNORECASE)
_ARTICLES = "the|a|an|le|la|les|l'|un|une|il|lo|gli|el|los|las|der|die|das|ein|eine|de|het|den|det"
_LATE_ARTICLE = re.compile(rf"^(.*), ({_ARTICLES})$", re.IGNORECASE)
_ARTICLE = re.compile(r"^(the|a|an) (?=.)")
_NO_WORD = re.compile(r"[^\w]+")
_APOSTROPHE = re.compile(r"['’`]")

_SUGGESTED = 5
_LOOKED_AT = 30
_CLOSE = 0.6  # least ratio of difflib's that counts as close
_FAME = 0.2  # what it adds to that ratio to be the best known


def plain_name(text: str) -> str:
    """Give a title without what people type differently: case, accents, punctuation, an article that comes last.

    >>> plain_name("Schindler's List"), plain_name("Matrix, The")
    ('schindlers list', 'the matrix')
    """
    text = text.strip()
    late = _LATE_ARTICLE.match(text)
    if late:
        text = f"{late[2]} {late[1]}"
    letters = unicodedata.normalize("NFKD", text.casefold())
    text = "".join(letter for letter in letters if not unicodedata.combining(letter))
    return _NO_WORD.sub(" ", _APOSTROPHE.sub("", text).replace("&", " and ")).strip()


def names_of(title: str) -> list[str]:
    """Give what a title may be called: as it stands, by its parts in parentheses; each with its year and without.

    >>> names_of("Seven (a.k.a. Se7en) (1995)")
    ['seven 1995', 'seven', 'se7en 1995', 'se7en', 'seven a k a se7en 1995']
    """
    year = _YEAR.search(title)
    body = _YEAR.sub("", title)
    parts = [_OTHER_TITLE.sub("", body), *_OTHER_TITLE.findall(body)]
    names = []
    for part in parts:
        name = plain_name(_ALSO_KNOWN_AS.sub("", part))
        if name:
            names += [f"{name} {year[1]}", name] if year else [name]
    return list(dict.fromkeys([*names, plain_name(title)]))


def labels_of(titles: Sequence[str], ids: Sequence[Id]) -> list[str]:
    """Give each title as it may stand beside the others: with its id where several are equal but for their case.

    >>> labels_of(["Emma (1996)", "Emma (1996)", "Heat (1995)"], [838, 6, 7])
    ['Emma (1996) [838]', 'Emma (1996) [6]', 'Heat (1995)']
    """
    times = Counter(title.casefold() for title in titles)
    return [
        title if times[title.casefold()] == 1 else f"{title} [{id_text(raw_id)}]"
        for title, raw_id in zip(titles, ids, strict=True)
    ]


class TitleIndex:
    """Titles to be found by what a person types.

    Args:
        titles: one a code.
        counts: shape (titles,), the ratings of each: of several suggestions, those better known come first.
        labels: what is suggested for each title; None for the titles themselves.

    """

    def __init__(self, titles: Sequence[str], counts: Integers, labels: Sequence[str] | None = None) -> None:
        self.titles, self.counts, self.labels = titles, counts, titles if labels is None else labels

    def named(self, text: str) -> list[int]:
        """Give the codes of the titles that the text is, or is a name of, best known first.

        The title as it stands goes before names, and these as they stand before those without an article.
        """
        name = self._plain(text)
        found = self._exact(text) or self._by_name.get(name) or self._by_bare_name.get(_ARTICLE.sub("", name))
        return self._best_known_first(found or [])

    def with_phrase(self, text: str) -> list[int]:
        """Give the codes of the titles with these words one after another, best known first."""
        phrase = f" {self._plain(text)} "
        found = [code for code, name in enumerate(self._whole) if phrase in f" {name} "]
        return self._best_known_first(found) if phrase.strip() else []

    def suggestions(self, text: str) -> list[str]:
        """Give up to five titles that may have been meant: close to the text, or with the same words."""
        wanted = _ARTICLE.sub("", self._plain(text))
        closeness = self._sharing_words(wanted)
        for name in get_close_matches(wanted, self._by_bare_name, n=_LOOKED_AT, cutoff=_CLOSE):
            ratio = SequenceMatcher(None, wanted, name).ratio()
            for code in self._by_bare_name[name]:
                closeness[code] = max(ratio, closeness.get(code, 0.0))
        most = max(1, int(np.max(self.counts, initial=0)))
        order = sorted(closeness, key=lambda code: -closeness[code] - _FAME * int(self.counts[code]) / most)
        return [self.labels[code] for code in order[:_SUGGESTED]]

    def _exact(self, text: str) -> list[int]:
        wanted = text.strip().casefold()
        return [code for code, title in enumerate(self.titles) if title.casefold() == wanted]

    def _sharing_words(self, wanted: str) -> dict[int, float]:
        """Give the titles with at least half of the longer words, and which share of these each has."""
        words = {word for word in wanted.split() if len(word) > 3}
        shares = {code: len(words & set(name.split())) / len(words) for code, name in enumerate(self._whole) if words}
        return {code: share for code, share in shares.items() if share >= 0.5}

    def _plain(self, text: str) -> str:
        """Bring what was typed into the form of a name: with its year where it has one."""
        return names_of(text)[0]

    def _best_known_first(self, codes: Iterable[int]) -> list[int]:
        return sorted(codes, key=lambda code: -int(self.counts[code]))

    @cached_property
    def _whole(self) -> list[str]:
        return [names_of(title)[-1] for title in self.titles]

    @cached_property
    def _by_name(self) -> dict[str, list[int]]:
        found = defaultdict(list)
        for code, title in enumerate(self.titles):
            for name in names_of(title):
                found[name].append(code)
        return dict(found)

    @cached_property
    def _by_bare_name(self) -> dict[str, list[int]]:
        found: dict[str, list[int]] = defaultdict(list)
        for name, codes in self._by_name.items():
            found[_ARTICLE.sub("", name)] += codes
        return dict(found)
