import { describe, expect, it } from "vitest";
import { DRAFT_ID } from "../src";
import { Script, box } from "./script";

describe("the box tool", () => {
  it("draws from corner to corner in any direction and selects what it drew", () => {
    const script = new Script("box").drag(300, 200, 100, 50);
    expect(script.marks).toEqual([box("new1", 100, 50, 200, 150)]);
    expect(script.selection).toEqual(["new1"]);
    expect(script.gestures).toHaveLength(1);
  });

  it("shows the box while it is drawn and leaves the answer alone until the end", () => {
    const script = new Script("box").down(10, 10).move(60, 40);
    expect(script.preview.marks).toEqual([box(DRAFT_ID, 10, 10, 50, 30)]);
    expect(script.marks).toEqual([]);
    expect(script.isBusy).toBe(true);
  });

  it("stays on the photo", () => {
    expect(new Script("box").drag(900, 700, 1500, 1200).marks).toEqual([box("new1", 900, 700, 100, 100)]);
  });

  it("draws a square with Shift and from the centre with Alt", () => {
    expect(new Script("box").drag(100, 100, 150, 120, { shift: true }).marks).toEqual([box("new1", 100, 100, 50, 50)]);
    expect(new Script("box").drag(100, 100, 150, 120, { alt: true }).marks).toEqual([box("new1", 50, 80, 100, 40)]);
  });

  it("selects on a click and lets go on a click beside everything", () => {
    const script = new Script("box", [box("a", 100, 100, 50, 50)]).click(120, 120);
    expect(script.selection).toEqual(["a"]);
    expect(script.click(500, 500).selection).toEqual([]);
    expect(script.gestures).toEqual([]);
  });

  it("draws inside a selected box, but resizes it by its handles", () => {
    const marks = [box("a", 100, 100, 200, 200)];
    expect(new Script("box", marks, ["a"]).drag(150, 150, 180, 180).marks).toHaveLength(2);
    expect(new Script("box", marks, ["a"]).drag(300, 300, 350, 320).marks).toEqual([box("a", 100, 100, 250, 220)]);
  });

  it("moves instead of drawing with Control held, then draws again", () => {
    const script = new Script("box", [box("a", 100, 100, 50, 50)]).drag(120, 120, 140, 150, { mod: true });
    expect(script.marks).toEqual([box("a", 120, 130, 50, 50)]);
    expect(script.drag(400, 400, 450, 450).marks).toHaveLength(2);
  });

  it("leaves no trace when cancelled by a second finger or Escape", () => {
    expect(new Script("box").down(10, 10).move(60, 60).cancel().up(60, 60).marks).toEqual([]);
    expect(new Script("box").down(10, 10).move(60, 60).key("Escape").up(60, 60).marks).toEqual([]);
  });

  it("only edits while no label is chosen", () => {
    const script = new Script("box");
    script.label = null;
    expect(script.drag(10, 10, 60, 60).marks).toEqual([]);
  });
});

describe("the polygon tool", () => {
  const triangle = (script: Script) => script.click(100, 100).click(200, 100).click(150, 200);

  it("closes by Enter, by the first vertex and by a double click", () => {
    const rings = [[[100, 100], [200, 100], [150, 200]]];
    expect(triangle(new Script("polygon")).key("Enter").marks).toMatchObject([{ type: "polygon", rings }]);
    expect(triangle(new Script("polygon")).click(103, 98).marks).toMatchObject([{ rings }]);
    expect(triangle(new Script("polygon")).click(150, 200).marks).toMatchObject([{ rings }]);
  });

  it("is one gesture, and none while it is unfinished", () => {
    const script = triangle(new Script("polygon"));
    expect(script.gestures).toEqual([]);
    expect(script.key("Enter").gestures).toHaveLength(1);
  });

  it("takes the last vertex back, and gives up after the first", () => {
    const script = triangle(new Script("polygon")).key("Backspace").key("Enter");
    expect(script.marks).toEqual([]);
    expect(script.preview.path?.vertices).toHaveLength(2);
    expect(script.key("Backspace").key("Backspace").isBusy).toBe(false);
  });

  it("keeps placed vertices when a second finger lands", () => {
    const script = new Script("polygon").click(100, 100).click(200, 100).down(150, 200).cancel();
    expect(script.preview.path?.vertices).toEqual([[100, 100], [200, 100]]);
  });

  it("draws freehand while dragged and closes where it began", () => {
    const script = new Script("polygon").down(100, 100);
    for (const [x, y] of [[150, 100], [200, 100], [200, 150], [200, 200], [150, 200], [100, 200], [100, 150], [100, 105]] as const) script.move(x, y);
    expect(script.up(100, 105).marks).toMatchObject([{ rings: [[[100, 100], [200, 100], [200, 200], [100, 200], [100, 105]]] }]);
  });

  it("cuts a hole into the selected polygon when asked, and only then", () => {
    const outline = { id: "p", type: "polygon" as const, label: "car", rings: [[[0, 0], [300, 0], [300, 300], [0, 300]]] as [number, number][][] };
    const cutting = new Script("polygon", [outline], ["p"]);
    cutting.cutting = true;
    expect(triangle(cutting).key("Enter").marks).toMatchObject([{ id: "p", rings: [{}, [[100, 100], [200, 100], [150, 200]]] }]);
    expect(triangle(new Script("polygon", [outline], ["p"])).key("Enter").marks).toHaveLength(2);
  });

  it("says when a click would finish", () => {
    expect(triangle(new Script("polygon")).move(101, 101).preview.path?.finishing).toBe(true);
    expect(new Script("polygon").click(100, 100).click(200, 100).move(101, 101).preview.path?.finishing).toBe(false);
  });
});

describe("the polyline tool", () => {
  it("ends with a double click and needs two vertices", () => {
    const script = new Script("polyline").click(10, 10).click(10, 10);
    expect(script.marks).toEqual([]);
    expect(script.click(60, 60).click(60, 60).marks).toMatchObject([{ type: "polyline", points: [[10, 10], [60, 60]] }]);
  });

  it("does not close on its first vertex", () => {
    expect(new Script("polyline").click(10, 10).click(60, 60).click(90, 10).click(12, 12).marks).toEqual([]);
  });
});

describe("the point tool", () => {
  it("places a point where the pointer is let go", () => {
    expect(new Script("point").drag(10, 10, 40, 50).marks).toMatchObject([{ type: "point", x: 40, y: 50 }]);
  });

  it("moves a point that is there instead of stacking another", () => {
    const point = { id: "p", type: "point" as const, label: "car", x: 100, y: 100 };
    expect(new Script("point", [point]).drag(102, 101, 152, 121).marks).toMatchObject([{ id: "p", x: 150, y: 120 }]);
  });
});
