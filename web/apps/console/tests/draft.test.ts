import type { ProjectDraft } from "@assay/client";
import { expect, test } from "vitest";
import { DEFAULT_POLICY, keyMaker, ofKind, readDraft, writeDraft } from "../src/editor/draft";
import { changed, newHistory, redone, sealed, undone } from "../src/editor/history";

const PROJECT: ProjectDraft = {
  name: "Street",
  kind: "image",
  instructions: "# Box them",
  policy: DEFAULT_POLICY,
  taxonomy: {
    labels: [
      {
        name: "vehicle",
        shapes: [],
        children: [
          {
            name: "car",
            title: "Car",
            color: "#112233",
            shapes: ["box", "polygon"],
            rotatable: true,
            width_min: 4,
            height_min: 6,
            attributes: [
              { name: "state", type: "category", choices: [{ name: "parked" }, { name: "moving", title: "On the move" }], required: true },
              { name: "speed", type: "number", minimum: 0, maximum: 200, when: { attribute: "state", any_of: ["moving"] } },
              { name: "plate", type: "text", length_max: 12 },
            ],
          },
        ],
      },
    ],
    attributes: [{ name: "weather", type: "multiselect", choices: [{ name: "rain" }, { name: "snow" }] }],
  },
};

test("a project read for editing is written back as it was", () => {
  expect(writeDraft(readDraft(PROJECT, keyMaker()))).toEqual(PROJECT);
});

const LETTERS: ProjectDraft = {
  ...PROJECT,
  kind: "entities",
  taxonomy: {
    labels: [{ name: "person", shapes: ["span"] }, { name: "where", shapes: [], children: [{ name: "city", shapes: ["span"] }] }],
    relations: [{ name: "lives_in", title: "lives in", source_labels: ["person"], target_labels: ["where"] }, { name: "same", directed: false }],
  },
};

test("relations are written back as they were, and follow a label that is renamed", () => {
  const draft = readDraft(LETTERS, keyMaker());
  expect(writeDraft(draft)).toEqual(LETTERS);

  draft.labels[1]!.name = "place";

  expect(writeDraft(draft).taxonomy.relations?.[0]?.target_labels).toEqual(["place"]);
});

test("a project made one of texts marks passages, and headings stay headings", () => {
  const newKey = keyMaker();
  const { kind, taxonomy } = writeDraft(ofKind(readDraft(PROJECT, newKey), "entities", newKey));

  expect(kind).toBe("entities");
  expect(taxonomy.labels?.[0]).toMatchObject({ shapes: [], children: [{ name: "car", shapes: ["span"] }] });
});

test("renaming an attribute keeps the condition that asks about it", () => {
  const draft = readDraft(PROJECT, keyMaker());
  const car = draft.labels[0]!.children[0]!;
  car.attributes[0]!.name = "movement";

  const written = writeDraft(draft).taxonomy.labels?.[0]?.children?.[0]?.attributes;

  expect(written?.[1]?.when).toEqual({ attribute: "movement", any_of: ["moving"] });
});

test("what no longer applies is not sent: turning without boxes, choices of a number, a condition on nothing", () => {
  const draft = readDraft(PROJECT, keyMaker());
  const car = draft.labels[0]!.children[0]!;
  car.shapes = ["polygon"];
  car.attributes[0]!.type = "number";
  car.attributes.splice(1, 1, { ...car.attributes[1]!, when: { attributeKey: "gone", any_of: ["x"] } });

  const written = writeDraft(draft).taxonomy.labels?.[0]?.children?.[0];

  expect(written?.rotatable).toBeUndefined();
  expect(written?.attributes?.[0]).toEqual({ name: "state", type: "number", required: true });
  expect(written?.attributes?.[1]?.when).toBeUndefined();
});

test("typing in one field is one undo step, until the field is left", () => {
  let history = newHistory("");
  for (const text of ["c", "ca", "car"]) history = changed(history, text, "name");
  history = sealed(history);
  history = changed(history, "cart", "name");

  expect(undone(history).present).toBe("car");
  expect(undone(undone(history)).present).toBe("");
  expect(undone(undone(undone(history))).present).toBe("");
  expect(redone(redone(undone(undone(history)))).present).toBe("cart");
});

test("a change after undo forgets what was undone", () => {
  const history = changed(undone(changed(newHistory(1), 2, null)), 3, null);

  expect(redone(history).present).toBe(3);
  expect(undone(history).present).toBe(1);
});

test("what only the API makes is kept", () => {
  const taxonomy = {
    labels: [
      {
        name: "dog",
        shapes: ["box", "polygon"] as ("box" | "polygon")[],
        limits: { polygon: { vertices_min: 4, vertices_max: 9, width_min: 0, height_min: 0 } },
        attributes: [
          { name: "far", type: "category" as const, choices: [{ name: "yes" }] },
          { name: "owner", type: "mark" as const, labels: ["dog"], when: { attribute: "far", any_of: ["yes"], or_else: [{ attribute: "note", any_of: ["odd"] }] } },
        ],
      },
    ],
    relations: [{ name: "leads", source_labels: ["dog"] }],
    margin_x: 40,
  };
  const project = { name: "Dogs", kind: "image" as const, instructions: "", taxonomy, policy: DEFAULT_POLICY };

  expect(writeDraft(readDraft(project, keyMaker())).taxonomy).toEqual(taxonomy);
});
