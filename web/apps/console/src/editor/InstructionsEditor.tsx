import { api } from "@assay/client";
import { Button, cx, Field, Segmented, Textarea, toast } from "@assay/ui";
import { useRef, useState } from "react";
import Markdown from "react-markdown";

type View = "both" | "write" | "read";

const STARTER = `## What to mark

Box every …

## Hard cases

- Partly hidden: box only what is visible.
- Too small to tell: leave it out.
`;

export interface InstructionsEditorProps {
  readonly value: string;
  readonly error: string | undefined;
  /** None for a project that is not created yet: it has nowhere to keep a picture. */
  readonly projectId: string | null;
  readonly onChange: (value: string) => void;
}

export function InstructionsEditor({ value, error, projectId, onChange }: InstructionsEditorProps) {
  const [view, setView] = useState<View>("both");
  const text = useRef<HTMLTextAreaElement>(null);
  const insert = (markdown: string): void => {
    const at = text.current?.selectionEnd ?? value.length;
    onChange(`${value.slice(0, at)}${markdown}${value.slice(at)}`);
  };
  return (
    <div className="flex flex-col gap-3">
      <div className="flex flex-wrap items-center gap-3">
        <p className="text-2 text-muted grow min-w-48">Workers have these at hand while they work. Markdown.</p>
        {value === "" && (
          <button type="button" className="text-2 text-accent hover:underline" onClick={() => onChange(STARTER)}>
            Start from an outline
          </button>
        )}
        <AddPicture projectId={projectId} onAdded={insert} />
        <Segmented<View>
          label="What to show"
          size="small"
          value={view}
          onValue={setView}
          options={[
            { value: "both", label: "Both" },
            { value: "write", label: "Write" },
            { value: "read", label: "Read" },
          ]}
        />
      </div>
      <div className={cx("grid gap-3 items-stretch", view === "both" && "sm:grid-cols-2")}>
        {view !== "read" && (
          <Field label="Instructions in Markdown" labelHidden error={error}>
            {(control) => (
              <Textarea {...control} ref={text} value={value} maxLength={100_000} onChange={(event) => onChange(event.target.value)} className="font-mono text-2 min-h-100 grow" placeholder="Write what a newcomer must know to do this well." />
            )}
          </Field>
        )}
        {view !== "write" && (
          <div className="border border-border rounded-medium p-3 min-h-40 bg-bg overflow-y-auto max-h-160" aria-label="Instructions as workers read them">
            {value.trim() === "" ? <p className="text-3 text-muted">Nothing written yet.</p> : <Instructions text={value} />}
          </div>
        )}
      </div>
    </div>
  );
}

function Instructions({ text }: { text: string }) {
  return (
    <div className="prose">
      <Markdown components={{ a: ({ href, children }) => <a href={href} target="_blank" rel="noreferrer noopener">{children}</a> }}>{text}</Markdown>
    </div>
  );
}

/** Uploads an example photo and writes it into the text. */
function AddPicture({ projectId, onAdded }: { projectId: string | null; onAdded: (markdown: string) => void }) {
  const input = useRef<HTMLInputElement>(null);
  const [busy, setBusy] = useState(false);
  const add = async (file: File | undefined): Promise<void> => {
    if (file === undefined || projectId === null) return;
    setBusy(true);
    try {
      const { id } = await api.projects.attach(projectId, file, {});
      const name = file.name.replace(/\.[a-z0-9]+$/i, "").replace(/[[\]()\\]/g, " ");
      onAdded(`\n\n![${name}](/guide-images/${id})\n`);
    } catch (error) {
      toast(`The picture was not added: ${error instanceof Error ? error.message : "the server did not answer"}`, "danger");
    } finally {
      setBusy(false);
      if (input.current) input.current.value = "";
    }
  };
  return (
    <>
      <input ref={input} type="file" accept="image/jpeg,image/png,image/webp" hidden aria-label="Picture to add" onChange={(event) => void add(event.target.files?.[0])} />
      <Button
        size="small"
        icon="image"
        busy={busy}
        disabled={projectId === null}
        title={projectId === null ? "Create the project first, then add pictures here" : "Add an example photo at the cursor"}
        onClick={() => input.current?.click()}
      >
        Add picture
      </Button>
    </>
  );
}
