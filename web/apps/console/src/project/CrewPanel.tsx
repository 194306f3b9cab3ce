/** Who may work in a project, and groups of its people that batches can be kept to. */
import { api, type Group, type Member } from "@assay/client";
import { FormProblems, useForm } from "@assay/forms";
import { Badge, Button, counted, Dialog, ErrorState, Field, Input, Panel, SkeletonRows, toast } from "@assay/ui";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { crewQuery, groupsQuery, membersQuery } from "../queries";
import { useMay } from "../shell/session";

/** Members who can hold turns. */
const working = (members: readonly Member[]): Member[] => members.filter((member) => member.worker_id !== null && member.disabled_at === null && member.role !== "auditor");

export function CrewPanel({ projectId }: { projectId: string }) {
  const crew = useQuery(crewQuery(projectId));
  const groups = useQuery(groupsQuery(projectId));
  const mayWrite = useMay("worker.write");
  const [asking, setAsking] = useState<"crew" | "group" | Group | null>(null);
  const close = (): void => setAsking(null);

  return (
    <Panel
      title="Who works here"
      actions={
        mayWrite && (
          <>
            <Button size="small" onClick={() => setAsking("group")}>New group</Button>
            <Button size="small" onClick={() => setAsking("crew")}>Change</Button>
          </>
        )
      }
    >
      {crew.isPending || groups.isPending ? (
        <SkeletonRows />
      ) : crew.isLoadingError || groups.isLoadingError ? (
        <ErrorState title="The crew could not be loaded" error={(crew.error ?? groups.error)!} onRetry={() => void Promise.all([crew.refetch(), groups.refetch()])} />
      ) : (
        <div className="flex flex-col gap-4">
          <p className="text-3">
            {!crew.data!.crew_only ? (
              "Everybody who works in your organization."
            ) : crew.data!.workers.length === 0 ? (
              <span className="text-warn">Nobody: the project is kept to its crew, and the crew is empty.</span>
            ) : (
              `Only ${crew.data!.workers.map((worker) => worker.name).join(", ")}.`
            )}
          </p>
          {groups.data!.items.length > 0 && (
            <ul aria-label="Groups" className="flex flex-col gap-2">
              {groups.data!.items.map((group) => (
                <li key={group.id} className="flex items-center gap-2 text-3">
                  <span className="grow min-w-0">
                    <span className="font-medium">{group.name}</span>{" "}
                    <span className="text-muted break-words">{group.workers.map((worker) => worker.name).join(", ") || "nobody yet"}</span>
                  </span>
                  <Badge>{counted(group.workers.length, "person", "people")}</Badge>
                  {mayWrite && <Button size="small" variant="ghost" aria-label={`Change ${group.name}`} onClick={() => setAsking(group)}>Change</Button>}
                </li>
              ))}
            </ul>
          )}
        </div>
      )}
      {asking === "crew" && crew.data && <CrewDialog projectId={projectId} crewOnly={crew.data.crew_only} ids={crew.data.workers.map((worker) => worker.id)} onClose={close} />}
      {asking !== null && asking !== "crew" && <GroupDialog projectId={projectId} group={asking === "group" ? null : asking} onClose={close} />}
    </Panel>
  );
}

function CrewDialog({ projectId, crewOnly, ids, onClose }: { projectId: string; crewOnly: boolean; ids: string[]; onClose: () => void }) {
  const queryClient = useQueryClient();
  const form = useForm({ crew_only: crewOnly, worker_ids: ids }, (crew) => api.projects.setCrew(projectId, crew));
  const submit = async () => {
    const crew = await form.submit();
    if (!crew) return;
    await queryClient.invalidateQueries({ queryKey: ["crew", projectId] });
    toast(crew.crew_only ? "The project is kept to its crew" : "The project is open to everybody");
    onClose();
  };
  return (
    <Dialog title="Who works here?" description="Turns that somebody has in hand go on; only new ones are meant." onClose={onClose} footer={<Footer busy={form.sending} onClose={onClose} onSave={() => void submit()} />}>
      <FormProblems problems={form.problems.besides([])} />
      <fieldset className="flex flex-col gap-2 mb-4">
        <legend className="sr-only">Who may work here</legend>
        <label className="flex items-center gap-2 text-3 cursor-pointer">
          <input type="radio" name="crew" checked={!form.value.crew_only} onChange={() => form.set({ crew_only: false })} className="accent-accent" /> Everybody who works in your organization
        </label>
        <label className="flex items-center gap-2 text-3 cursor-pointer">
          <input type="radio" name="crew" checked={form.value.crew_only} onChange={() => form.set({ crew_only: true })} className="accent-accent" /> Only these people
        </label>
      </fieldset>
      {form.value.crew_only && <People chosen={form.value.worker_ids} onChosen={(worker_ids) => form.set({ worker_ids })} />}
    </Dialog>
  );
}

