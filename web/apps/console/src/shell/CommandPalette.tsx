/** Go anywhere by typing. */
import { cx, Dialog, Icon, type IconName } from "@assay/ui";
import { useInfiniteQuery } from "@tanstack/react-query";
import { useNavigate, useParams } from "@tanstack/react-router";
import { useId, useState } from "react";
import { projectsQuery } from "../queries";
import { matches } from "./matches";
import { useMe } from "./session";

interface Command {
  name: string;
  note: string;
  icon: IconName;
  run: () => void;
}

export default function CommandPalette({ onClose }: { onClose: () => void }) {
  const me = useMe();
  const navigate = useNavigate();
  const { projectId } = useParams({ strict: false });
  const projects = useInfiniteQuery(projectsQuery).data?.pages.flatMap((page) => page.items) ?? [];
  const [text, setText] = useState("");
  const [at, setAt] = useState(0);
  const listId = useId();
  const may = (permission: string) => me.permissions.includes(permission);

  const commands: Command[] = [];
  const add = (icon: IconName, name: string, note: string, run: () => unknown) =>
    commands.push({ icon, name, note, run: () => { onClose(); void run(); } });

  const here = projects.find((project) => project.id === projectId);
  if (here) {
    const params = { projectId: here.id };
    add("project", "Overview", here.name, () => navigate({ to: "/console/projects/$projectId", params }));
    if (may("task.read")) add("image", "Tasks", here.name, () => navigate({ to: "/console/projects/$projectId/tasks", params, search: {} }));
    if (may("task.write")) add("upload", "Add data", here.name, () => navigate({ to: "/console/projects/$projectId/add", params }));
    if (may("review.queue")) add("review", "Review", here.name, () => navigate({ to: "/console/projects/$projectId/review", params }));
    if (may("worker.read")) add("people", "Workers", here.name, () => navigate({ to: "/console/projects/$projectId/workers", params }));
    if (may("export.read")) add("download", "Export", here.name, () => navigate({ to: "/console/projects/$projectId/export", params }));
    if (may("project.write")) add("edit", "Edit project", here.name, () => navigate({ to: "/console/projects/$projectId/edit", params }));
  }
  for (const project of projects) {
    if (project.id !== here?.id) add("project", project.name, "project", () => navigate({ to: "/console/projects/$projectId", params: { projectId: project.id } }));
  }
  add("project", "All projects", "", () => navigate({ to: "/console" }));
  if (may("project.write")) add("add", "New project", "", () => navigate({ to: "/console/projects/new" }));
  if (may("member.read")) add("people", "Members", "organization", () => navigate({ to: "/console/organization/members" }));
  if (may("key.read")) add("key", "API keys", "organization", () => navigate({ to: "/console/organization/keys" }));
  if (may("webhook.read")) add("webhook", "Webhooks", "organization", () => navigate({ to: "/console/organization/webhooks" }));
  if (may("event.read")) add("event", "Events", "organization", () => navigate({ to: "/console/organization/events", search: {} }));

  const found = commands.filter((command) => matches(`${command.name} ${command.note}`, text)).slice(0, 12);
  const chosen = Math.min(at, Math.max(0, found.length - 1));

  return (
    <Dialog title="Go to" onClose={onClose} size="medium">
      <input
        data-autofocus
        role="combobox"
        aria-expanded
        aria-controls={listId}
        aria-activedescendant={found.length > 0 ? `${listId}-${chosen}` : undefined}
        aria-label="Find a project or page"
        placeholder="Project or page"
        autoComplete="off"
        value={text}
        onChange={(event) => {
          setText(event.target.value);
          setAt(0);
        }}
        onKeyDown={(event) => {
          if (event.key === "ArrowDown" || event.key === "ArrowUp") {
            event.preventDefault();
            setAt((chosen + (event.key === "ArrowDown" ? 1 : -1) + found.length) % Math.max(1, found.length));
          } else if (event.key === "Enter") {
            event.preventDefault();
            found[chosen]?.run();
          }
        }}
        className="w-full h-10 px-3 bg-surface border border-border-strong/60 rounded-medium text-4"
      />
      <ul id={listId} role="listbox" aria-label="Results" className="mt-2 min-h-40">
        {found.map((command, index) => (
          <li
            key={`${command.name} ${command.note}`}
            id={`${listId}-${index}`}
            role="option"
            aria-selected={index === chosen}
            onMouseMove={() => setAt(index)}
            onClick={command.run}
            className={cx("flex items-center gap-3 h-9 px-3 rounded-medium text-3 cursor-pointer", index === chosen && "bg-hover")}
          >
            <Icon name={command.icon} className="text-muted" />
            <span className="truncate">{command.name}</span>
            <span className="grow shrink-0 text-right text-2 text-muted">{command.note}</span>
          </li>
        ))}
        {found.length === 0 && <li className="text-3 text-muted px-3 py-6 text-center">Nothing of that name.</li>}
      </ul>
    </Dialog>
  );
}
