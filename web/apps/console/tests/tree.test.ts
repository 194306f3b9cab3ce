import { describe, expect, test } from "vitest";
import { keyMaker, type LabelDraft, newLabel } from "../src/editor/draft";
import { canMove, dropLabel, freeName, insertLabel, moveLabel, removeLabel, treeRows, updateLabel } from "../src/editor/tree";

/** `{ animal: { dog: {}, cat: {} }, car: {} }`; the key of each label is its name. */
interface Names {
  [name: string]: Names;
}
function forest(names: Names): LabelDraft[] {
  return Object.entries(names).map(([name, children]) => ({
    ...newLabel(keyMaker(), name),
    key: name,
    children: forest(children),
  }));
}
const outline = (labels: readonly LabelDraft[]): string => treeRows(labels).map((row) => `${"-".repeat(row.depth)}${row.label.name}`).join(" ");

const START = forest({ animal: { dog: {}, cat: {} }, car: { van: {} }, sign: {} });

test("rows come parents first, with the server's field paths", () => {
  expect(outline(START)).toBe("animal -dog -cat car -van sign");
  expect(treeRows(START).map((row) => row.field)).toEqual([
    "taxonomy.labels[0]",
    "taxonomy.labels[0].children[0]",
    "taxonomy.labels[0].children[1]",
    "taxonomy.labels[1]",
    "taxonomy.labels[1].children[0]",
    "taxonomy.labels[2]",
  ]);
});

describe("moving", () => {
  test.each([
    ["cat", "up", "animal -cat -dog car -van sign"],
    ["animal", "down", "car -van animal -dog -cat sign"],
    ["sign", "in", "animal -dog -cat car -van -sign"],
    ["dog", "out", "animal -cat dog car -van sign"],
    ["car", "in", "animal -dog -cat -car --van sign"],
  ] as const)("%s %s", (key, move, after) => {
    expect(outline(moveLabel(START, key, move))).toBe(after);
  });

  test("what cannot move stays, and says so beforehand", () => {
    const animal = treeRows(START)[0]!;

    expect([canMove(animal, "up"), canMove(animal, "in"), canMove(animal, "out"), canMove(animal, "down")]).toEqual([
      false, false, false, true,
    ]);
    expect(outline(moveLabel(START, "animal", "up"))).toBe(outline(START));
  });

  test("up undoes down and out undoes in, wherever it is possible", () => {
    for (const row of treeRows(START)) {
      if (canMove(row, "down")) expect(moveLabel(moveLabel(START, row.label.key, "down"), row.label.key, "up")).toEqual(START);
      if (canMove(row, "in")) expect(moveLabel(moveLabel(START, row.label.key, "in"), row.label.key, "out")).toEqual(START);
    }
  });
});

describe("dropping", () => {
  test.each([
    ["sign", "animal", "before", "sign animal -dog -cat car -van"],
    ["dog", "car", "after", "animal -cat car -van dog sign"],
    ["animal", "car", "inside", "car -van -animal --dog --cat sign"],
    ["dog", "cat", "after", "animal -cat -dog car -van sign"],
  ] as const)("%s %s of %s", (key, target, place, after) => {
    expect(outline(dropLabel(START, key, target, place))).toBe(after);
  });

  test("a label never lands inside itself", () => {
    expect(outline(dropLabel(START, "animal", "dog", "inside"))).toBe(outline(START));
    expect(outline(dropLabel(START, "animal", "animal", "after"))).toBe(outline(START));
  });

  test("nothing is lost or doubled by any drop", () => {
    const keys = treeRows(START).map((row) => row.label.key);
    for (const key of keys)
      for (const target of keys)
        for (const place of ["before", "after", "inside"] as const) {
          const after = treeRows(dropLabel(START, key, target, place)).map((row) => row.label.key);
          expect(after.toSorted()).toEqual(keys.toSorted());
        }
  });
});

test("editing leaves the old forest alone", () => {
  const before = structuredClone(START);

  updateLabel(START, "dog", (label) => ({ ...label, name: "hound" }));
  removeLabel(START, "animal");
  insertLabel(START, "car", 0, newLabel(keyMaker(), "bus"));

  expect(START).toEqual(before);
  expect(outline(removeLabel(START, "animal"))).toBe("car -van sign");
  expect(outline(insertLabel(START, "car", 9, newLabel(keyMaker(), "bus")))).toBe("animal -dog -cat car -van -bus sign");
});

test("a new name is one not used anywhere in the tree", () => {
  expect(freeName(START, "bus")).toBe("bus");
  expect(freeName(START, "dog")).toBe("dog-2");
});
