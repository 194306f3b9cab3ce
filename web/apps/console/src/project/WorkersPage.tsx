import { api, type ProjectWorker } from "@assay/client";
import { FormProblems, useForm } from "@assay/forms";
import { ago, Badge, Button, count, Dialog, duration, EmptyState, ErrorState, Field, Input, Panel, percent, SkeletonRows, Table, Td, Th, toast, Tr } from "@assay/ui";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { workersQuery } from "../queries";
import { useMay } from "../shell/session";
import { CrewPanel } from "./CrewPanel";
import { useProject } from "./ProjectLayout";

export function WorkersPage() {
  const project = useProject();
  const query = useQuery(workersQuery(project.id));
  const mayWrite = useMay("worker.write");
  const [changing, setChanging] = useState<ProjectWorker | null>(null);
  const workers = query.data?.items ?? [];

  return (
    <>
      <Panel title="Workers" flush>
        {query.isPending ? (
          <SkeletonRows />
        ) : query.isLoadingError ? (
          <ErrorState title="The workers could not be loaded" error={query.error} onRetry={() => void query.refetch()} />
        ) : workers.length === 0 ? (
          <EmptyState icon="people" title="Nobody has worked here yet">
            People appear with their speed, agreement and accuracy once they take their first task.
          </EmptyState>
        ) : (
          <Table label="Workers of this project">
            <thead>
              <tr>
                <Th>Worker</Th>
                <Th numeric className="max-md:hidden">Submitted</Th>
                <Th numeric className="max-md:hidden" title="Half of their answers took less time than this">Typical time</Th>
                <Th numeric className="max-md:hidden" title="Mean agreement with the merged answers">Agreement</Th>
                <Th className="max-md:hidden" title="Share of golds answered right, with the 95 % interval">Gold accuracy</Th>
                <Th className="max-md:hidden">Last active</Th>
                {mayWrite && <Th><span className="sr-only">Actions</span></Th>}
              </tr>
            </thead>
            <tbody>
              {workers.map((worker) => (
                <Tr key={worker.id}>
                  <Td className="md:min-w-48 max-md:py-2.5">
                    <span className="flex flex-wrap items-center gap-x-2">
                      <Link
                        to="/console/projects/$projectId/tasks"
                        params={{ projectId: project.id }}
                        search={{ worker: worker.id }}
                        className="font-medium no-underline hover:underline"
                        title="Show their tasks"
                      >
                        {worker.name}
                      </Link>
                      {worker.kind === "model" && <Badge>model</Badge>}
                      {worker.suspended_at && <Badge tone="danger">suspended</Badge>}
                      {worker.active > 0 && <Badge tone="ok">at work</Badge>}
                    </span>
                    {worker.suspended_reason && <span className="block text-2 text-muted max-w-80">{worker.suspended_reason}</span>}
                    <span className="md:hidden block text-2 text-muted">{inWords(worker)}</span>
                    <div className="md:hidden text-2">
                      <GoldAccuracy worker={worker} bar={project.policy.gold.accuracy_min} />
                    </div>
                  </Td>
                  <Td numeric className="max-md:hidden">{count(worker.submissions)}</Td>
                  <Td numeric className="max-md:hidden whitespace-nowrap">{worker.seconds_median === null ? "–" : duration(worker.seconds_median)}</Td>
                  <Td numeric className="max-md:hidden">{percent(worker.agreement_mean)}</Td>
                  <Td className="max-md:hidden">
                    <GoldAccuracy worker={worker} bar={project.policy.gold.accuracy_min} />
                  </Td>
                  <Td className="max-md:hidden whitespace-nowrap text-muted">{worker.last_active_at ? ago(worker.last_active_at, Date.now()) : "–"}</Td>
                  {mayWrite && (
                    <Td className="text-right">
                      <Button size="small" variant={worker.suspended_at ? "secondary" : "ghost"} onClick={() => setChanging(worker)}>
                        {worker.suspended_at ? "Reinstate" : "Suspend"}
                      </Button>
                    </Td>
                  )}
                </Tr>
              ))}
            </tbody>
          </Table>
        )}
      </Panel>
      {project.policy.gold.rate > 0 && workers.length > 0 && (
        <p className="text-2 text-muted">
          The line in each bar is the accuracy asked for ({percent(project.policy.gold.accuracy_min)}). A worker is suspended by
          itself when even the upper end of the interval falls below it, after at least {project.policy.gold.answers_min} golds.
        </p>
      )}
      <CrewPanel projectId={project.id} />
      {changing && <StandingDialog worker={changing} projectId={project.id} onClose={() => setChanging(null)} />}
    </>
  );
}

