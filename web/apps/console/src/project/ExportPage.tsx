import { api, type ExportFormat } from "@assay/client";
import { buttonClass, Checkbox, count, Icon, Panel, Segmented } from "@assay/ui";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { progressQuery } from "../queries";
import { useProject } from "./ProjectLayout";

interface Format {
  value: ExportFormat;
  name: string;
  file: string;
  holds: string;
  lacks: string;
}

const FORMATS: readonly Format[] = [
  {
    value: "coco",
    name: "COCO",
    file: ".json",
    holds: "Boxes, polygons, and keypoints for points; label tree as supercategories.",
    lacks: "Turned boxes become polygons, holes become a mask, polylines are left out of the standard fields.",
  },
  {
    value: "yolo",
    name: "YOLO",
    file: ".zip",
    holds: "One text file per photo and a data.yaml with the label names.",
    lacks: "Upright boxes or simple polygons only: no holes, polylines, points, attributes or confidence.",
  },
  {
    value: "voc",
    name: "Pascal VOC",
    file: ".zip",
    holds: "One XML file per photo with upright boxes.",
    lacks: "No polygons, polylines, points or nesting; turned boxes are given by their outer box.",
  },
  {
    value: "jsonl",
    name: "Assay JSONL",
    file: ".jsonl",
    holds: "Everything: shapes as drawn, attributes, confidence, metadata, who said what.",
    lacks: "Nothing is lost, but only Assay reads it without a script.",
  },
];

export function ExportPage() {
  const project = useProject();
  const progress = useQuery(progressQuery(project.id)).data ?? project.progress;
  const [state, setState] = useState<"completed" | "all">("completed");
  const [golds, setGolds] = useState(false);

  return (
    <>
      <Panel title="What to take">
        <div className="flex flex-wrap items-center gap-x-6 gap-y-3">
          <Segmented
            label="Which tasks"
            value={state}
            onValue={setState}
            options={[
              { value: "completed", label: `Completed (${count(progress.completed)})` },
              { value: "all", label: `All (${count(progress.total)})` },
            ]}
          />
          <Checkbox
            checked={golds}
            onChange={(event) => setGolds(event.target.checked)}
            label={`Golds too (${count(progress.golds)})`}
          />
        </div>
        <p className="text-2 text-muted mt-3">
          {state === "completed"
            ? "Only tasks with an accepted answer."
            : "Tasks without an accepted answer are listed with no marks."}
        </p>
      </Panel>

      <ul className="grid gap-3 md:grid-cols-2">
        {FORMATS.map((format) => (
          <li key={format.value} className="bg-surface border border-border rounded-large p-4 flex flex-col gap-3">
            <div className="flex items-center gap-2">
              <h2 className="text-4 font-semibold">{format.name}</h2>
              <span className="text-2 text-muted font-mono">{format.file}</span>
              <span className="grow" />
              <a
                href={api.projects.exportUrl(project.id, format.value, { state, golds })}
                download
                className={buttonClass("secondary")}
                aria-label={`Download ${format.name}`}
              >
                <Icon name="download" /> Download
              </a>
            </div>
            <dl className="text-2 grid grid-cols-[auto_1fr] gap-x-3 gap-y-1">
              <dt className="text-muted">Holds</dt>
              <dd>{format.holds}</dd>
              <dt className="text-muted">Cannot</dt>
              <dd>{format.lacks}</dd>
            </dl>
          </li>
        ))}
      </ul>
      <p className="text-2 text-muted">Files are written while they download, so even a very large project starts at once.</p>
    </>
  );
}
