"""The words in headers that say what a column, or a line of labels, holds: in files of ratings and in sheets.

A header is one of these words with what people write around it: a plural, a word for id before or after it (`movieId`,
`id_usuario`, `KundenNr`), blanks, `_`, `-` and dots, capitals and accents.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

# Words without accents; of each pair the first surely mean it, the second may mean something else beside them.
# English, then German; French, Spanish, Portuguese, Italian, Dutch.
_PEOPLE = (
    "user|reviewer|customer|rater|person",
    "people|reader|viewer|member|student|client|benutzer|nutzer|kunden?|leser|zuschauer|mitglied|schuler"
    "|utilisateur|lecteur|spectateur|membre|usuario|utilizador|cliente|lector|leitor|utente|lettore|gebruiker|klant",
)
_THINGS = (
    "item|movie|film|product|book|song|track|artist|anime|game|restaurant|business|joke",
    "dish|course|artikel|produkt|buch|spiel|lied|kunstler|gericht|kurs"
    "|article|produit|livre|jeu|chanson|artiste|plat|cours|pelicula|producto|libro|juego|cancion|articulo|plato|curso"
    "|filme|produto|livro|jogo|musica|prodotto|gioco|canzone|piatto|corso|boek",
)
_RATINGS = (
    "rating|score|star|grade",
    "bewertung|note|punkte|sterne|evaluation|puntuacion|calificacion|valoracion|avaliacao|nota|voto|valutazione"
    "|punteggio|beoordeling|waardering|cijfer",
)
_TITLES = ("title|name", "titel|titre|titulo|titolo|nom|nombre|nome|naam")
_TIMES = (
    "(?:unix)?timestamp",
    "time|date|datetime|(?:unix)?reviewtime|zeit|zeitstempel|datum|horodatage|fecha|hora|tijd",
)
_CODES = "isbn|asin"  # names of ids that are words for items
_ID, _PLURAL = "(?:id|nr|nummer)", "(?:s|es|n|en)?"
_ANY_PERSON, _ANY_THING = "|".join(_PEOPLE), "|".join(_THINGS)


def _patterns(form: str, words: tuple[str, str]) -> tuple[re.Pattern[str], ...]:
    return tuple(re.compile(form.format(words=f"(?:{some})")) for some in words)


# for each role the patterns of a header, the surer first
_ROLES = {
    "user": _patterns(rf"{_ID}?{{words}}(?:{_ID}|name|s)?", _PEOPLE),
    "item": _patterns(rf"{_ID}?{{words}}(?:{_ID}|s)?|{_CODES}", _THINGS),
    "title": _patterns(rf"(?:{_ANY_THING})?{{words}}", _TITLES),
    "rating": _patterns(rf"(?:user)?{{words}}{_PLURAL}|overall", _RATINGS),
    "time": _patterns("{words}", _TIMES),
}
_ABOUT = {
    "user": re.compile(rf"{_ID}?(?:{_ANY_PERSON})(?:{_ID}|name)?{_PLURAL}"),
    "item": re.compile(
        rf"(?:{_ID}?(?:{_ANY_THING})|(?:{_ANY_THING})?tit(?:le|el|re|ulo|olo))(?:{_ID}|name)?{_PLURAL}|{_CODES}"
    ),
}


def naming(header: Sequence[str], role: str) -> list[str]:
    """Give the names in a header that name a role: those that surely do, else those that may.

    Args:
        header: the names.
        role: `user`, `item`, `title`, `rating` or `time`.

    """
    for pattern in _ROLES[role]:
        names = [name for name in header if pattern.fullmatch(plain(name))]
        if names:
            return names
    return []


def is_about(text: str, role: str) -> bool:
    """Tell whether a short text, such as `The user's id`, has a word for a role, `user` or `item`."""
    words = re.findall(r"[^\W\d_]+", re.sub(r"([a-z])([A-Z])", r"\1 \2", _without_accents(text)))
    return any(_ABOUT[role].fullmatch(word.lower()) for word in [*words, "".join(words)])


def names_ids(name: str) -> bool:
    """Tell whether a name in a header says that its column holds ids."""
    return plain(name).endswith("id")


def plain(name: str) -> str:
    """Give a name without what does not tell names apart: case, accents, blanks, `_`, `-` and dots."""
    return re.sub(r"[\s_.-]", "", _without_accents(name)).lower()


def _without_accents(text: str) -> str:
    if text.isascii():
        return text
    return "".join(sign for sign in unicodedata.normalize("NFKD", text) if not unicodedata.combining(sign))
