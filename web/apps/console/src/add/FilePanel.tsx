/** Files that describe tasks or bring labels: a manifest, COCO, YOLO, Pascal VOC. The server reads them in a job. */
import { api, type ImportAs, type ImportFormat } from "@assay/client";
import { FormProblems, problemsOf } from "@assay/forms";
import { Button, bytes, cx, Field, Icon, Panel, Progress, Segmented, Select, toast } from "@assay/ui";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useRef, useState } from "react";
import { useProject } from "../project/ProjectLayout";
import { formatOf } from "./formats";

interface FormatChoice {
  value: ImportFormat;
  name: string;
  accept: string;
  hint: string;
}

const MANIFESTS: readonly FormatChoice[] = [
  { value: "jsonl", name: "JSONL", accept: ".jsonl,.ndjson,.json", hint: "One object a line with a url (or the file name of a photo already here), and if you like unique_id, batch, priority, metadata, prelabels and gold." },
  { value: "csv", name: "CSV", accept: ".csv", hint: "A header line with a column url (or file, for photos already here), and if you like unique_id, batch and priority; columns named metadata.camera and the like become metadata." },
];

const LABELS: readonly FormatChoice[] = [
  { value: "coco", name: "COCO (.json)", accept: ".json", hint: "Boxes and polygons, matched to photos by file_name." },
  { value: "yolo", name: "YOLO (.zip)", accept: ".zip", hint: "A zip of the label files with their data.yaml or classes.txt, matched by file name." },
  { value: "voc", name: "Pascal VOC (.zip)", accept: ".zip", hint: "A zip of the XML files, matched by file name." },
  { value: "assay", name: "Assay JSONL", accept: ".jsonl", hint: "An export of Assay's own; nothing is lost on the way." },
];

export function FilePanel({ kind }: { kind: "manifest" | "labels" }) {
  const project = useProject();
  const queryClient = useQueryClient();
  const choices = kind === "manifest" ? MANIFESTS : LABELS;
  const [format, setFormat] = useState<ImportFormat>(choices[0]!.value);
  const [as, setAs] = useState<ImportAs>(kind === "manifest" ? "tasks" : "prelabels");
  const [file, setFile] = useState<File | null>(null);
  const [over, setOver] = useState(false);
  const [sent, setSent] = useState(0);
  const inputRef = useRef<HTMLInputElement>(null);
  const choice = choices.find((each) => each.value === format)!;

  const choose = (chosen: File) => {
    setFile(chosen);
    setFormat(formatOf(chosen.name, format, kind));
    send.reset();
  };
  const send = useMutation({
    mutationFn: (chosen: File) =>
      api.projects.import(project.id, chosen, format, as, { onProgress: (done, total) => setSent(total > 0 ? done / total : 0) }),
    onSuccess: async () => {
      setFile(null);
      setSent(0);
      await queryClient.invalidateQueries({ queryKey: ["imports", project.id] });
      toast("The file is there and being read");
    },
  });

  return (
    <Panel title={kind === "manifest" ? "A manifest of photos" : "Labels made elsewhere"}>
      <form
        className="flex flex-col gap-4"
        onSubmit={(event) => {
          event.preventDefault();
          if (file) send.mutate(file);
        }}
      >
        {kind === "labels" && (
          <div className="flex flex-col gap-1">
            <span className="text-2 font-medium">Use them as</span>
            <Segmented<ImportAs>
              label="Use them as"
              value={as}
              onValue={setAs}
              className="self-start"
              options={[
                { value: "prelabels", label: "Pre-labels" },
                { value: "golds", label: "Golds" },
              ]}
            />
            <p className="text-2 text-muted">
              {as === "prelabels"
                ? "Workers start from these shapes and correct them."
                : "These answers are known to be right: workers are checked against them, unseen."}
            </p>
          </div>
        )}
        <Field label="Format" hint={choice.hint} className="max-w-120">
          {(control) => (
            <Select {...control} className="w-56" value={format} onChange={(event) => setFormat(event.target.value as ImportFormat)}>
              {choices.map((each) => (
                <option key={each.value} value={each.value}>{each.name}</option>
              ))}
            </Select>
          )}
        </Field>
        <div
          onDragOver={(event) => {
            event.preventDefault();
            setOver(true);
          }}
          onDragLeave={() => setOver(false)}
          onDrop={(event) => {
            event.preventDefault();
            setOver(false);
            const dropped = event.dataTransfer.files[0];
            if (dropped) choose(dropped);
          }}
          className={cx("border-2 border-dashed rounded-large px-4 py-6 flex flex-wrap items-center justify-center gap-3", over ? "border-accent bg-accent-soft" : "border-border")}
        >
          {file ? (
            <>
              <Icon name="file" className="text-muted" />
              <span className="text-3 break-all">{file.name}</span>
              <span className="text-2 text-muted">{bytes(file.size)}</span>
              <Button size="small" variant="ghost" onClick={() => setFile(null)} disabled={send.isPending}>Remove</Button>
            </>
          ) : (
            <>
              <span className="text-3 text-muted">Drop the file here, or</span>
              <Button icon="file" onClick={() => inputRef.current?.click()}>Choose a file</Button>
            </>
          )}
          <input
            ref={inputRef}
            type="file"
            accept={choices.map((each) => each.accept).join(",")}
            className="hidden"
            aria-label="File to import"
            onChange={(event) => {
              const chosen = event.target.files?.[0];
              if (chosen) choose(chosen);
              event.target.value = "";
            }}
          />
        </div>
        {send.isError && <FormProblems problems={problemsOf(send.error).all} />}
        {send.isPending && <Progress label="File sent" value={sent} max={1} />}
        <Button type="submit" variant="primary" className="self-start" disabled={!file} busy={send.isPending}>
          {kind === "manifest" ? "Add photos" : as === "golds" ? "Import golds" : "Import pre-labels"}
        </Button>
      </form>
    </Panel>
  );
}
