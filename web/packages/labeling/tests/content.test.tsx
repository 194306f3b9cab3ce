// @vitest-environment jsdom
import { act } from "react";
import { type Root, createRoot } from "react-dom/client";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { ContentView } from "../src/form";

let root: Root;
let place: HTMLElement;

beforeEach(() => {
  place = document.body.appendChild(document.createElement("div"));
  root = createRoot(place);
});

afterEach(() => {
  act(() => root.unmount());
  place.remove();
});

describe("what a form is about", () => {
  it("opens a website beside the page and tells it nothing", () => {
    act(() => root.render(<ContentView items={[{ type: "link", url: "https://acme.org/about", title: null }]} />));

    const link = place.querySelector("a")!;
    expect([link.textContent?.trim(), link.target, link.rel]).toEqual(["Open the website", "_blank", "noopener noreferrer"]);
    expect(place.querySelector("iframe")).toBeNull();
  });

  it("plays recordings and videos, and hands out papers", () => {
    const file = { type: "file", url: "/media/a", file_name: "a", title: null } as const;
    act(() => root.render(<ContentView items={[{ ...file, media: "audio", title: "The call" }, { ...file, media: "video" }, { ...file, media: "pdf" }]} />));

    expect([...place.querySelectorAll("section")].map((each) => each.getAttribute("aria-label"))).toEqual(["The call", "Video 2", "PDF 3"]);
    expect(place.querySelector("audio")!.controls).toBe(true);
    expect(place.querySelector("video")!.getAttribute("src")).toBe("/media/a");
    expect(place.querySelector("a")!.download).toBe("a");
  });
});
