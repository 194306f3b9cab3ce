"""Frames of the photo's editor with thousands of marks, in a real Chromium without a GPU.

A server of its own, a photo of 2,400 by 1,600 pixels and a stage of the window's size. The photo is panned, zoomed and
one mark is dragged across it, a step each frame, with 2,000 boxes, and with 2,000 marks of every shape, each related to
another, and a margin. Printed for each: the median and the 95th percentile of the time between two frames, as a ratio
to that of the same page when nothing moves, and how busy the page's main thread was in a frame.

    python bench/editor_frames.py [--marks 2000] [--frames 150]

Ends with 1 when with boxes half of the frames of a gesture take longer than 1.5 of those at rest.
"""

from __future__ import annotations

import argparse
import asyncio
import io
import os
import random
import shutil
import statistics
import sys
from typing import Any

import httpx
from PIL import Image
from playwright.async_api import CDPSession, Page, async_playwright

import stage

Json = dict[str, Any]
WIDTH, HEIGHT = 2400, 1600
RATIO_MAX = 1.5
# So many frames of a gesture are not counted.
WARMING = 10
LABELS: list[Json] = [
    {"name": "box", "shapes": ["box"], "rotatable": True},
    {"name": "outline", "shapes": ["polygon"]},
    {"name": "line", "shapes": ["polyline"]},
    {"name": "point", "shapes": ["point"]},
    {"name": "ellipse", "shapes": ["ellipse"]},
    {"name": "cuboid", "shapes": ["cuboid"]},
]
# One step of a gesture each frame, and when each was.
MOVE = """
async ({ kind, frames, warming, x, y }) => {
  const target = document.querySelector("[data-stage]");
  const say = (type, dx, dy, button) => target.dispatchEvent(new PointerEvent(type, {
    bubbles: true, cancelable: true, pointerId: 1, pointerType: "mouse", isPrimary: true,
    clientX: x + dx, clientY: y + dy, button, buttons: type === "pointerup" ? 0 : button === 1 ? 4 : 1,
  }));
  const button = kind === "pan" ? 1 : 0;
  const steps = {
    rest: () => {},
    pan: (n) => say("pointermove", 160 * Math.sin(n / 12), 90 * Math.sin(n / 9), button),
    drag: (n) => say("pointermove", 160 * Math.sin(n / 12), 90 * Math.sin(n / 9), button),
    zoom: (n) => target.dispatchEvent(new WheelEvent("wheel", {
      bubbles: true, cancelable: true, clientX: x, clientY: y, ctrlKey: true, deltaY: 6 * Math.sin(n / 9),
    })),
  };
  if (kind === "pan" || kind === "drag") say("pointerdown", 0, 0, button);
  const times = [];
  for (let n = 0; n < frames + warming; n++) {
    steps[kind](n);
    times.push(await new Promise(requestAnimationFrame));
  }
  if (kind === "pan" || kind === "drag") say("pointerup", 0, 0, button);
  return times.slice(warming).map((time, n) => time - times[n + warming - 1]);
}
"""


def boxes(count: int, chance: random.Random) -> Json:
    marks = [_mark(n, "box", chance) for n in range(count)]
    return {"annotations": [{**mark, "rotation": 0.0} for mark in marks]}


def everything(count: int, chance: random.Random) -> Json:
    """Marks of every shape in turn, half of the boxes turned, each related to the next."""
    shapes = [label["name"] for label in LABELS]
    marks = [_mark(n, str(shapes[n % len(shapes)]), chance) for n in range(count)]
    relations = [
        {"id": f"r{n}", "name": "by", "source": f"m{n}", "target": f"m{n + 1}"} for n in range(0, count - 1, 2)
    ]
    return {"annotations": marks, "relations": relations}


def _mark(number: int, label: str, chance: random.Random) -> Json:
    said: Json = {"id": f"m{number}", "label": label}
    x, y = chance.uniform(0, WIDTH - 90), chance.uniform(0, HEIGHT - 90)
    width, height = chance.uniform(20, 80), chance.uniform(20, 80)
    corners = [[x, y], [x + width, y], [x + width, y + height], [x, y + height]]
    if label == "box":
        return {**said, "type": "box", "x": x, "y": y, "width": width, "height": height, "rotation": number % 2 * 30.0}
    if label == "ellipse":
        return {**said, "type": "ellipse", "x": x, "y": y, "width": width, "height": height}
    if label == "outline":
        return {**said, "type": "polygon", "rings": [corners]}
    if label == "line":
        return {**said, "type": "polyline", "points": corners}
    if label == "point":
        return {**said, "type": "point", "x": x, "y": y}
    side = [[x + width + 8, y + 4], [x + width + 8, y + height - 4]]
    return {**said, "type": "cuboid", "face": corners, "side": side}


