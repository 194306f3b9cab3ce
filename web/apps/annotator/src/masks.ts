/** Outlines as a labelled picture: each pixel has the colour of the mark that covers it, later marks above earlier ones. */

import type { Mark } from "@assay/annotation";
import type { Size } from "./answers";

/** The PNG in base64. Edges are hard: a pixel more than half covered is the mark's. */
export async function labeledImage(marks: readonly Mark[], colors: readonly string[], size: Size): Promise<string> {
  const sheet = new OffscreenCanvas(size.width, size.height);
  const picture = context(sheet);
  for (const [index, mark] of marks.entries()) {
    if (mark.type === "polygon") paint(picture, mark.rings, colors[index] ?? "#000000", size);
  }
  const blob = await sheet.convertToBlob({ type: "image/png" });
  const bytes = new Uint8Array(await blob.arrayBuffer());
  let text = "";
  for (let at = 0; at < bytes.length; at += 0x8000) text += String.fromCharCode(...bytes.subarray(at, at + 0x8000));
  return btoa(text);
}

function context(sheet: OffscreenCanvas): OffscreenCanvasRenderingContext2D {
  const made = sheet.getContext("2d", { willReadFrequently: true });
  if (made === null) throw new Error("This browser draws no pictures off the page.");
  return made;
}

function paint(picture: OffscreenCanvasRenderingContext2D, rings: readonly (readonly (readonly [number, number])[])[], color: string, size: Size): void {
  const xs = rings.flat().map(([x]) => x);
  const ys = rings.flat().map(([, y]) => y);
  const left = Math.max(0, Math.floor(Math.min(...xs)));
  const top = Math.max(0, Math.floor(Math.min(...ys)));
  const width = Math.min(size.width, Math.ceil(Math.max(...xs))) - left;
  const height = Math.min(size.height, Math.ceil(Math.max(...ys))) - top;
  if (width <= 0 || height <= 0) return;
  // The canvas softens edges; here they are made hard again, within the mark's own rectangle.
  const scratch = context(new OffscreenCanvas(width, height));
  scratch.beginPath();
  for (const ring of rings) {
    for (const [index, [x, y]] of ring.entries()) scratch[index === 0 ? "moveTo" : "lineTo"](x - left, y - top);
    scratch.closePath();
  }
  scratch.fill("evenodd");
  const cover = scratch.getImageData(0, 0, width, height).data;
  const below = picture.getImageData(left, top, width, height);
  const [red, green, blue] = [1, 3, 5].map((at) => Number.parseInt(color.slice(at, at + 2), 16)) as [number, number, number];
  for (let at = 0; at < cover.length; at += 4) {
    if ((cover[at + 3] as number) < 128) continue;
    below.data[at] = red;
    below.data[at + 1] = green;
    below.data[at + 2] = blue;
    below.data[at + 3] = 255;
  }
  picture.putImageData(below, left, top);
}
