"""Archives made to hurt: nothing leads outside, unpacks without end, or lies about what it holds."""

from __future__ import annotations

import stat
import struct
import tracemalloc
import zipfile

import pytest

from assay.core.errors import Invalid
from assay.core.formats.rows import ImportRow, RowProblem
from hostile import archive, messages, read


@pytest.mark.parametrize(
    "name", ["../x.txt", "/etc/x.txt", "a/../../x.txt", "C:\\x.txt", "..\\x.txt", "labels/" + "n" * 600 + ".txt"]
)
def test_an_entry_that_leads_outside_is_a_problem_and_the_others_are_read(name: str) -> None:
    rows = read("yolo", archive(lambda z: z.writestr(name, "0 .5 .5 .1 .1")))

    assert len([row for row in rows if isinstance(row, RowProblem)]) == 1
    assert [row.file_stem for row in rows if isinstance(row, ImportRow)] == ["good"]


def test_entries_are_numbered_by_their_place_in_the_archive_whether_good_or_bad() -> None:
    """Problems are kept by their number; two of one number would be taken for one."""

    def fill(opened: zipfile.ZipFile) -> None:
        opened.writestr("../x.txt", "0 .5 .5 .1 .1")
        opened.writestr("labels/BAD.TXT", "7 .5 .5 .1 .1")

    rows = read("yolo", archive(fill))

    assert {row.row: getattr(row, "item", "") or getattr(row, "file_stem", "") for row in rows} == {
        2: "good",
        3: "../x.txt",
        4: "labels/BAD.TXT",
    }


def test_a_link_is_not_followed() -> None:
    link = zipfile.ZipInfo("labels/evil.txt")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16

    assert "link" in messages("yolo", archive(lambda z: z.writestr(link, "/etc/passwd")))[0]


def test_an_archive_within_the_archive_is_not_opened() -> None:
    inner = archive(lambda _: None)

    assert "archive inside" in messages("yolo", archive(lambda z: z.writestr("more.zip", inner)))[0]


def test_two_entries_of_one_name_are_not_both_read() -> None:
    with pytest.warns(UserWarning, match="Duplicate"):
        data = archive(lambda z: z.writestr("labels/good.txt", "0 .1 .1 .1 .1"))

    assert "same name" in messages("yolo", data)[0]


def test_a_bomb_is_stopped_while_it_unpacks() -> None:
    """16 MiB of zeros in some 16 KiB: neither it nor what it says of its size is believed."""
    data = archive(lambda z: z.writestr("labels/bomb.txt", b"0" * (16 << 20)))
    tracemalloc.start()

    found = messages("yolo", data)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert "larger than" in found[0]
    assert peak < 8 << 20


def test_many_entries_that_are_large_together_are_refused() -> None:
    def fill(opened: zipfile.ZipFile) -> None:
        for number in range(8):
            opened.writestr(f"labels/{number}.txt", b" " * 900_000)

    with pytest.raises(Invalid, match="unpacks to more than 4 MiB"):
        read("yolo", archive(fill))


def test_an_archive_of_too_many_entries_is_refused() -> None:
    def fill(opened: zipfile.ZipFile) -> None:
        for number in range(300):
            opened.writestr(f"labels/{number}.txt", "")

    with pytest.raises(Invalid, match="302 entries"):
        read("yolo", archive(fill))


def test_a_directory_that_claims_to_be_huge_is_not_read_into_memory() -> None:
    """The tail says that the list of entries is 2 GiB long, and the file is long enough to try."""
    data = bytearray(archive(lambda _: None))
    tail = data.rfind(b"PK\x05\x06")
    struct.pack_into("<L", data, tail + 12, 3 << 20)
    padded = b"\0" * (3 << 20) + bytes(data)

    with pytest.raises(Invalid):
        read("yolo", padded)


def test_a_header_that_lies_about_the_size_is_noticed() -> None:
    data = bytearray(archive(lambda z: z.writestr("labels/liar.txt", "0 .5 .5 .1 .1\n" * 50)))
    place = data.rfind(b"labels/liar.txt")
    # The unpacked size in the directory, 22 bytes before the name.
    struct.pack_into("<L", data, place - 22, 14)

    found = messages("yolo", bytes(data))

    assert "cannot be unpacked" in found[0]


def test_an_encrypted_entry_is_refused_by_name() -> None:
    data = bytearray(archive(lambda z: z.writestr("labels/secret.txt", "0 .5 .5 .1 .1")))
    place = data.rfind(b"labels/secret.txt")
    struct.pack_into("<H", data, place - 38, 1)

    assert "encrypted" in messages("yolo", bytes(data))[0]


def test_what_operating_systems_add_is_passed_over() -> None:
    rows = read("yolo", archive(lambda z: z.writestr("__MACOSX/labels/._good.txt", b"\0\5\x16")))

    assert len(rows) == 1