async def prepare(server: stage.Server, filled: stage.Stage, name: str, answer: Json, margin: float) -> str:
    """A project with one task that begins with these marks; its id."""
    held: Json = {"id": "held", "label": "box", "type": "box", "x": WIDTH / 2 - 60, "y": HEIGHT / 2 - 60}
    held |= {"width": 120.0, "height": 120.0}
    taxonomy = {"labels": LABELS, "relations": [{"name": "by"}], "margin_x": margin, "margin_y": margin}
    photo = io.BytesIO()
    Image.effect_noise((WIDTH // 8, HEIGHT // 8), 60).resize((WIDTH, HEIGHT)).convert("RGB").save(photo, "JPEG")
    cookies = {"assay_session": filled.owner_session}
    async with httpx.AsyncClient(base_url=server.url, cookies=cookies, headers={"x-assay-request": "1"}) as owner:
        body = {"name": name, "instructions": "Mark everything.", "taxonomy": taxonomy}
        project = _good(await owner.post("/v1/projects", json=body))["id"]
        path = f"/v1/projects/{project}"
        sent = await owner.post(f"{path}/attachments", content=photo.getvalue(), headers={"x-file-name": "a.jpg"})
        task = {
            "attachment_id": _good(sent)["id"],
            "prelabels": {**answer, "annotations": [*answer["annotations"], held]},
        }
        (made,) = _good(await owner.post(f"{path}/tasks", json={"tasks": [task]}))["results"]
        assert made.get("task_id"), made
    return str(project)


def _good(answer: httpx.Response) -> Any:
    assert answer.is_success, answer.text
    return answer.json()


async def measure(page: Page, devtools: CDPSession, frames: int) -> dict[str, tuple[float, float, float]]:
    """By gesture: median and 95th percentile of a frame, and the main thread's share of it, in milliseconds."""
    area = await page.locator("[data-stage]").bounding_box()
    assert area is not None
    at = {"x": area["x"] + area["width"] / 2, "y": area["y"] + area["height"] / 2}
    found = {}
    for kind in ("rest", "pan", "zoom", "drag"):
        if kind == "drag":
            await page.keyboard.press("v")
            await page.mouse.click(at["x"], at["y"])
        before = await _busy(devtools)
        times = await page.evaluate(MOVE, {"kind": kind, "frames": frames, "warming": WARMING, **at})
        busy = (await _busy(devtools) - before) / (len(times) + WARMING)
        found[kind] = statistics.median(times), statistics.quantiles(times, n=20)[-1], busy
    return found


async def _busy(devtools: CDPSession) -> float:
    metrics = (await devtools.send("Performance.getMetrics"))["metrics"]
    return 1000 * next(float(one["value"]) for one in metrics if one["name"] == "TaskDuration")


async def run(marks: int, frames: int) -> bool:
    executable = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
    if executable is None:
        raise SystemExit("Chromium is not installed (Debian: apt-get install chromium)")
    chance, is_smooth = random.Random(4), True
    scenes = {"boxes": (boxes(marks, chance), 0.0), "every shape": (everything(marks, chance), 120.0)}
    with stage.server() as server:
        filled = await stage.fill(server, tasks=0, workers=1)
        async with async_playwright() as playwright:
            chromium = await playwright.chromium.launch(
                executable_path=executable, args=["--no-sandbox", "--disable-gpu"]
            )
            context = await chromium.new_context(viewport={"width": 1440, "height": 900})
            await context.add_cookies([{"name": "assay_session", "value": filled.sessions[0], "url": server.url}])
            for name, (answer, margin) in scenes.items():
                project = await prepare(server, filled, name, answer, margin)
                page = await context.new_page()
                devtools = await context.new_cdp_session(page)
                # In its own time, which other processes do not lengthen.
                await devtools.send("Performance.enable", {"timeDomain": "threadTicks"})
                await page.goto(f"{server.url}/work/projects/{project}/annotate")
                await page.locator("[data-stage] canvas").first.wait_for()
                await page.get_by_role("list", name="Marks").get_by_role("listitem").nth(9).wait_for()
                await page.wait_for_timeout(2000)
                if folder := os.environ.get("ASSAY_PICTURES"):
                    await page.screenshot(path=f"{folder}/frames-{name.replace(' ', '-')}.png")
                found = await measure(page, devtools, frames)
                rest = found["rest"][0]
                for kind, (median, slow, busy) in found.items():
                    ratio = median / rest
                    is_smooth &= ratio <= RATIO_MAX or name != "boxes"
                    print(
                        f"{marks:,} {name:12} {kind:5} {median:6.1f} ms a frame, 95 % {slow:6.1f} ms, "
                        f"main thread {busy:5.1f} ms, {ratio:.2f} of rest"
                    )
                await page.close()
            await chromium.close()
    return is_smooth


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--marks", type=int, default=2000)
    parser.add_argument("--frames", type=int, default=150)
    given = parser.parse_args()
    sys.exit(0 if asyncio.run(run(given.marks, given.frames)) else 1)
