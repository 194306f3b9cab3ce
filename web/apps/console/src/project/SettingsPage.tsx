import { api, type ProjectState, type ProjectVersion } from "@assay/client";
import { ago, Badge, Button, buttonClass, ConfirmDialog, CopyField, counted, ErrorState, Panel, Skeleton, toast } from "@assay/ui";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { policyInWords } from "../editor/policy-words";
import { versionsQuery } from "../queries";
import { useMay } from "../shell/session";
import { useProject } from "./ProjectLayout";

const CHANGES: Record<ProjectState, { title: string; description: string; confirm: string; done: string }> = {
  active: {
    title: "Resume this project?",
    description: "Workers get its tasks again at once.",
    confirm: "Resume",
    done: "The project is active",
  },
  paused: {
    title: "Pause this project?",
    description: "Nobody gets a new task. Work already begun can be finished and submitted.",
    confirm: "Pause",
    done: "The project is paused",
  },
  archived: {
    title: "Archive this project?",
    description: "It leaves the lists and nobody gets work from it. Its data stays and can be exported; it can be brought back.",
    confirm: "Archive",
    done: "The project is archived",
  },
};

export function SettingsPage() {
  const project = useProject();
  const queryClient = useQueryClient();
  const mayWrite = useMay("project.write");
  const [next, setNext] = useState<ProjectState | null>(null);
  const change = useMutation({
    mutationFn: (state: ProjectState) => api.projects.change(project.id, { state }),
    onSuccess: async (_, state) => {
      await Promise.all([
        queryClient.invalidateQueries({ queryKey: ["project", project.id] }),
        queryClient.invalidateQueries({ queryKey: ["projects"] }),
      ]);
      toast(CHANGES[state].done);
      setNext(null);
    },
    onError: (error) => toast(error.message, "danger"),
  });

  return (
    <>
      <Panel title="State">
        <div className="flex flex-col gap-4">
          <Row
            name={project.state === "active" ? "The project is active" : project.state === "paused" ? "The project is paused" : "The project is archived"}
            text={
              project.state === "active"
                ? "Workers get its tasks."
                : project.state === "paused"
                  ? "Nobody gets a new task; what was begun can be finished."
                  : "It is out of the lists and nobody gets work from it."
            }
          >
            {mayWrite && (
              <>
                {project.state === "active" ? (
                  <Button icon="pause" onClick={() => setNext("paused")}>Pause</Button>
                ) : (
                  <Button icon="play" onClick={() => setNext("active")}>{project.state === "archived" ? "Bring back" : "Resume"}</Button>
                )}
                {project.state !== "archived" && (
                  <Button icon="archive" onClick={() => setNext("archived")}>Archive</Button>
                )}
              </>
            )}
          </Row>
          <div>
            <h3 className="text-2 font-medium mb-1">Project id</h3>
            <CopyField label="Project id" value={project.id} />
            <p className="text-2 text-muted mt-1">For the command line and the API.</p>
          </div>
        </div>
      </Panel>
      <Versions projectId={project.id} current={project.version} mayWrite={mayWrite} />
      {next && (
        <ConfirmDialog
          title={CHANGES[next].title}
          description={CHANGES[next].description}
          confirmLabel={CHANGES[next].confirm}
          busy={change.isPending}
          onConfirm={() => change.mutate(next)}
          onClose={() => setNext(null)}
        />
      )}
    </>
  );
}

function Row({ name, text, children }: { name: string; text: string; children: React.ReactNode }) {
  return (
    <div className="flex flex-wrap items-center gap-3">
      <div className="grow min-w-60">
        <h3 className="text-3 font-medium">{name}</h3>
        <p className="text-2 text-muted">{text}</p>
      </div>
      {children}
    </div>
  );
}

function Versions({ projectId, current, mayWrite }: { projectId: string; current: number; mayWrite: boolean }) {
  const query = useQuery(versionsQuery(projectId));
  const versions = (query.data?.items ?? []).toSorted((a, b) => b.version - a.version);
  return (
    <Panel
      title="Versions"
      actions={
        mayWrite && (
          <Link to="/console/projects/$projectId/edit" params={{ projectId }} className={buttonClass("secondary", "small")}>
            Edit project
          </Link>
        )
      }
    >
      <p className="text-2 text-muted mb-3">
        A change of labels, instructions or policy makes a new version. Each task remembers the one it was made under.
      </p>
      {query.isPending ? (
        <Skeleton className="h-24 w-full" />
      ) : query.isLoadingError ? (
        <ErrorState title="The versions could not be loaded" error={query.error} onRetry={() => void query.refetch()} />
      ) : (
        <ol className="divide-y divide-border border border-border rounded-medium">
          {versions.map((version) => (
            <li key={version.version}>
              <details className="group">
                <summary className="flex items-center gap-3 px-3 h-10 text-3 hover:bg-hover">
                  <span className="font-medium">Version {version.version}</span>
                  {version.version === current && <Badge tone="accent">current</Badge>}
                  <span className="text-muted text-2 truncate">{summaryOf(version)}</span>
                  <span className="grow" />
                  <span className="text-2 text-muted whitespace-nowrap">{ago(version.created_at, Date.now())}</span>
                </summary>
                <div className="px-3 pb-3 text-2 grid gap-3 md:grid-cols-2">
                  <div>
                    <h3 className="font-medium mb-1">Labels</h3>
                    <p className="text-muted">{labelNames(version).join(", ") || "none"}</p>
                    <h3 className="font-medium mb-1 mt-3">Quality</h3>
                    <ul className="text-muted list-disc pl-4">
                      {policyInWords(version.policy).map((sentence) => (
                        <li key={sentence}>{sentence}</li>
                      ))}
                    </ul>
                  </div>
                  <div>
                    <h3 className="font-medium mb-1">Instructions</h3>
                    <pre className="whitespace-pre-wrap break-words font-sans text-muted max-h-60 overflow-y-auto">{version.instructions || "none"}</pre>
                  </div>
                </div>
              </details>
            </li>
          ))}
        </ol>
      )}
    </Panel>
  );
}

function labelNames(version: ProjectVersion): string[] {
  const walk = (labels: ProjectVersion["taxonomy"]["labels"]): string[] =>
    (labels ?? []).flatMap((label) => [label.name, ...walk(label.children)]);
  return walk(version.taxonomy.labels);
}

function summaryOf(version: ProjectVersion): string {
  return counted(labelNames(version).length, "label");
}
