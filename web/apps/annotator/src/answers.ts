/** Our marks in the words of the `crowd-*` elements, and their first values as our marks. Image pixels on both sides. */

import type { ImageAnswer, Mark, WireTaxonomy } from "@assay/annotation";
import type { Vertex } from "@assay/geometry";
import type { Shape } from "./talk";

export interface Size {
  readonly width: number;
  readonly height: number;
}

const SHAPES = {
  "bounding-box": "box",
  polygon: "polygon",
  polyline: "polyline",
  line: "polyline",
  keypoint: "point",
  "semantic-segmentation": "polygon",
  "instance-segmentation": "polygon",
} as const;

/** Apart from each other, and from black: what no mark covers is black and transparent. */
export const COLORS = ["#2ca02c", "#1f77b4", "#ff7f0e", "#d62728", "#9467bd", "#8c564b", "#e377c2", "#bcbd22", "#17becf", "#7f7f7f"] as const;

export const colorOf = (index: number): string => {
  const base = COLORS[index % COLORS.length] as string;
  // Past the first ten each round is a shade of its own, so that no two instances share a colour.
  const round = Math.floor(index / COLORS.length);
  if (round === 0) return base;
  const shifted = [1, 3, 5].map((at) => (Number.parseInt(base.slice(at, at + 2), 16) + round * 37) % 256);
  return `#${shifted.map((part) => part.toString(16).padStart(2, "0")).join("")}`;
};

export function taxonomyOf(shape: Shape, labels: readonly string[]): WireTaxonomy {
  const names = labels.length > 0 ? [...new Set(labels)] : ["object"];
  return { labels: names.map((name) => ({ name, shapes: [SHAPES[shape]], ...(shape === "line" ? { limits: { polyline: { vertices_min: 2, vertices_max: 2 } } } : {}) })) };
}

const whole = (value: number): number => Math.round(value);
const vertices = (points: readonly Vertex[]) => points.map(([x, y]) => ({ x: whole(x), y: whole(y) }));

export function answerOf(shape: Shape, answer: ImageAnswer, size: Size): Record<string, unknown> {
  const inputImageProperties = { height: size.height, width: size.width };
  const marks = answer.annotations;
  switch (shape) {
    case "bounding-box":
      return { boundingBoxes: marks.flatMap((mark) => (mark.type === "box" ? [boxOf(mark)] : [])), inputImageProperties };
    case "keypoint":
      return { keypoints: marks.flatMap((mark) => (mark.type === "point" ? [{ label: mark.label, x: whole(mark.x), y: whole(mark.y) }] : [])), inputImageProperties };
    case "polygon":
      return { inputImageProperties, polygons: marks.flatMap((mark) => (mark.type === "polygon" ? [{ label: mark.label, vertices: vertices(mark.rings[0] ?? []) }] : [])) };
    case "polyline":
    case "line":
      return {
        inputImageProperties,
        [shape === "line" ? "lines" : "polylines"]: marks.flatMap((mark) => (mark.type === "polyline" ? [{ label: mark.label, vertices: vertices(mark.points) }] : [])),
      };
    case "semantic-segmentation": {
      const labels = [...new Set(marks.map((mark) => mark.label))];
      return { inputImageProperties, labelMappings: Object.fromEntries(labels.map((label, index) => [label, { color: colorOf(index) }])) };
    }
    case "instance-segmentation":
      return { inputImageProperties, instances: marks.map((mark, index) => ({ color: colorOf(index), label: mark.label })) };
  }
}

/** Which colour each mark has in the labelled picture. */
export function colorsOf(shape: Shape, marks: readonly Mark[]): readonly string[] {
  const labels = [...new Set(marks.map((mark) => mark.label))];
  return marks.map((mark, index) => colorOf(shape === "semantic-segmentation" ? labels.indexOf(mark.label) : index));
}

const boxOf = (box: Extract<Mark, { type: "box" }>) => ({ height: whole(box.height), label: box.label, left: whole(box.x), top: whole(box.y), width: whole(box.width) });

/** What an element begins with; anything that cannot be read is left out. */
export function initialOf(shape: Shape, said: unknown, labels: readonly string[]): ImageAnswer {
  const list = Array.isArray(said) ? said : [];
  const annotations = list.flatMap((one: unknown, index): Mark[] => {
    if (typeof one !== "object" || one === null) return [];
    const part = one as Record<string, unknown>;
    const label = String(part.label ?? labels[0] ?? "object");
    const id = `initial-${index}`;
    if (labels.length > 0 && !labels.includes(label)) return [];
    if (SHAPES[shape] === "box" && areNumbers(part.left, part.top, part.width, part.height)) {
      return [{ type: "box", id, label, x: Number(part.left), y: Number(part.top), width: Number(part.width), height: Number(part.height) }];
    }
    if (SHAPES[shape] === "point" && areNumbers(part.x, part.y)) return [{ type: "point", id, label, x: Number(part.x), y: Number(part.y) }];
    const points = Array.isArray(part.vertices) ? part.vertices.flatMap(vertexOf) : [];
    if (SHAPES[shape] === "polygon" && points.length >= 3) return [{ type: "polygon", id, label, rings: [points] }];
    if (SHAPES[shape] === "polyline" && points.length >= 2) return [{ type: "polyline", id, label, points }];
    return [];
  });
  return { annotations, attributes: {}, relations: [] };
}

const areNumbers = (...values: unknown[]): boolean => values.every((value) => typeof value === "number" && Number.isFinite(value));

function vertexOf(said: unknown): Vertex[] {
  if (typeof said !== "object" || said === null) return [];
  const { x, y } = said as Record<string, unknown>;
  return areNumbers(x, y) ? [[x as number, y as number]] : [];
}
