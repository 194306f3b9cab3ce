"""Photos: what is kept is exactly the picture; what is hostile is refused by name or comes out harmless."""

from __future__ import annotations

import contextlib
import gzip
import hashlib
import struct
import time
import zipfile
import zlib
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image, ImageCms

from assay.adapters.media import MediaLimits, inspect, prepare
from assay.core.errors import AssayError, Invalid, TooLarge

REAL = Path(__file__).parents[3] / "shared" / "data"


def _photo(width: int = 64, height: int = 48, mode: str = "RGB") -> Image.Image:
    """Smooth colour ramps with a red upper left corner, so that turning it the wrong way is seen."""
    y, x = np.mgrid[0:height, 0:width]
    rgb = np.stack([x * 255 // width, y * 255 // height, np.full_like(x, 90)], axis=-1).astype(np.uint8)
    rgb[: height // 3, : width // 3] = (250, 10, 10)
    return Image.fromarray(rgb).convert(mode)


def _file(image: Image.Image, kind: str = "JPEG", **options: object) -> bytes:
    out = BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


def _exif(orientation: int) -> bytes:
    exif = Image.Exif()
    exif[0x0112] = orientation
    exif[0x010F] = "CAMERA-MAKER"
    exif.get_ifd(0x8825)[2] = (52.0, 31.0, 12.0)
    return exif.tobytes()


def _chunk(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def _png(width: int, height: int, pixels: bytes, extra: bytes = b"", depth: int = 8, colour: int = 2) -> bytes:
    header = struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + _chunk(b"IHDR", header)
        + extra
        + _chunk(b"IDAT", zlib.compress(pixels, 1))
        + _chunk(b"IEND", b"")
    )


def _insert_segment(jpeg: bytes, marker: int, body: bytes) -> bytes:
    return jpeg[:2] + b"\xff" + bytes([marker]) + struct.pack(">H", len(body) + 2) + body + jpeg[2:]


def _zip() -> bytes:
    out = BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("payload.class", "x" * 100)
    return out.getvalue()


SCRIPT = b"<script>alert(1)</script>"
JPEG = _file(_photo(), exif=_exif(1))
PNG = _file(_photo(), "PNG")
WEBP = _file(_photo(), "WEBP", exif=_exif(1))
GOOD = {"jpeg": JPEG, "png": PNG, "webp": WEBP}


@pytest.mark.parametrize("kind", GOOD)
def test_a_plain_picture_keeps_every_pixel_and_gets_a_thumbnail_and_no_scaled_copy(kind: str) -> None:
    data = GOOD[kind]

    made = prepare(data)

    assert made.content_type == f"image/{kind}"
    assert (
        Image.open(BytesIO(made.original)).convert("RGB").tobytes()
        == Image.open(BytesIO(data)).convert("RGB").tobytes()
    )
    assert (made.width, made.height, made.display_width, made.display_height) == (64, 48, 64, 48)
    assert made.display is None
    assert made.sha256 == hashlib.sha256(data).hexdigest()
    thumbnail = Image.open(BytesIO(made.thumbnail))
    assert (thumbnail.format, thumbnail.size) == ("WEBP", (64, 48))


def test_a_file_with_nothing_to_remove_is_kept_byte_for_byte() -> None:
    clean = prepare(JPEG).original

    assert prepare(clean).original == clean
    assert prepare(PNG).original == PNG


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_the_picture_stands_as_the_camera_meant_and_no_metadata_is_left(kind: str, orientation: int) -> None:
    """The eight ways of Exif 2.32: stored so that following the tag gives the upright photo back."""
    undo = {2: 0, 3: 3, 4: 1, 5: 5, 6: 2, 7: 6, 8: 4}
    upright = _photo()
    stored = upright if orientation == 1 else upright.transpose(Image.Transpose(undo[orientation]))
    data = _file(stored, kind, exif=_exif(orientation), **({"lossless": True} if kind == "WEBP" else {}))
    assert b"CAMERA-MAKER" in data

    facts, made = inspect(data), prepare(data)

    kept = Image.open(BytesIO(made.original))
    assert (facts.width, facts.height, facts.orientation) == (64, 48, orientation)
    assert (made.width, made.height) == kept.size == (64, 48)
    assert np.abs(np.asarray(kept.convert("RGB"), int) - np.asarray(upright, int)).mean() < 3
    for content in (made.original, made.thumbnail):
        assert b"CAMERA-MAKER" not in content
        assert not Image.open(BytesIO(content)).getexif()


def test_comments_previews_and_text_are_removed_and_the_colour_profile_stays() -> None:
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    jpeg = _insert_segment(_file(_photo(), icc_profile=profile, comment=SCRIPT), 0xED, b"Photoshop 3.0\0" + SCRIPT)
    png = _file(_photo(), "PNG", icc_profile=profile)
    png = png.replace(b"IDAT", b"IDAT", 1)[:33] + _chunk(b"tEXt", b"Comment\0" + SCRIPT) + png[33:]
    webp = _file(_photo(), "WEBP", icc_profile=profile, xmp=SCRIPT)

    for data in (jpeg, png, webp):
        made = prepare(data)
        assert SCRIPT in data
        assert SCRIPT not in made.original
        assert Image.open(BytesIO(made.original)).info["icc_profile"] == profile


def test_a_wide_gamut_photo_gets_a_thumbnail_in_screen_colours() -> None:
    """A linear-light profile: stored 0.5 is shown much lighter, at about 188 of 255 (IEC 61966-2-1)."""
    profile = _linear_profile()
    grey = Image.new("RGB", (100, 100), (128, 128, 128))

    made = prepare(_file(grey, "PNG", icc_profile=profile))

    shown = np.asarray(Image.open(BytesIO(made.thumbnail)).convert("RGB")).mean()
    assert 183 < shown < 193


def _linear_profile() -> bytes:
    """The sRGB profile with its curves replaced by gamma 1.0 (ICC.1:2010, 10.5: a curve of no entries)."""
    profile = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    count = struct.unpack(">I", profile[128:132])[0]
    for index in range(count):
        name, offset, _ = struct.unpack(">4sII", profile[132 + 12 * index : 144 + 12 * index])
        if name in (b"rTRC", b"gTRC", b"bTRC"):
            profile[offset : offset + 12] = b"curv\0\0\0\0\0\0\0\0"
    return bytes(profile)


def test_a_photo_over_the_display_limit_gets_a_scaled_copy_and_keeps_its_own_size() -> None:
    data = _file(_photo(600, 400))

    made = prepare(data, MediaLimits(display_pixels_max=60_000))

    assert (made.width, made.height) == (600, 400)
    assert made.display is not None
    assert (made.display_width, made.display_height) == (300, 200)
    assert Image.open(BytesIO(made.display)).size == (300, 200)
    assert Image.open(BytesIO(made.thumbnail)).size == (300, 200)
    assert Image.open(BytesIO(made.original)).tobytes() == Image.open(BytesIO(data)).tobytes()


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGBA", "I;16"])
def test_every_png_pixel_format_is_prepared_with_its_transparency(mode: str) -> None:
    if mode == "I;16":
        image = Image.fromarray((np.arange(100 * 90, dtype=np.uint16) * 7).reshape(90, 100))
    else:
        image = _photo(100, 90).convert(mode)
    if mode in ("LA", "RGBA"):
        image.putalpha(Image.linear_gradient("L").resize(image.size))
    data = _file(image, "PNG", **({"transparency": image.getpixel((0, 0))} if mode == "P" else {}))

    made = prepare(data, MediaLimits(display_pixels_max=2000, thumbnail_side=32))

    thumbnail = Image.open(BytesIO(made.thumbnail))
    assert max(thumbnail.size) == 32
    assert (thumbnail.mode == "RGBA") == (mode in ("P", "LA", "RGBA"))
    assert made.display_content_type == ("image/webp" if thumbnail.mode == "RGBA" else "image/jpeg")


def test_a_jpeg_in_ink_colours_becomes_one_that_screens_show() -> None:
    made = prepare(_file(_photo().convert("CMYK")))

    kept = Image.open(BytesIO(made.original))
    assert kept.mode == "RGB"
    assert np.abs(np.asarray(kept, int) - np.asarray(_photo(), int)).mean() < 8


REFUSED: dict[str, tuple[Callable[[], bytes], type[AssayError], str]] = {
    "nothing": (lambda: b"", Invalid, "empty"),
    "zero bytes": (lambda: bytes(10_000), Invalid, "no picture"),
    "text": (lambda: b"hello, I am photo.jpg", Invalid, "no picture"),
    "svg with script": (lambda: b'<?xml version="1.0"?>\n<svg onload="alert(1)">' + SCRIPT + b"</svg>", Invalid, "SVG"),
    "svg after a mark": (lambda: b"\xef\xbb\xbf  <svg/>", Invalid, "SVG"),
    "svg in utf-16": (lambda: "<svg/>".encode("utf-16-le"), Invalid, "SVG"),
    "web page": (lambda: b"<!DOCTYPE html><html>" + SCRIPT, Invalid, "web page"),
    "xml with entities": (lambda: b'<!DOCTYPE x [<!ENTITY a "b">]><x>&a;</x>', Invalid, "XML"),
    "gif": (lambda: _file(_photo(), "GIF"), Invalid, "GIF"),
    "gifar": (lambda: _file(_photo(), "GIF") + _zip(), Invalid, "GIF"),
    "bmp": (lambda: _file(_photo(), "BMP"), Invalid, "BMP"),
    "tiff": (lambda: _file(_photo(), "TIFF"), Invalid, "TIFF"),
    "avif": (lambda: _file(_photo(), "AVIF"), Invalid, "AVIF"),
    "icon": (lambda: _file(_photo(), "ICO"), Invalid, "icon"),
    "jpeg 2000": (lambda: b"\0\0\0\x0cjP  \r\n\x87\n", Invalid, "JPEG 2000"),
    "pdf": (lambda: b"%PDF-1.7\n" + JPEG, Invalid, "PDF"),
    "zip": (_zip, Invalid, "ZIP"),
    "gzip": (lambda: gzip.compress(JPEG), Invalid, "gzip"),
    "program": (lambda: b"\x7fELF" + bytes(64), Invalid, "program"),
    "postscript by name only": (lambda: b"%!PS-Adobe-3.0 EPSF-3.0\n(x) run\n", Invalid, "no picture"),
    "script before a jpeg": (lambda: SCRIPT + JPEG, Invalid, "web page"),
    "jpeg cut in half": (lambda: JPEG[: len(JPEG) // 2], Invalid, "damaged"),
    "jpeg without its last byte": (lambda: JPEG[:-1], Invalid, "damaged"),
    "jpeg of its first bytes": (lambda: JPEG[:3], Invalid, "damaged"),
    "jpeg with two frames": (lambda: _two_frames(JPEG), Invalid, "two frames"),
    "jpeg of many scans": (lambda: _many_scans(), Invalid, "scans"),
    "jpeg of 65,500 squared": (lambda: _sized_jpeg(65_500), TooLarge, "megapixels"),
    "jpeg of no height": (lambda: _sized_jpeg(0), Invalid, "height"),
    "jpeg arithmetic": (lambda: JPEG.replace(b"\xff\xc0", b"\xff\xc9", 1), Invalid, "browsers"),
    "png cut in half": (lambda: PNG[: len(PNG) // 2], Invalid, "damaged"),
    "png without its end": (lambda: PNG[:-12], Invalid, "damaged"),
    "png with a wrong checksum": (lambda: PNG[:40] + b"\x01" + PNG[41:], Invalid, "damaged"),
    "png bomb": (lambda: _png(12_000, 12_000, bytes(1000), colour=0), TooLarge, "megapixels"),
    "png of 4 billion": (lambda: _png(2**32 - 1, 2**32 - 1, b""), TooLarge, "megapixels"),
    "png long and thin": (lambda: _png(1, 90_000_000, bytes(1000)), TooLarge, "40000 on a side"),
    "png of fewer pixels than it says": (lambda: _png(4000, 4000, bytes(100)), Invalid, "damaged"),
    "png with two headers": (lambda: PNG[:33] + PNG[8:], Invalid, "says it twice"),
    "png of 3 bits": (lambda: _png(8, 8, bytes(99), depth=3), Invalid, "pixel format"),
    "png with an unknown need": (lambda: _png(8, 8, bytes(200), extra=_chunk(b"EVIL", b"")), Invalid, "EVIL"),
    "png animated": (lambda: _animated("PNG"), Invalid, "animated"),
    "webp animated": (lambda: _animated("WEBP"), Invalid, "animated"),
    "webp cut in half": (lambda: WEBP[: len(WEBP) // 2], Invalid, "damaged"),
    "webp of two sizes": (lambda: _webp_canvas(9999), Invalid, "two different sizes"),
    "webp without pixels": (lambda: b"RIFF\x04\0\0\0WEBP", Invalid, "no pixels"),
    "sound": (lambda: b"RIFF\x24\0\0\0WAVEfmt ", Invalid, "sound"),
    "over the byte limit": (lambda: JPEG + bytes(50 * 1024 * 1024), TooLarge, "50 MiB"),
}


def _two_frames(jpeg: bytes) -> bytes:
    at = jpeg.index(b"\xff\xc0")
    frame = jpeg[at : at + 2 + int.from_bytes(jpeg[at + 2 : at + 4], "big")]
    return jpeg[:at] + frame + jpeg[at:]


def _sized_jpeg(side: int) -> bytes:
    at = JPEG.index(b"\xff\xc0")
    return JPEG[: at + 5] + struct.pack(">HH", side, side) + JPEG[at + 9 :]


def _many_scans() -> bytes:
    jpeg = _file(_photo(), progressive=True)
    last = jpeg.rindex(b"\xff\xda")
    return jpeg[:-2] + jpeg[last:-2] * 100 + b"\xff\xd9"


def _animated(kind: str) -> bytes:
    frames = [_photo(), _photo().transpose(Image.Transpose.ROTATE_180)]
    return _file(frames[0], kind, save_all=True, append_images=frames[1:], duration=100)


def _webp_canvas(side: int) -> bytes:
    at = WEBP.index(b"VP8X") + 8
    return WEBP[: at + 4] + struct.pack("<I", side)[:3] + WEBP[at + 7 :]


@pytest.mark.parametrize("name", REFUSED)
def test_a_hostile_or_foreign_file_is_refused_with_a_sentence_that_says_why(name: str) -> None:
    make, error, words = REFUSED[name]

    with pytest.raises(error, match=words) as caught:
        prepare(make())
    assert caught.value.message.endswith(".")


def test_a_bomb_is_refused_before_decoding_in_under_50_ms() -> None:
    bomb = _png(12_000, 12_000, bytes(12_000 * 12_001), colour=0)
    assert len(bomb) < 1_000_000
    best = 1.0

    for _ in range(3):
        began = time.perf_counter()
        with pytest.raises(TooLarge):
            prepare(bomb)
        best = min(best, time.perf_counter() - began)

    assert best < 0.05


@pytest.mark.parametrize("kind", GOOD)
@pytest.mark.parametrize(
    "tail", [_zip(), SCRIPT * 50, PNG, b"%PDF-1.7", bytes(5000)], ids=["zip", "html", "png", "pdf", "zeros"]
)
def test_what_is_appended_to_a_picture_is_cut_off(kind: str, tail: bytes) -> None:
    made = prepare(GOOD[kind] + tail)

    assert not zipfile.is_zipfile(BytesIO(made.original))
    assert made.original == prepare(GOOD[kind]).original


def test_a_jpeg_whose_comment_makes_it_a_web_page_comes_out_as_a_jpeg_only() -> None:
    """The trick of a length that reads as HTML, and an archive in a note of the program's."""
    poly = _insert_segment(_insert_segment(JPEG, 0xFE, b"<html>" + SCRIPT), 0xE5, _zip())
    fake_jfif = _insert_segment(JPEG, 0xE0, b"JFIF\0\1\1\0\0\1\0\1\2\2" + SCRIPT)

    for data in (poly, fake_jfif):
        assert SCRIPT in data
        assert SCRIPT not in prepare(data).original
    assert not zipfile.is_zipfile(BytesIO(prepare(poly).original))


def test_a_png_whose_text_or_profile_unpacks_to_far_more_is_prepared_without_unpacking_it() -> None:
    packer = zlib.compressobj(9)
    giant = b"".join(packer.compress(bytes(1 << 20)) for _ in range(20)) + packer.flush()
    extra = _chunk(b"zTXt", b"Comment\0\0" + giant) + _chunk(b"iCCP", b"x\0\0" + giant)
    data = _png(8, 8, b"".join(b"\0" + bytes(24) for _ in range(8)), extra=extra)

    began = time.perf_counter()
    made = prepare(data)

    assert time.perf_counter() - began < 1.0
    assert len(made.original) < 200


def test_a_wrong_name_or_client_type_cannot_matter_because_it_is_not_asked() -> None:
    assert inspect(PNG).content_type == "image/png"
    assert inspect(WEBP).content_type == "image/webp"
    assert inspect(JPEG).content_type == "image/jpeg"


def test_a_decoder_told_elsewhere_to_accept_half_files_stops_the_work(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("PIL.ImageFile.LOAD_TRUNCATED_IMAGES", True)

    with pytest.raises(AssertionError, match="LOAD_TRUNCATED_IMAGES"):
        prepare(JPEG)


@settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    kind=st.sampled_from(sorted(GOOD)),
    edits=st.lists(st.tuples(st.floats(0, 1), st.binary(max_size=6), st.integers(0, 12)), min_size=1, max_size=8),
)
def test_a_mutated_file_is_prepared_or_refused_and_never_anything_else(
    kind: str, edits: list[tuple[float, bytes, int]]
) -> None:
    data = GOOD[kind]
    for place, put, taken in edits:
        at = int(place * len(data))
        data = data[:at] + put + data[at + taken :]

    try:
        made = prepare(data, MediaLimits(pixels_max=1_000_000))
    except AssayError:
        pass
    else:
        assert Image.open(BytesIO(made.original)).size == (made.width, made.height)


def test_png_chunks_with_mended_checksums_reach_the_decoder_and_still_only_our_error_comes_out() -> None:
    """A checksum stops blind mutation; an attacker computes it anew, so the fuzz does too."""
    rng = np.random.default_rng(7)
    for _ in range(60):
        pixels = bytearray(zlib.compress(b"".join(b"\0" + bytes(rng.integers(0, 256, 24, np.uint8)) for _ in range(8))))
        for at in rng.integers(0, len(pixels), 3):
            pixels[at] = int(rng.integers(0, 256))
        header = struct.pack(">IIBBBBB", int(rng.integers(1, 20)), 8, 8, int(rng.choice([0, 2, 3, 4, 6])), 0, 0, 0)
        parts = [(b"IHDR", header), (b"PLTE", bytes(rng.integers(0, 256, int(rng.integers(0, 30)), np.uint8)))]
        data = b"\x89PNG\r\n\x1a\n" + b"".join(
            _chunk(*part) for part in [*parts, (b"IDAT", bytes(pixels)), (b"IEND", b"")]
        )
        with contextlib.suppress(AssayError):
            prepare(data)


def test_real_photos_keep_their_pixels() -> None:
    photos = sorted(REAL.rglob("*.jpg"))[:10] + sorted(REAL.rglob("*.png"))[:3]
    if not photos:
        pytest.skip(f"no real photos under {REAL}")
    for path in photos:
        data = path.read_bytes()
        made = prepare(data)
        if inspect(data).orientation == 1:
            assert Image.open(BytesIO(made.original)).tobytes() == Image.open(BytesIO(data)).tobytes(), path.name