function GroupDialog({ projectId, group, onClose }: { projectId: string; group: Group | null; onClose: () => void }) {
  const queryClient = useQueryClient();
  const members = useQuery(membersQuery);
  const before = group?.workers.map((worker) => worker.id) ?? [];
  const emailsOf = (ids: readonly string[]): string[] => working(members.data?.items ?? []).filter((member) => ids.includes(member.worker_id!)).map((member) => member.email);
  const form = useForm({ name: group?.name ?? "", worker_ids: before }, ({ name, worker_ids }) =>
    group === null
      ? api.projects.createGroup(projectId, { name, emails: emailsOf(worker_ids) })
      : api.projects.changeGroup(projectId, group.id, {
          ...(name === group.name ? {} : { name }),
          add_emails: emailsOf(worker_ids.filter((id) => !before.includes(id))),
          remove_emails: group.workers.filter((worker) => !worker_ids.includes(worker.id)).map((worker) => worker.email),
        }),
  );
  const submit = async () => {
    const saved = await form.submit();
    if (!saved) return;
    await queryClient.invalidateQueries({ queryKey: ["groups", projectId] });
    toast(`${saved.name} is saved`);
    onClose();
  };
  return (
    <Dialog title={group === null ? "New group" : `Change ${group.name}`} description="Batches can be kept to groups; then only their people are offered the tasks." onClose={onClose} footer={<Footer busy={form.sending} disabled={form.value.name.trim() === ""} onClose={onClose} onSave={() => void submit()} />}>
      <FormProblems problems={form.problems.besides(["name"])} />
      <div className="flex flex-col gap-4">
        <Field label="Name" error={form.problems.at("name")}>
          {(control) => <Input {...control} data-autofocus value={form.value.name} maxLength={200} onChange={(event) => form.set({ name: event.target.value })} />}
        </Field>
        <People chosen={form.value.worker_ids} onChosen={(worker_ids) => form.set({ worker_ids })} />
      </div>
    </Dialog>
  );
}

function People({ chosen, onChosen }: { chosen: readonly string[]; onChosen: (ids: string[]) => void }) {
  const members = useQuery(membersQuery);
  if (members.isPending) return <SkeletonRows />;
  if (members.isLoadingError) return <ErrorState title="The members could not be loaded" error={members.error} onRetry={() => void members.refetch()} />;
  return (
    <fieldset className="flex flex-col gap-1.5 max-h-72 overflow-y-auto">
      <legend className="text-2 font-medium mb-1">People</legend>
      {working(members.data.items).map((member) => (
        <label key={member.id} className="flex items-center gap-2 text-3 cursor-pointer py-0.5">
          <input
            type="checkbox"
            className="accent-accent"
            checked={chosen.includes(member.worker_id!)}
            onChange={(event) => onChosen(event.target.checked ? [...chosen, member.worker_id!] : chosen.filter((id) => id !== member.worker_id))}
          />
          <span className="min-w-0 truncate">
            {member.name} <span className="text-muted">{member.email}</span>
          </span>
        </label>
      ))}
    </fieldset>
  );
}

const Footer = ({ busy, disabled = false, onClose, onSave }: { busy: boolean; disabled?: boolean; onClose: () => void; onSave: () => void }) => (
  <>
    <Button onClick={onClose}>Cancel</Button>
    <Button variant="primary" busy={busy} disabled={disabled} onClick={onSave}>
      Save
    </Button>
  </>
);
