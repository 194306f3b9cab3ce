import { api } from "@assay/client";
import { FormProblems, problemsOf } from "@assay/forms";
import { Button, counted, Field, Panel, Textarea, toast } from "@assay/ui";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useProject } from "../project/ProjectLayout";
import { readUrls } from "./queue";

export function UrlsPanel() {
  const project = useProject();
  const queryClient = useQueryClient();
  const [text, setText] = useState("");
  const { urls, wrong } = readUrls(text);
  const send = useMutation({
    mutationFn: () =>
      api.projects.import(project.id, new File([`${urls.join("\n")}\n`], "pasted-addresses.txt", { type: "text/plain" }), "urls", "tasks", {}),
    onSuccess: async () => {
      setText("");
      await queryClient.invalidateQueries({ queryKey: ["imports", project.id] });
      toast(`${counted(urls.length, "address", "addresses")} taken; the photos are being fetched`);
    },
  });
  const first = wrong[0];

  return (
    <Panel title="Photos by address">
      <form
        className="flex flex-col gap-3"
        onSubmit={(event) => {
          event.preventDefault();
          send.mutate();
        }}
      >
        {send.isError && <FormProblems problems={problemsOf(send.error).all} />}
        <Field
          label="One address a line"
          hint="The server fetches each photo itself. Only public http and https addresses are allowed; those that have a task already are left alone."
          error={first && `Line ${first.line} is no address: “${first.text.slice(0, 60)}”${wrong.length > 1 ? ` (and ${wrong.length - 1} more)` : ""}`}
        >
          {(control) => (
            <Textarea
              {...control}
              rows={8}
              spellCheck={false}
              className="font-mono text-2"
              placeholder={"https://example.org/photos/0001.jpg\nhttps://example.org/photos/0002.jpg"}
              value={text}
              onChange={(event) => setText(event.target.value)}
            />
          )}
        </Field>
        <div className="flex items-center gap-3">
          <Button type="submit" variant="primary" busy={send.isPending} disabled={urls.length === 0}>
            Add {urls.length > 0 ? counted(urls.length, "photo") : "photos"}
          </Button>
          {wrong.length > 0 && urls.length > 0 && <span className="text-2 text-muted">The {counted(wrong.length, "line")} in error will be left out.</span>}
        </div>
      </form>
    </Panel>
  );
}
