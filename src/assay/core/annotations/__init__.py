"""What people say about media: one module family for each kind, and the registry of kinds."""

from __future__ import annotations

from assay.core.annotations.document_kind import DocumentKind
from assay.core.annotations.entities_kind import EntitiesKind
from assay.core.annotations.form_kind import FormKind
from assay.core.annotations.image_kind import ImageKind
from assay.core.annotations.kind import Kind
from assay.core.annotations.page_kind import PageKind
from assay.core.annotations.stored_kind import StoredKind
from assay.core.errors import Invalid

KINDS: dict[str, Kind] = {
    kind.name: kind for kind in (ImageKind(), FormKind(), EntitiesKind(), DocumentKind(), PageKind(), StoredKind())
}


def kind_named(name: str) -> Kind:
    """The kind of that name. Raises ``Invalid`` naming those there are."""
    kind = KINDS.get(name)
    if kind is None:
        raise Invalid(f"there is no kind {name!r}; use one of: {', '.join(sorted(KINDS))}", "kind")
    return kind
