"""The ledger's rules: every movement of money is a transfer, whose entries sum to zero.

    outside ──fund──▶ available ──hold──▶ held ──pay──▶ earned ──payout──▶ paying ──▶ outside
            ◀withdraw─     │  ◀─release──   └────▶ fees          ◀─failed──
                           └──bonus, pay_again──▶ earned, fees

An account is named by what it is for and by whose it is. What is held is held for one posting, so that no posting can
be paid from another's money; fees are kept by requester, so that requesters never wait for each other at one row.
A transfer happens once for its key, whoever repeats it. See decisions/0023.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final, Literal, TypeAlias, get_args
from uuid import UUID

Purpose: TypeAlias = Literal["available", "held", "fees", "earned", "paying", "outside"]
TransferKind: TypeAlias = Literal[
    "fund",
    "withdraw",
    "hold",
    "release",
    "pay",
    "pay_again",
    "bonus",
    "payout_start",
    "payout_finish",
    "payout_fail",
    "reversal",
]
Mode: TypeAlias = Literal["live", "test"]

PURPOSES: Final[tuple[Purpose, ...]] = get_args(Purpose)
TRANSFER_KINDS: Final[tuple[TransferKind, ...]] = get_args(TransferKind)
KEY_MAX: Final = 200
MEMO_MAX: Final = 500
# What a requester always has to try things out with, in major units.
PLAY_MONEY: Final = 10_000


@dataclass(frozen=True)
class AccountName:
    """``owner``: the posting for ``held``; the freelancer for ``earned`` and ``paying``; the requester for
    ``available`` and ``fees`` (the market's income from them); the one it came from or went to for ``outside``."""

    owner: UUID
    purpose: Purpose


@dataclass(frozen=True)
class Transfer:
    """Entries in minor units: what an account gains, or loses when below zero. ``key`` is unique on a market."""

    key: str
    kind: TransferKind
    entries: tuple[tuple[AccountName, int], ...]
    requester_id: UUID | None = None
    freelancer_id: UUID | None = None
    posting_id: UUID | None = None
    engagement_id: UUID | None = None
    memo: str = ""

    def __post_init__(self) -> None:
        assert 1 <= len(self.key) <= KEY_MAX, "a transfer has a key"
        assert len(self.memo) <= MEMO_MAX, "a memo is short"
        assert sum(minor for _, minor in self.entries) == 0, "entries sum to zero"
        assert len({name for name, _ in self.entries}) == len(self.entries) >= 2, "one entry an account"

    def told(self, memo: str) -> Transfer:
        """The same with words for whoever reads the statement."""
        return replace(self, memo=memo[:MEMO_MAX])


def fee_of(minor: int, basis_points: int, minimum_minor: int = 0) -> int:
    """The market's fee on an amount, half a minor unit rounded up; at least the minimum, unless there is no fee at all
    or nothing it is taken of."""
    assert min(minor, basis_points, minimum_minor) >= 0, "a fee is never below zero"
    if not minor or (not basis_points and not minimum_minor):
        return 0
    return max((minor * basis_points + 5_000) // 10_000, minimum_minor)


def promised(
    per_engagement: int, *, most: int, pending: int, submitted: int, approved: int, rejected: int, expired: bool
) -> int:
    """What must be held for a posting: for each engagement that may still be paid, its reward and fee.

    ``most``: how many engagements it may have. Once it expired nobody takes it up any more, and only the engagements
    that go on (``pending``) or wait for their decision (``submitted``) count.
    """
    turns = pending + submitted if expired else most - approved - rejected
    assert turns >= 0, "a posting has no more engagements than were promised"
    return turns * per_engagement


def fund(requester: UUID, minor: int, key: str) -> Transfer:
    """Money that came in from a requester."""
    return _moved("fund", AccountName(requester, "outside"), AccountName(requester, "available"), minor, key, requester)


def withdraw(requester: UUID, minor: int, key: str) -> Transfer:
    """Money given back to a requester."""
    names = AccountName(requester, "available"), AccountName(requester, "outside")
    return _moved("withdraw", *names, minor, key, requester)


def hold(requester: UUID, posting_id: UUID, minor: int, key: str) -> Transfer:
    """Sets aside what a posting promises."""
    names = AccountName(requester, "available"), AccountName(posting_id, "held")
    return _moved("hold", *names, minor, key, requester, posting_id)


def release(requester: UUID, posting_id: UUID, minor: int, key: str, *, engagement_id: UUID | None = None) -> Transfer:
    """Gives back what a posting does not promise any more; ``engagement_id`` where one's rejection is the reason."""
    names = AccountName(posting_id, "held"), AccountName(requester, "available")
    return _moved("release", *names, minor, key, requester, posting_id, engagement_id)


def pay(
    requester: UUID, freelancer: UUID, posting_id: UUID, engagement_id: UUID, reward: int, fee: int, key: str
) -> Transfer:
    """The reward of an approved engagement and the fee, from what is held for its posting."""
    source = AccountName(posting_id, "held")
    return _earned("pay", source, requester, freelancer, posting_id, engagement_id, reward, fee, key)


def pay_again(
    requester: UUID, freelancer: UUID, posting_id: UUID, engagement_id: UUID, reward: int, fee: int, key: str
) -> Transfer:
    """The same for one that was rejected and is approved after all: what was held went back, so it is taken from what
    is available."""
    source = AccountName(requester, "available")
    return _earned("pay_again", source, requester, freelancer, posting_id, engagement_id, reward, fee, key)


def bonus(
    requester: UUID, freelancer: UUID, posting_id: UUID, engagement_id: UUID, minor: int, fee: int, key: str
) -> Transfer:
    """What a requester adds to an engagement's reward, from what is available."""
    source = AccountName(requester, "available")
    return _earned("bonus", source, requester, freelancer, posting_id, engagement_id, minor, fee, key)


def payout_start(freelancer: UUID, minor: int, key: str) -> Transfer:
    """What a freelancer asked to be paid out; it is theirs no more to ask for, and not yet sent."""
    return _payout("payout_start", "earned", "paying", freelancer, minor, key)


def payout_finish(freelancer: UUID, minor: int, key: str) -> Transfer:
    """A payout that arrived."""
    return _payout("payout_finish", "paying", "outside", freelancer, minor, key)


def payout_fail(freelancer: UUID, minor: int, key: str) -> Transfer:
    """A payout that did not arrive: it is earned, and can be asked for again."""
    return _payout("payout_fail", "paying", "earned", freelancer, minor, key)


def reversal(transfer: Transfer, key: str) -> Transfer:
    """Takes back a transfer that should not have been made; both stay on record."""
    assert transfer.kind != "reversal", "what was taken back is made anew, under a key of its own"
    entries = tuple((name, -minor) for name, minor in transfer.entries)
    return replace(transfer, key=key, kind="reversal", entries=entries, memo="")


def _moved(
    kind: TransferKind,
    source: AccountName,
    target: AccountName,
    minor: int,
    key: str,
    requester: UUID,
    posting_id: UUID | None = None,
    engagement_id: UUID | None = None,
) -> Transfer:
    assert minor > 0, "money moves one way"
    entries = ((source, -minor), (target, minor))
    return Transfer(key, kind, entries, requester, posting_id=posting_id, engagement_id=engagement_id)


def _earned(
    kind: TransferKind,
    source: AccountName,
    requester: UUID,
    freelancer: UUID,
    posting_id: UUID,
    engagement_id: UUID,
    minor: int,
    fee: int,
    key: str,
) -> Transfer:
    assert minor > 0, "money moves one way; nothing is booked for nothing"
    assert fee >= 0, "a fee is never below zero"
    entries = [(source, -minor - fee), (AccountName(freelancer, "earned"), minor)]
    if fee:
        entries.append((AccountName(requester, "fees"), fee))
    return Transfer(key, kind, tuple(entries), requester, freelancer, posting_id, engagement_id)


def _payout(kind: TransferKind, source: Purpose, target: Purpose, freelancer: UUID, minor: int, key: str) -> Transfer:
    assert minor > 0, "money moves one way"
    entries = ((AccountName(freelancer, source), -minor), (AccountName(freelancer, target), minor))
    return Transfer(key, kind, entries, freelancer_id=freelancer)
