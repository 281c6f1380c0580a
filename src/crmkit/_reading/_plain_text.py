"""Numbers and dates of other scripts and languages, in plain digits and with English names of months."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

from crmkit._names import plain_name

__all__ = ["format_in_english", "in_english", "in_plain_digits"]

# Arabic marks of decimals and of thousands.
_ARABIC_MARKS: Final = {0x66B: ".", 0x66C: ","}
_MONTHS: Final = (
    "january januar janvier enero gennaio janeiro januari styczen stycznia",
    "february februar fevrier febrero febbraio fevereiro februari luty lutego",
    "march marz mars marzo marco maart marzec marca",
    "april avril abril aprile kwiecien kwietnia",
    "may mai mayo maggio maio mei maj maja",
    "june juni juin junio giugno junho czerwiec czerwca",
    "july juli juillet julio luglio julho lipiec lipca",
    "august aout agosto augustus augusti sierpien sierpnia",
    "september septembre septiembre setiembre settembre setembro wrzesien wrzesnia",
    "october oktober octobre octubre ottobre outubro pazdziernik pazdziernika",
    "november novembre noviembre novembro listopad listopada",
    "december dezember decembre diciembre dicembre dezembro grudzien grudnia",
)
# Those that differ from the first three letters of the names above.
_SHORT_MONTHS: Final = "janv gen|fevr|mrt mrz|avr kwi||juin|juil|aou|sept set|okt oct||dez dec dic"
_WEEKDAYS: Final = (
    "monday tuesday wednesday thursday friday saturday sunday mon tue tues wed thu thur thurs fri sat sun "
    "montag dienstag mittwoch donnerstag freitag samstag sonnabend sonntag mo di mi do fr sa so "
    "lundi mardi mercredi jeudi vendredi samedi dimanche lun mar mer jeu ven sam dim "
    "lunes martes miercoles jueves viernes sabado domingo mie jue vie sab dom "
    "lunedi martedi mercoledi giovedi venerdi sabato domenica gio "
    "segunda terca quarta quinta sexta segundafeira tercafeira quartafeira quintafeira sextafeira "
    "maandag dinsdag woensdag donderdag vrijdag zaterdag zondag ma wo vr za zo"
)
_WORD: Final = re.compile(r"[^\W\d_]{3,}\.?")
_FIRST_WORD: Final = re.compile(r"^([^\W\d_]{2,}(?:-[^\W\d_]{2,})?)\.?,?\s+(?=\S)")
# 14th, 1er, 14º, and the point of 14. Januar; the word of 14 de enero.
_ORDINAL: Final = re.compile(r"(?<=\d)(?:st|nd|rd|th|er|[ºª°.])(?=,?\s)", re.IGNORECASE)
_OF: Final = re.compile(r"\s+(?:de|del|di|of)\s+", re.IGNORECASE)


def _short_months() -> dict[str, str]:
    found: dict[str, str] = {}
    for names, short in zip(_MONTHS, _SHORT_MONTHS.split("|"), strict=True):
        full = names.split()
        found |= dict.fromkeys([*full, *(name[:3] for name in full), *short.split()], full[0][:3].capitalize())
    # French June and July begin alike.
    del found["jui"]
    return found


_ENGLISH: Final = _short_months()


def in_plain_digits(text: str) -> str:
    """Write digits, marks and spaces of any width and script as ASCII has them."""
    if text.isascii():
        return text
    plain = unicodedata.normalize("NFKC", text.translate(_ARABIC_MARKS))
    return "".join(str(unicodedata.decimal(each)) if each.isdecimal() else each for each in plain)


def in_english(text: str) -> str:
    """Write a date with the short English names of months, without weekdays, endings of numbers and words between.

    Names are known in English, German, French, Spanish, Italian, Portuguese, Dutch and Polish.
    """
    first = _FIRST_WORD.match(text)
    if first is not None and plain_name(first[1]) in _WEEKDAYS.split() and _WORD.search(text, first.end()):
        text = text[first.end() :]
    text = _OF.sub(" ", _ORDINAL.sub("", text))
    return _WORD.sub(lambda word: _ENGLISH.get(plain_name(word[0]), word[0]), text)


def format_in_english(date_format: str) -> str:
    """Say how dates in a format are written once they are `in_english`."""
    return _OF.sub(" ", re.sub(r"%[Aa][.,]?\s*", "", date_format).replace("%d. ", "%d ").replace("%B", "%b"))
