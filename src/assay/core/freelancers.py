"""What a freelancer says of themselves, and what others see of it."""

from __future__ import annotations

import base64
import hashlib
import re
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

import msgspec
from msgspec import UNSET, UnsetType

from assay.core.errors import Forbidden, Invalid, Problem, Throttled
from assay.core.market_settings import SignUp
from assay.core.qualifications import Locale, check_locale
from assay.core.texts import is_storable

SHOWN_NAME_LENGTH_MAX: Final = 100
LISTED_MAX: Final = 50
LISTED_LENGTH_MAX: Final = 60
_LANGUAGE: Final = re.compile(r"[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8}){0,6}")

# How often somebody may ask to be let in: from one network, for one address, and of one market, within the time.
SIGN_UPS_WITHIN: Final = timedelta(hours=1)
SIGN_UPS_OF_NETWORK: Final = 10
SIGN_UPS_OF_ADDRESS: Final = 3
SIGN_UPS_OF_MARKET: Final = 500
SIGN_UPS_KEPT: Final = timedelta(days=3)


class NotJoined(Forbidden):
    """They have a way in, and have not said yet that they want to work here."""

    code = "not_joined"

    def __init__(self) -> None:
        super().__init__("Join the market first; then this is open to you.")


class Profile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``shown_name``: what requesters call them. ``languages``: as BCP 47 writes them. ``adult``: they are of age and
    agree to see what is for adults. ``masters``: named so by the people who run the market."""

    freelancer_id: UUID
    shown_name: str
    joined_at: datetime
    country: str | None = None
    subdivision: str | None = None
    languages: list[str] = []
    skills: list[str] = []
    adult: bool = False
    masters: bool = False

    @property
    def locale(self) -> Locale | None:
        return Locale(self.country, self.subdivision) if self.country else None


class ProfileChange(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is left out stays as it is. Another country without a part leaves the part."""

    shown_name: str | UnsetType = UNSET
    country: str | UnsetType | None = UNSET
    subdivision: str | UnsetType | None = UNSET
    languages: list[str] | UnsetType = UNSET
    skills: list[str] | UnsetType = UNSET
    adult: bool | UnsetType = UNSET


def pseudonym(market_id: UUID, freelancer_id: UUID) -> str:
    """A name that tells nothing of whoever has it, the same each time."""
    digest = hashlib.sha256(market_id.bytes + freelancer_id.bytes).digest()
    return f"Freelancer {base64.b32encode(digest).decode()[:6]}"


def changed(profile: Profile, change: ProfileChange) -> Profile:
    """Raises ``Invalid`` naming every field that is wrong."""
    given = {name: value for name in change.__struct_fields__ if (value := getattr(change, name)) is not UNSET}
    if "country" in given and given["country"] != profile.country and "subdivision" not in given:
        given["subdivision"] = None
    for name in ("country", "subdivision"):
        if isinstance(given.get(name), str):
            given[name] = given[name].strip().upper() or None
    for name in ("languages", "skills"):
        if name in given:
            given[name] = list(dict.fromkeys(text.strip() for text in given[name]))
    if "shown_name" in given:
        given["shown_name"] = given["shown_name"].strip()
    after = msgspec.structs.replace(profile, **given)
    problems = list(_problems(after))
    if problems:
        raise Invalid(problems)
    return after


def _problems(profile: Profile) -> list[Problem]:
    problems = []
    name = profile.shown_name
    if not 1 <= len(name) <= SHOWN_NAME_LENGTH_MAX or not name.isprintable() or not is_storable(name):
        problems.append(Problem("shown_name", f"1 to {SHOWN_NAME_LENGTH_MAX} characters that can be printed."))
    if profile.locale is not None:
        problems += [Problem(one.field.lstrip("."), one.message) for one in check_locale(profile.locale, "")]
    elif profile.subdivision is not None:
        problems.append(Problem("subdivision", "Say the country too."))
    for field, texts in (("languages", profile.languages), ("skills", profile.skills)):
        if len(texts) > LISTED_MAX:
            problems.append(Problem(field, f"At most {LISTED_MAX}."))
        for text in texts[:LISTED_MAX]:
            if not 1 <= len(text) <= LISTED_LENGTH_MAX or not text.isprintable() or not is_storable(text):
                problems.append(Problem(field, f"1 to {LISTED_LENGTH_MAX} characters each that can be printed."))
            elif field == "languages" and not _LANGUAGE.fullmatch(text):
                problems.append(Problem(field, f"{text!r} is no language; write en, pt-BR or the like."))
    return problems


def check_sign_up(sign_up: SignUp) -> None:
    """Whether anybody may ask to be let in. Raises ``Forbidden``."""
    if sign_up == "invitation":
        raise Forbidden("Freelancers join this market by invitation. Ask the people who run it for a link.")
    if sign_up == "closed":
        raise Forbidden("This market takes no new freelancers now.")


def check_pace(of_network: int, of_address: int, of_market: int) -> None:
    """Whether one more may ask, after so many within ``SIGN_UPS_WITHIN``. Raises ``Throttled``."""
    if of_network >= SIGN_UPS_OF_NETWORK or of_address >= SIGN_UPS_OF_ADDRESS or of_market >= SIGN_UPS_OF_MARKET:
        raise Throttled("Too many have asked to sign up just now. Look for the mail that was sent, or try in an hour.")
