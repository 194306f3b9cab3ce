"""Amounts of money: whole minor units (cents) of a currency, never fractions of one."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from assay.core.errors import Invalid

# Minor units of a currency have two digits, but for these (ISO 4217, table A.1).
_DIGITS: Final = {
    **dict.fromkeys(
        [
            "BIF",
            "CLP",
            "DJF",
            "GNF",
            "ISK",
            "JPY",
            "KMF",
            "KRW",
            "PYG",
            "RWF",
            "UGX",
            "UYI",
            "VND",
            "VUV",
            "XAF",
            "XOF",
            "XPF",
        ],
        0,
    ),
    **dict.fromkeys(["BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"], 3),
    **dict.fromkeys(["CLF", "UYW"], 4),
}
# Far above any balance and far below what a bigint holds, so that sums of many stay within it.
MINOR_MAX: Final = 10**15
_AMOUNT: Final = re.compile(r"[0-9]{1,16}(\.[0-9]{0,10})?|\.[0-9]{1,10}")


@dataclass(frozen=True)
class Money:
    """``minor`` units of ``currency`` (an ISO 4217 code); below zero for what was taken."""

    minor: int
    currency: str

    def __str__(self) -> str:
        return f"{show(self.minor, self.currency)} {self.currency}"


def check_currency(currency: str, field: str = "currency") -> str:
    """The code as it is written. Raises ``Invalid``."""
    if not re.fullmatch("[A-Z]{3}", currency):
        raise Invalid("A currency is three capital letters, such as USD (ISO 4217).", field)
    return currency


def digits(currency: str) -> int:
    """How many digits the minor unit has: 2 for cents."""
    return _DIGITS.get(currency, 2)


def parse(text: str, currency: str, field: str = "amount") -> Money:
    """An amount as people and programs write it, ``0.05``; zero or more.

    Raises ``Invalid`` for what is no number, is below zero, has more decimals than the currency or is too large.
    """
    stripped = text.strip()
    if not _AMOUNT.fullmatch(stripped):
        raise Invalid(f"An amount is a number such as 0.05, not {text[:40]!r}.", field)
    scaled = Decimal(stripped).scaleb(digits(currency))
    if scaled != scaled.to_integral_value():
        raise Invalid(f"{currency} has {digits(currency)} decimals; {stripped} has more.", field)
    if scaled > MINOR_MAX:
        raise Invalid(f"At most {show(MINOR_MAX, currency)} {currency}.", field)
    return Money(int(scaled), currency)


def show(minor: int, currency: str) -> str:
    """The amount with all decimals of its currency and without its code: ``0.05``, ``-12.00``, and ``500`` for JPY."""
    places = digits(currency)
    whole, rest = divmod(abs(minor), 10**places)
    sign = "-" if minor < 0 else ""
    return f"{sign}{whole}.{rest:0{places}d}" if places else f"{sign}{whole}"