/** The columns of a wide screen as a line of a narrow one. */
function inWords(worker: ProjectWorker): string {
  return [
    `${count(worker.submissions)} submitted`,
    ...(worker.seconds_median === null ? [] : [`${duration(worker.seconds_median)} each`]),
    ...(worker.agreement_mean === null ? [] : [`agrees ${percent(worker.agreement_mean)}`]),
    ...(worker.last_active_at ? [ago(worker.last_active_at, Date.now())] : []),
  ].join(" · ");
}

/** The estimate with its 95 % interval on a 0 to 100 % scale, and the bar the policy sets. */
function GoldAccuracy({ worker, bar }: { worker: ProjectWorker; bar: number }) {
  if (worker.gold_accuracy === null || worker.gold_interval === null) {
    return <span className="text-muted">no golds yet</span>;
  }
  const [low, high] = worker.gold_interval;
  const below = high < bar;
  const words = `${percent(worker.gold_accuracy)}, 95 % interval ${percent(low)} to ${percent(high)}, ${worker.golds_right} of ${worker.golds_answered} right`;
  return (
    <div className="flex items-center gap-3 min-w-52" title={words}>
      <div role="img" aria-label={words} className="relative h-4 grow min-w-24">
        <div className="absolute inset-x-0 top-1.75 h-0.5 bg-border" />
        <div
          className={below ? "absolute top-1 h-2 rounded-small bg-danger/35" : "absolute top-1 h-2 rounded-small bg-accent/35"}
          style={{ left: `${low * 100}%`, width: `${(high - low) * 100}%` }}
        />
        <div className="absolute top-0 h-4 w-px bg-text/60" style={{ left: `${bar * 100}%` }} />
        <div
          className={below ? "absolute top-0.5 h-3 w-1 -ml-0.5 rounded-small bg-danger" : "absolute top-0.5 h-3 w-1 -ml-0.5 rounded-small bg-accent"}
          style={{ left: `${worker.gold_accuracy * 100}%` }}
        />
      </div>
      <span className="w-10 text-right">{percent(worker.gold_accuracy)}</span>
      <span className="text-2 text-muted w-12">
        {worker.golds_right}/{worker.golds_answered}
      </span>
    </div>
  );
}

function StandingDialog({ worker, projectId, onClose }: { worker: ProjectWorker; projectId: string; onClose: () => void }) {
  const queryClient = useQueryClient();
  const suspending = worker.suspended_at === null;
  const form = useForm({ reason: "" }, ({ reason }) =>
    suspending ? api.projects.suspend(projectId, worker.id, reason) : api.projects.reinstate(projectId, worker.id, reason),
  );

  const submit = async () => {
    const row = await form.submit();
    if (!row) return;
    await queryClient.invalidateQueries({ queryKey: ["workers", projectId] });
    toast(suspending ? `${worker.name} is suspended from this project` : `${worker.name} may work here again`);
    onClose();
  };

  return (
    <Dialog
      title={suspending ? `Suspend ${worker.name}?` : `Reinstate ${worker.name}?`}
      description={
        suspending
          ? "They get no more work in this project until reinstated. Finished tasks stay as they are; in unfinished ones their answers no longer count, and somebody else is asked."
          : "They may take work in this project again, with a fresh gold record. Their answers in unfinished tasks count again."
      }
      onClose={onClose}
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button
            variant={suspending ? "danger" : "primary"}
            busy={form.sending}
            disabled={suspending && form.value.reason.trim() === ""}
            onClick={() => void submit()}
          >
            {suspending ? "Suspend" : "Reinstate"}
          </Button>
        </>
      }
    >
      <form
        className="flex flex-col gap-3"
        onSubmit={(event) => {
          event.preventDefault();
          if (!suspending || form.value.reason.trim() !== "") void submit();
        }}
      >
        <FormProblems problems={form.problems.besides(["reason"])} />
        <Field
          label="Reason"
          optional={!suspending}
          hint={suspending ? "The worker reads this." : "Kept in the events."}
          error={form.problems.at("reason")}
        >
          {(control) => (
            <Input {...control} data-autofocus value={form.value.reason} onChange={(event) => form.set({ reason: event.target.value })} maxLength={500} />
          )}
        </Field>
      </form>
    </Dialog>
  );
}
