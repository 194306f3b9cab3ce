"""Who pays freelancers: a person, by the file that the market's office gives them; and one who pays play money.

A provider of a bank or a payment service is another class with the same three methods, which passes the same tests.
"""

from __future__ import annotations

from collections.abc import Mapping

from assay.core.errors import Invalid
from assay.core.ledger import Mode
from assay.core.payouts import Outcome, Payout
from assay.core.ports import Payouts


class ManualPayouts:
    """Somebody pays by hand, and tells the market's office what became of it."""

    name = "manual"
    tells = False

    def check(self, destination: str) -> None:
        if not any(letter.isalnum() for letter in destination):
            raise Invalid("Say where to: the name and number of an account.", "destination")

    async def send(self, payout: Payout) -> Outcome:
        return Outcome("sent", f"assay-{payout.id}")

    async def look(self, payout: Payout) -> Outcome:
        return await self.send(payout)


class PlayPayouts:
    """Pays money that is none, for programs and people who try things out. What becomes of a payout is said by its
    destination: ``fail`` fails, ``slow`` is paid when it is asked about, and everything else at once."""

    name = "play"
    tells = True

    def check(self, destination: str) -> None:
        if not any(letter.isalnum() for letter in destination):
            raise Invalid("Anything will do, such as: my account. Try fail and slow, too.", "destination")

    async def send(self, payout: Payout) -> Outcome:
        return Outcome("sent", f"play-{payout.id}") if _wish(payout) == "slow" else await self.look(payout)

    async def look(self, payout: Payout) -> Outcome:
        if _wish(payout) == "fail":
            return Outcome("failed", f"play-{payout.id}", "The account does not take it, as it was told to.")
        return Outcome("paid", f"play-{payout.id}")


def _wish(payout: Payout) -> str:
    return payout.destination.strip().lower()


def providers() -> Mapping[Mode, Payouts]:
    """Who pays, in each of the two worlds."""
    return {"live": ManualPayouts(), "test": PlayPayouts()}
