"""How a market trades: what its operator decides."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal, TypeAlias, get_args

from assay.core.errors import Invalid, Problem
from assay.core.ledger import fee_of
from assay.core.money import check_currency

SignUp: TypeAlias = Literal["open", "invitation", "closed"]
SIGN_UPS: Final[tuple[SignUp, ...]] = get_args(SignUp)


@dataclass(frozen=True)
class MarketSettings:
    """Amounts are minor units of ``currency``. ``pay_floor_minor``: what an hour of work must bring; none: no floor.

    ``fee_*``: what the market keeps of rewards and bonuses, on top of them, paid by the requester. ``strict_limits``:
    limits that other markets have, and we do not need, hold too. ``appeal_days``: how long a rejection may be appealed.
    ``brake_*``: see ``core.appeals.is_braked``.
    """

    currency: str = "USD"
    fee_basis_points: int = 0
    fee_minimum_minor: int = 0
    pay_floor_minor: int | None = None
    payout_minimum_minor: int = 1
    sign_up: SignUp = "invitation"
    strict_limits: bool = False
    appeal_days: int = 7
    brake_count: int = 20
    brake_percent: int = 50
    brake_days: int = 7
    auto_approval_seconds: int = 259_200

    def fee(self, minor: int) -> int:
        """What the market keeps of one reward or bonus."""
        return fee_of(minor, self.fee_basis_points, self.fee_minimum_minor)


_BOUNDS: Final = {
    "fee_basis_points": (0, 10_000),
    "fee_minimum_minor": (0, 1_000_000),
    "pay_floor_minor": (1, 1_000_000_000),
    "payout_minimum_minor": (1, 1_000_000_000),
    "appeal_days": (0, 365),
    "brake_count": (0, 1_000_000),
    "brake_percent": (1, 100),
    "brake_days": (1, 90),
    "auto_approval_seconds": (0, 2_592_000),
}


def check(settings: MarketSettings) -> None:
    """Raises ``Invalid`` with a problem for each setting that is out of bounds."""
    found = []
    for name, (least, most) in _BOUNDS.items():
        value = getattr(settings, name)
        if value is not None and not least <= value <= most:
            found.append(Problem(name, f"Between {least} and {most}."))
    if settings.sign_up not in SIGN_UPS:
        found.append(Problem("sign_up", f"One of {', '.join(SIGN_UPS)}."))
    try:
        check_currency(settings.currency)
    except Invalid as error:
        found.extend(error.problems)
    if found:
        raise Invalid(found)
