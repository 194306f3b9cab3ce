"""STAPLE on masks of five people, against SimpleITK: equal results, and how much faster.

Masks are shapes drawn a little differently by each person, with stray pixels: a photo of inside and outside, a photo of
four labels, and a volume. Both run on one core until no entry of a confusion moves by more than 1e-7 (the rule built
into SimpleITK's filter for two labels); ours is given the same arrays and gives the same kind of picture back.

    python bench/staple.py [--json]
"""

from __future__ import annotations

import argparse
import json
import tempfile
from pathlib import Path
from time import process_time
from typing import Any

import numpy as np
import numpy.typing as npt

from assay.quality.geometry.masks import Staple, staple
from peer import run_peer

PEOPLE = 5
STRAYS = (0.0, 0.01, 0.02, 0.05, 0.15)
AIM = 10
ROUNDS = 5


def drawn(shape: tuple[int, ...], labels: int, seed: int) -> npt.NDArray[np.uint8]:
    """(people, *shape): one ball a label, each person's a little elsewhere and a little larger or smaller."""
    rng = np.random.default_rng(seed)
    grid = np.stack(np.meshgrid(*(np.arange(side) for side in shape), indexing="ij"), axis=-1)
    masks = np.zeros((PEOPLE, *shape), dtype=np.uint8)
    for label in range(1, labels):
        centre, radius = rng.uniform(0.3, 0.7, len(shape)) * shape, rng.uniform(0.1, 0.25) * min(shape)
        for person in range(PEOPLE):
            place = centre + rng.normal(0, 0.02 * min(shape), len(shape))
            masks[person][((grid - place) ** 2).sum(axis=-1) < (radius * rng.normal(1, 0.07)) ** 2] = label
    for person, rate in enumerate(STRAYS):
        strays = rng.random(shape) < rate
        masks[person][strays] = rng.integers(0, labels, int(strays.sum()))
    return masks


def compare(name: str, masks: npt.NDArray[np.uint8], labelled: bool) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as folder:
        path = str(Path(folder, "found.npy"))
        peer = run_peer("simpleitk_staple", {"masks": masks, "labelled": labelled, "tolerance": 1e-7, "result": path})
        theirs = np.load(path)

    def ours() -> tuple[Staple, npt.NDArray[Any]]:
        found = staple(masks, labelled=labelled)
        return found, found.mask if labelled else found.probability()

    found, picture = ours()
    seconds = []
    for _ in range(ROUNDS):
        cpu = process_time()
        ours()
        seconds.append(process_time() - cpu)
    if labelled:
        classes = len(found.labels)
        confusions = np.array(peer["confusions"]).reshape(PEOPLE, -1, classes)[:, :classes].transpose(0, 2, 1)
        skill = float(np.abs(confusions - found.confusion).max())
        apart = float((picture != theirs).mean())
    else:
        skill = max(
            float(np.abs(found.sensitivity - peer["sensitivity"]).max()),
            float(np.abs(found.specificity - peer["specificity"]).max()),
        )
        apart = float(np.abs(picture - theirs).max())
    return {
        "what": name,
        "pixels": int(masks[0].size),
        "iterations": found.iterations,
        "ms": round(min(seconds) * 1e3, 2),
        "peer_ms": round(peer["cpu_seconds"] * 1e3, 1),
        "ratio": round(peer["cpu_seconds"] / min(seconds), 1),
        "picture_difference": apart,
        "skill_difference_max": skill,
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    rows = [
        compare("photo, inside and outside", drawn((1024, 1024), 2, 0), labelled=False),
        compare("photo, four labels", drawn((1024, 1024), 4, 1), labelled=True),
        compare("volume, inside and outside", drawn((96, 160, 160), 2, 2), labelled=False),
        compare("volume, four labels", drawn((96, 160, 160), 4, 3), labelled=True),
    ]
    if options.json:
        print(json.dumps({"aim": AIM, "rows": rows}))
        return
    for row in rows:
        print(f"{row['what']}: {row['ms']} ms of CPU, SimpleITK {row['peer_ms']}: ratio {row['ratio']} (aim {AIM})")
        print(f"   differences: picture {row['picture_difference']:.1e}, skills {row['skill_difference_max']:.1e}")


if __name__ == "__main__":
    main()
