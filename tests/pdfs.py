"""PDF documents made by hand, byte for byte (ISO 32000-1:2008), so that what they show is known."""

from __future__ import annotations

from collections.abc import Sequence

# A4, in points.
WIDTH, HEIGHT = 595, 842


def pdf(*pages: str, size: tuple[float, float] = (WIDTH, HEIGHT), trailer: str = "") -> bytes:
    """A document whose pages are drawn by these operators (chapter 8), in points from the lower left corner; /F1 is a
    font. ``trailer``: more of the document's last dictionary."""
    kids = " ".join(f"{4 + 2 * index} 0 R" for index in range(len(pages)))
    objects = [
        "<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Kids [{kids}] /Count {len(pages)} >>",
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    ]
    for index, drawn in enumerate(pages):
        objects.append(
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 {size[0]} {size[1]}] /Contents {5 + 2 * index} 0 R "
            "/Resources << /Font << /F1 3 0 R >> >> >>"
        )
        objects.append(f"<< /Length {len(drawn)} >>\nstream\n{drawn}\nendstream")
    return written(objects, trailer)


def written(objects: Sequence[str], trailer: str = "") -> bytes:
    """The file of these objects, the first of which is the catalogue."""
    out, places = b"%PDF-1.7\n", []
    for number, one in enumerate(objects, 1):
        places.append(len(out))
        out += f"{number} 0 obj\n{one}\nendobj\n".encode("latin-1")
    start = len(out)
    table = "".join(f"{place:010d} 00000 n \n" for place in places)
    out += f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n{table}".encode()
    return out + f"trailer\n<< /Size {len(objects) + 1} /Root 1 0 R {trailer} >>\nstartxref\n{start}\n%%EOF\n".encode()


def ink(x: float, y: float, width: float, height: float) -> str:
    """A black box, its lower left corner at this point."""
    return f"0 g {x} {y} {width} {height} re f"


def words(text: str, x: float, y: float, size: float = 24) -> str:
    return f"BT /F1 {size} Tf {x} {y} Td ({text}) Tj ET"


def locked() -> bytes:
    """One that wants a password: its keys fit none that is empty (7.6.3)."""
    key = "5A" * 32
    encrypted = f"/Encrypt << /Filter /Standard /V 1 /R 2 /O <{key}> /U <{key}> /P -4 >> /ID [<{key}> <{key}>]"
    return pdf(ink(0, 0, 10, 10), trailer=encrypted)
