/** A document as it was transcribed: its pages with the regions, and beside them every text with what each one read. */
import type { ShownItem, TaskDetail, Taxonomy } from "@assay/client";
import { DocumentView, type PageAddress, type WireDocument } from "@assay/documents";
import { Badge, cx, percent } from "@assay/ui";
import { useEffect, useMemo, useRef } from "react";
import type { Layer, Scene, SceneObject } from "./scene";

interface TranscribedPagesProps {
  content: readonly ShownItem[];
  taxonomy: Taxonomy;
  /** Those that are shown, the one that stands first. */
  layers: readonly Layer[];
  objects: readonly SceneObject[];
  picked: string | null;
  onPick: (key: string) => void;
}

export function TranscribedPages({ content, taxonomy, layers, objects, picked, onPick }: TranscribedPagesProps) {
  const pages = useMemo(() => content.flatMap((item): PageAddress[] => (item.type === "image" ? [{ ...item.media, title: item.title }] : [])), [content]);
  const [first] = layers;
  const others = useMemo(() => layers.slice(1).map(({ name, color, answer }) => ({ name, color, answer: answer as object as WireDocument })), [layers]);
  // A correction keeps the ids of the merged regions, and is no member of any.
  const memberIn = (object: SceneObject | undefined): string | null =>
    object?.members.find(({ layerKey }) => layerKey === first?.key)?.markId ?? (object && first?.kind === "review" && first.marks.has(object.key) ? object.key : null);
  return (
    <DocumentView
      taxonomy={taxonomy}
      pages={pages}
      answer={(first?.answer as object as WireDocument | undefined) ?? null}
      others={others}
      highlighted={memberIn(objects.find(({ key }) => key === picked))}
      onPick={(id) => {
        const object = objects.find((each) => memberIn(each) === id);
        if (object && object.key !== picked) onPick(object.key);
      }}
    />
  );
}

interface Said {
  id: string;
  page?: number;
  text?: string;
  members?: readonly string[];
}

interface TranscriptProps {
  task: TaskDetail;
  scene: Scene;
  picked: string | null;
  titleOf: (label: string) => string;
  onPick: (key: string) => void;
}

export function Transcript({ task, scene, picked, titleOf, onPick }: TranscriptProps) {
  const list = useRef<HTMLOListElement>(null);
  useEffect(() => {
    if (picked) list.current?.querySelector("[aria-pressed=true]")?.scrollIntoView({ block: "nearest" });
  }, [picked]);
  const layers = new Map(scene.layers.map((layer) => [layer.key, layer]));
  // As they are read, and not by doubt: a text out of its order says little.
  const place = new Map((task.consensus?.objects ?? []).map(({ annotation_id }, index) => [annotation_id, index]));
  const objects = scene.objects.toSorted((a, b) => (place.get(a.key) ?? 0) - (place.get(b.key) ?? 0));
  if (objects.length === 0) return <p className="px-4 py-6 text-3 text-muted text-center">Nothing is marked on these pages.</p>;
  const saidIn = (layerKey: string, id: string): Said | undefined => layers.get(layerKey)?.marks.get(id) as Said | undefined;
  /** A region's own text, or those of a group's regions in their order. */
  const textOf = (layerKey: string, said: Said | undefined): string =>
    said?.members ? said.members.map((id) => saidIn(layerKey, id)?.text).filter(Boolean).join(" · ") : (said?.text ?? "");
  let before = -1;
  return (
    <ol ref={list} className="py-1">
      {objects.map((object) => {
        const members = object.members.map(({ layerKey, markId }) => ({ layer: layers.get(layerKey)!, said: saidIn(layerKey, markId) }));
        const [standing] = members;
        if (standing === undefined) return null;
        const corrected = object.kept ? correctedBy(scene, object) : undefined;
        const text = corrected ?? textOf(standing.layer.key, standing.said);
        const page = standing.said?.members ? null : (standing.said?.page ?? 0);
        const isNewPage = page !== null && page !== before;
        if (page !== null) before = page;
        const people = members.filter(({ layer }) => layer.kind === "submission").map(({ layer, said }) => ({ layer, text: textOf(layer.key, said) }));
        const differ = new Set([text, ...people.map((each) => each.text)]).size > 1;
        return (
          <li key={object.key}>
            {isNewPage && <h3 className="px-4 pt-2 pb-1 text-1 font-semibold text-muted">Page {page + 1}</h3>}
            <button type="button" aria-pressed={picked === object.key} onClick={() => onPick(object.key)} className={cx("w-full text-left px-4 py-1.5 flex flex-col gap-0.5 -outline-offset-2", picked === object.key ? "bg-accent-soft" : "hover:bg-hover")}>
              <span className="w-full flex items-center gap-2 text-1 text-muted">
                <span className="grow truncate">{titleOf(object.label)}</span>
                {!object.kept && <Badge>voted out</Badge>}
                {object.voices !== null && object.voices > 1 && <span>{people.length} of {object.voices}</span>}
                {object.confidence !== null && <span className={cx("w-9 text-right", object.confidence < 0.6 && "text-danger")}>{percent(object.confidence)}</span>}
              </span>
              {text !== "" && <span dir="auto" className={cx("text-3 whitespace-pre-wrap break-words", !object.kept && "line-through text-muted")}>{text}</span>}
            </button>
            {differ && people.length > 0 && (
              <ul aria-label={`What each one read: ${text}`} className="px-4 pb-1.5 flex flex-col gap-0.5">
                {people.map(({ layer, text: theirs }) => (
                  <li key={layer.key} className={cx("flex gap-2 text-2 px-2 py-1 rounded-small", theirs === text ? "bg-ok-soft" : "bg-sunken")}>
                    <span className="size-2 mt-1.5 rounded-full border border-black/30 shrink-0" style={{ background: layer.color }} />
                    <span className="text-muted w-24 shrink-0 truncate" title={layer.name}>{layer.name}</span>
                    <span dir="auto" className={cx("min-w-0 whitespace-pre-wrap break-words", theirs === "" && "text-muted italic")}>{theirs || "nothing"}</span>
                  </li>
                ))}
              </ul>
            )}
          </li>
        );
      })}
    </ol>
  );
}

/** What a reviewer made of a merged region's text; a correction keeps the ids of what it corrects. */
function correctedBy(scene: Scene, object: SceneObject): string | undefined {
  const review = scene.layers.find(({ kind }) => kind === "review");
  return (review?.marks.get(object.key) as Said | undefined)?.text;
}
