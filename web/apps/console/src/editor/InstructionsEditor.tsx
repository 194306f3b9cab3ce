import { cx, Field, Segmented, Textarea } from "@assay/ui";
import { useState } from "react";
import Markdown from "react-markdown";

type View = "both" | "write" | "read";

const STARTER = `## What to mark

Box every …

## Hard cases

- Partly hidden: box only what is visible.
- Too small to tell: leave it out.
`;

export function InstructionsEditor({ value, error, onChange }: { value: string; error: string | undefined; onChange: (value: string) => void }) {
  const [view, setView] = useState<View>("both");
  return (
    <div className="flex flex-col gap-3">
      <div className="flex flex-wrap items-center gap-3">
        <p className="text-2 text-muted grow min-w-48">Workers have these at hand while they work. Markdown.</p>
        {value === "" && (
          <button type="button" className="text-2 text-accent hover:underline" onClick={() => onChange(STARTER)}>
            Start from an outline
          </button>
        )}
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
              <Textarea {...control} value={value} maxLength={100_000} onChange={(event) => onChange(event.target.value)} className="font-mono text-2 min-h-100 grow" placeholder="Write what a newcomer must know to do this well." />
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
