/** Answers, and what they are about. Coordinates are original image pixels, origin top-left. */
import type { components } from "./schema";

type Schemas = components["schemas"];

export type AttributeValue = string | number | string[];
export type Vertex = [number, number];

interface MarkBase {
  id: string;
  label: string;
  attributes?: Record<string, AttributeValue>;
}

/** `rotation` in degrees, clockwise on the screen, about the centre. */
export interface BoxMark extends MarkBase {
  type: "box";
  x: number;
  y: number;
  width: number;
  height: number;
  rotation?: number;
}

/** `rings[0]` is the outline, the others are holes; not closed. */
export interface PolygonMark extends MarkBase {
  type: "polygon";
  rings: Vertex[][];
}

export interface PolylineMark extends MarkBase {
  type: "polyline";
  points: Vertex[];
}

export interface PointMark extends MarkBase {
  type: "point";
  x: number;
  y: number;
}

/** The ellipse that touches the sides of such a box. */
export type EllipseMark = Omit<BoxMark, "type"> & { type: "ellipse" };

export type CuboidMark = Omit<PolylineMark, "type" | "points"> & { type: "cuboid"; face: Vertex[]; side: Vertex[] };

export type Mark = BoxMark | PolygonMark | PolylineMark | PointMark | EllipseMark | CuboidMark;

export interface Answer {
  annotations?: Mark[];
  attributes?: Record<string, AttributeValue>;
}

export type Media = Schemas["Media"];

/** What a task shows besides one photo. */
export type ShownItem =
  | { type: "text"; text: string; title: string | null }
  | { type: "image"; media: Media; title: string | null }
  | { type: "link"; url: string; title: string | null }
  | { type: "file"; media: "audio" | "video" | "pdf"; url: string; content_type: string; file_name: string; title: string | null };
