"""Secrets at rest: nobody reads them without the key file, and nobody moves them."""

from __future__ import annotations

import base64
import os
import stat
import threading
from pathlib import Path

import pytest

from assay.adapters.sealing import AesSeals, add_key, file_seals, memory_seals
from assay.core.errors import Unavailable
from assay.core.ports import Seals

SECRET, PURPOSE = "whsec_größe", "webhook:1"


@pytest.fixture(params=["memory", "file"])
def seals(request: pytest.FixtureRequest, tmp_path: Path) -> Seals:
    return memory_seals() if request.param == "memory" else file_seals(tmp_path / "keys" / "master.key")


def test_what_was_sealed_comes_back_and_is_not_seen_in_between(seals: Seals) -> None:
    sealed = seals.seal(SECRET, PURPOSE)

    assert seals.unseal(sealed, PURPOSE) == SECRET
    assert SECRET.encode() not in sealed
    assert seals.seal(SECRET, PURPOSE) != sealed


def test_a_sealed_value_opens_only_for_its_own_purpose(seals: Seals) -> None:
    with pytest.raises(Unavailable, match="belongs to something else"):
        seals.unseal(seals.seal(SECRET, PURPOSE), "webhook:2")


def test_any_changed_missing_or_added_byte_is_noticed(seals: Seals) -> None:
    sealed = seals.seal(SECRET, PURPOSE)
    changed = [sealed[:at] + bytes([sealed[at] ^ 1]) + sealed[at + 1 :] for at in range(len(sealed))]
    cut = [sealed[:at] for at in range(len(sealed))]

    for broken in [*changed, *cut, sealed + b"\0"]:
        with pytest.raises(Unavailable):
            seals.unseal(broken, PURPOSE)


def test_a_new_installation_makes_its_own_private_key_and_keeps_it(tmp_path: Path) -> None:
    one, two = tmp_path / "one" / "master.key", tmp_path / "two" / "master.key"

    sealed = file_seals(one).seal(SECRET, PURPOSE)
    file_seals(two)

    assert stat.S_IMODE(one.stat().st_mode) == 0o600
    assert stat.S_IMODE(one.parent.stat().st_mode) == 0o700
    assert one.read_bytes() != two.read_bytes()
    assert file_seals(one).unseal(sealed, PURPOSE) == SECRET
    with pytest.raises(Unavailable, match="not in the key file"):
        file_seals(two).unseal(sealed, PURPOSE)
    assert os.listdir(one.parent) == ["master.key"]


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o644, 0o666])
def test_a_key_that_others_could_read_is_refused_with_the_remedy(tmp_path: Path, mode: int) -> None:
    path = tmp_path / "master.key"
    file_seals(path)
    path.chmod(mode)

    with pytest.raises(Unavailable, match="chmod 600"):
        file_seals(path)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"changeme",
        b"!" * 44,
        *(base64.b64encode(key) for key in (b"short", bytes(32), b"a" * 32, b"password" * 4)),
    ],
)
def test_an_empty_short_or_typed_key_is_refused_and_never_replaced(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "master.key"
    path.write_bytes(content)
    path.chmod(0o600)

    with pytest.raises(Unavailable, match="does not hold master keys"):
        file_seals(path)
    assert path.read_bytes() == content


def test_after_a_new_key_old_values_open_and_can_be_sealed_again(tmp_path: Path) -> None:
    path = tmp_path / "master.key"
    old = file_seals(path).seal(SECRET, PURPOSE)
    add_key(path)
    seals = file_seals(path)

    again = seals.seal(seals.unseal(old, PURPOSE), PURPOSE)

    assert not seals.is_current(old)
    assert seals.is_current(again)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    newest = base64.b64decode(path.read_bytes().split()[0])
    assert AesSeals([newest]).unseal(again, PURPOSE) == SECRET
    with pytest.raises(Unavailable):
        AesSeals([newest]).unseal(old, PURPOSE)


def test_two_processes_that_start_at_once_end_up_with_the_same_key(tmp_path: Path) -> None:
    path = tmp_path / "master.key"
    gate = threading.Barrier(8)
    sealed: list[bytes] = []

    def start() -> None:
        gate.wait()
        sealed.append(file_seals(path).seal(SECRET, PURPOSE))

    threads = [threading.Thread(target=start) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert [file_seals(path).unseal(each, PURPOSE) for each in sealed] == [SECRET] * 8
