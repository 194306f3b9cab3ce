import { api, type ExportFormat, type Kind } from "@assay/client";
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
  /** Whose answers it holds. */
  kinds: readonly Kind[];
}

const FORMATS: readonly Format[] = [
  {
    value: "coco",
    name: "COCO",
    file: ".json",
    holds: "Boxes, polygons and points with their confidence; what COCO has no field for is under keys of our own.",
    lacks: "A turned box becomes an upright one with its corners as outline, a hole becomes a mask, lines are only listed with their photo.",
    kinds: ["image"],
  },
  {
    value: "yolo",
    name: "YOLO",
    file: ".zip",
    holds: "A text file a photo with boxes, or outlines where labels take polygons, and a data.yaml with the names.",
    lacks: "Lines, points, holes, attributes, metadata and confidence are left out; turned boxes become upright or outlines.",
    kinds: ["image"],
  },
  {
    value: "voc",
    name: "Pascal VOC",
    file: ".zip",
    holds: "An XML file a photo with boxes in whole pixels, and outlines, turned boxes and attributes as tools around it read them.",
    lacks: "Lines, points, holes, metadata and confidence are left out.",
    kinds: ["image"],
  },
  {
    value: "jsonl",
    name: "Assay JSONL",
    file: ".jsonl",
    holds: "Everything: answers as given, what was shown, confidences, metadata. It can be imported again.",
    lacks: "Nothing is lost, but other tools need a script to read it.",
    kinds: ["image", "form", "entities", "document"],
  },
  {
    value: "csv",
    name: "CSV",
    file: ".csv",
    holds: "A row a task and a column a question, safe to open in a spreadsheet.",
    lacks: "Metadata and the confidence of single questions are left out; several values share a cell.",
    kinds: ["form"],
  },
  {
    value: "conll",
    name: "CoNLL",
    file: ".zip",
    holds: "A word and its BIO tag a line, as CoNLL-2002 wrote them, and an index of which lines are whose.",
    lacks: "Of overlapping passages only the longest is written; relations, attributes and metadata are left out.",
    kinds: ["entities"],
  },
  {
    value: "spans",
    name: "CSV of spans",
    file: ".csv",
    holds: "A row a passage with its label, place, text, confidence, attributes and the relations that begin at it.",
    lacks: "Answers about the whole text and metadata are left out; a text with nothing marked has no row.",
    kinds: ["entities"],
  },
  {
    value: "regions",
    name: "CSV of regions",
    file: ".csv",
    holds: "A row a region with its page, label, text, box, confidence, values and the groups that it is in.",
    lacks: "Outlines become the box around them; answers about the whole document and metadata are left out.",
    kinds: ["document"],
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
            : "Tasks without an accepted answer are listed without an answer."}
        </p>
      </Panel>

      <ul className="grid gap-3 md:grid-cols-2">
        {FORMATS.filter(({ kinds }) => kinds.includes(project.kind)).map((format) => (
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
              <dt className="text-muted">Loses</dt>
              <dd>{format.lacks}</dd>
            </dl>
          </li>
        ))}
      </ul>
      <p className="text-2 text-muted">Files are written while they download, so even a very large project starts at once.</p>
    </>
  );
}
