"""What fiftyone reads in tasks of Scale's API. Runs in the readers' own interpreter, never in ours.

Its argument is the path of a JSON file: ``{"tasks": path, "photos": {task id: path}}``, where the first path leads to a
list of tasks as they were told. It prints one line: ``{"samples": {task id: {field: label}}, "warnings": [...]}`` with
each label as fiftyone writes it down, its coordinates as shares of the photo.

A data set of fiftyone is kept by a database that it downloads. Its importer asks a collection for little, so one in
memory does, and the importer itself runs unchanged: the file, the answers, and the checks of its labels.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
import warnings
from pathlib import Path
from typing import Any

os.environ |= {
    "FIFTYONE_DATABASE_ADMIN": "false",
    "FIFTYONE_DATABASE_URI": "mongodb://127.0.0.1:1",
    "FIFTYONE_DO_NOT_TRACK": "true",
}


class Kept:
    """What saving asks of a sample and of a collection, where nothing needs to be saved."""

    def _save(self, **_: Any) -> tuple[None, None]:
        return None, None


def main(asked: dict[str, Any]) -> dict[str, Any]:
    """What fiftyone made of the tasks. Raises what its importer raises."""
    import fiftyone  # type: ignore[import-not-found]
    from fiftyone.core.collections import SampleCollection  # type: ignore[import-not-found]
    from fiftyone.utils.scale import import_from_scale  # type: ignore[import-not-found]

    class Sample(Kept, fiftyone.Sample):  # type: ignore[misc]
        pass

    class InMemory(SampleCollection):  # type: ignore[misc]
        """Samples by the ids of their tasks, which are their own ids too."""

        media_type = "image"
        _sample_collection = _frame_collection = None
        _is_generated = False

        @property
        def _dataset(self) -> InMemory:
            return self

        def values(self, _: Any) -> list[list[str]]:
            return [list(samples), list(samples)]

        def __getitem__(self, name: str) -> Sample:
            return samples[name]

        def __init__(self) -> None:
            pass

    samples = {task: Sample(photo, scale_id=task) for task, photo in asked["photos"].items()}
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always", UserWarning)
        import_from_scale(InMemory(), asked["tasks"], progress=False)
    told: dict[str, Any] = {}
    for task, sample in samples.items():
        fields = {name: sample[name] for name in sample.field_names}
        told[task] = {
            name: json.loads(value.to_json()) for name, value in fields.items() if isinstance(value, fiftyone.Label)
        }
    return {"samples": told, "warnings": [str(one.message) for one in caught]}


if __name__ == "__main__":
    # It writes settings to its home.
    with tempfile.TemporaryDirectory(prefix="assay-reader-") as home:
        os.environ["HOME"] = home
        print(json.dumps(main(json.loads(Path(sys.argv[1]).read_text()))))
