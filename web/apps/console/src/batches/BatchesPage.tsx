import type { Batch } from "@assay/client";
import { ago, Badge, Button, buttonClass, count, cx, EmptyState, ErrorState, Icon, IconButton, Menu, MenuItem, Pager, Panel, PartsBar, SkeletonRows, Table, Td, Th, Tr } from "@assay/ui";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { TONES } from "../people/WebhookPage";
import { useProject } from "../project/ProjectLayout";
import { BATCHES_PER_PAGE, batchPageQuery } from "../queries";
import { useMay } from "../shell/session";
import { CallbacksDialog, FinalizeDialog, PriorityDialog } from "./dialogs";
import { batchParts, listed, orderWords, progressWords, PURPOSES, STATE_TONE, STATE_WORDS } from "./words";

type Act = "finalize" | "priority" | "callbacks";

export function BatchesPage() {
  const project = useProject();
  const mayWrite = useMay("task.write");
  // Where each page begins, up to the one that is shown.
  const [cursors, setCursors] = useState<readonly (string | null)[]>([null]);
  const query = useQuery({ ...batchPageQuery(project.id, cursors.at(-1)!), placeholderData: keepPreviousData });
  const [asked, setAsked] = useState<{ act: Act; id: string } | null>(null);
  const batches = query.data?.items ?? [];
  const ordered = batches.some((batch) => (batch.rank ?? 0) > 0);
  const called = batches.some((batch) => batch.callback !== null);
  // The batch as it is now, and not as it was when the dialog was opened.
  const subject = batches.find((batch) => batch.id === asked?.id);
  const close = (): void => setAsked(null);
  const first = (cursors.length - 1) * BATCHES_PER_PAGE;

  return (
    <>
      <Panel title="Batches" flush className={cx(query.isPlaceholderData && "opacity-60")}>
        {query.isPending ? (
          <SkeletonRows />
        ) : query.isLoadingError ? (
          <ErrorState title="The batches could not be loaded" error={query.error} onRetry={() => void query.refetch()} />
        ) : batches.length === 0 ? (
          <NoBatches projectId={project.id} mayAdd={mayWrite} />
        ) : (
          <Table label="Batches of this project">
            <thead>
              <tr>
                <Th>Batch</Th>
                <Th className="max-md:hidden">State</Th>
                <Th className="max-md:hidden">Tasks</Th>
                <Th numeric className="max-md:hidden" title="Of tasks that say none themselves; more comes first">Priority</Th>
                {ordered && <Th className="max-md:hidden" title="Among batches of one priority">Order</Th>}
                {called && <Th className="max-md:hidden">Callback</Th>}
                <Th className="max-md:hidden">Created</Th>
                {(mayWrite || called) && (
                  <Th>
                    <span className="sr-only">Actions</span>
                  </Th>
                )}
              </tr>
            </thead>
            <tbody>
              {batches.map((batch) => (
                <BatchRow
                  key={batch.id}
                  batch={batch}
                  projectId={project.id}
                  mayWrite={mayWrite}
                  columns={{ ordered, called }}
                  onAct={(act) => setAsked({ act, id: batch.id })}
                />
              ))}
            </tbody>
          </Table>
        )}
      </Panel>
      {(cursors.length > 1 || query.data?.next_cursor) && (
        <Pager
          hasPrevious={cursors.length > 1}
          hasNext={Boolean(query.data?.next_cursor) && !query.isPlaceholderData}
          onPrevious={() => setCursors(cursors.slice(0, -1))}
          onNext={() => setCursors([...cursors, query.data!.next_cursor!])}
          summary={!query.isPlaceholderData && batches.length > 0 && `${count(first + 1)} to ${count(first + batches.length)}`}
        />
      )}
      {subject && asked?.act === "finalize" && <FinalizeDialog batch={subject} onClose={close} />}
      {subject && asked?.act === "priority" && <PriorityDialog batch={subject} onClose={close} />}
      {subject && asked?.act === "callbacks" && <CallbacksDialog batch={subject} onClose={close} />}
    </>
  );
}

function NoBatches({ projectId, mayAdd }: { projectId: string; mayAdd: boolean }) {
  return (
    <EmptyState
      icon="folder"
      title="No batches yet"
      action={
        mayAdd && (
          <Link to="/console/projects/$projectId/add" params={{ projectId }} className={buttonClass("primary")}>
            <Icon name="add" /> Add data
          </Link>
        )
      }
    >
      A batch is a name for tasks that come in together. Give one when you add data, or let a program make it.
    </EmptyState>
  );
}

interface BatchRowProps {
  batch: Batch;
  projectId: string;
  mayWrite: boolean;
  columns: { ordered: boolean; called: boolean };
  onAct: (act: Act) => void;
}

function BatchRow({ batch, projectId, mayWrite, columns, onAct }: BatchRowProps) {
  const purpose = PURPOSES[batch.purpose];
  const mayPrioritize = mayWrite && batch.state !== "completed";
  return (
    <Tr>
      <Td className="max-md:py-3 max-md:w-full max-md:max-w-0">
        <span className="flex flex-wrap items-center gap-x-2 gap-y-1">
          <Link
            to="/console/projects/$projectId/tasks"
            params={{ projectId }}
            search={{ batch: batch.name }}
            className="font-medium no-underline hover:underline rounded-small truncate max-w-full md:max-w-72"
            title={`Show the tasks of ${batch.name}`}
          >
            {batch.name}
          </Link>
          <span className="md:hidden">
            <StateOf batch={batch} />
          </span>
          {purpose && (
            <span title={purpose.meaning}>
              <Badge>{purpose.name}</Badge>
            </span>
          )}
        </span>
        {batch.groups.length > 0 && (
          <span className="flex items-center gap-1 mt-0.5 text-2 text-muted">
            <Icon name="people" size={12} className="shrink-0" />
            <span className="md:truncate md:max-w-72">kept to {listed(batch.groups.map((group) => group.name))}</span>
          </span>
        )}
        <div className="md:hidden mt-2">
          <TasksOf batch={batch} projectId={projectId} />
          <span className="block mt-1 text-2 text-muted">{inWords(batch)}</span>
        </div>
      </Td>
      <Td className="max-md:hidden">
        <StateOf batch={batch} />
      </Td>
      <Td className="max-md:hidden w-72">
        <TasksOf batch={batch} projectId={projectId} />
      </Td>
      <Td numeric className="max-md:hidden">
        {batch.priority ?? <span className="text-muted">–</span>}
      </Td>
      {columns.ordered && <Td className="max-md:hidden whitespace-nowrap text-muted">{orderWords(batch.rank) ?? "–"}</Td>}
      {columns.called && (
        <Td className="max-md:hidden whitespace-nowrap">
          {batch.called_back ? (
            <Badge tone={TONES[batch.called_back]}>{batch.called_back}</Badge>
          ) : (
            <span className="text-muted">{batch.callback ? "when done" : "–"}</span>
          )}
        </Td>
      )}
      <Td className="max-md:hidden whitespace-nowrap text-muted">{ago(batch.created_at, Date.now())}</Td>
      {(mayWrite || columns.called) && (
        <Td className="text-right max-md:align-top max-md:pt-2.5">
          <span className="inline-flex items-center gap-1">
            {mayWrite && batch.state === "staging" && (
              <Button size="small" aria-label={`Finalize ${batch.name}`} onClick={() => onAct("finalize")}>
                Finalize
              </Button>
            )}
            {mayPrioritize || batch.callback !== null ? (
              <Menu trigger={<IconButton icon="more" size="small" label={`More of ${batch.name}`} />}>
                {mayPrioritize && (
                  <MenuItem icon="arrowUp" onSelect={() => onAct("priority")}>
                    Change priority
                  </MenuItem>
                )}
                {batch.callback !== null && (
                  <MenuItem icon="send" onSelect={() => onAct("callbacks")}>
                    Callbacks
                  </MenuItem>
                )}
              </Menu>
            ) : (
              // Keeps buttons of other rows in one line.
              <span className="size-7" />
            )}
          </span>
        </Td>
      )}
    </Tr>
  );
}

const StateOf = ({ batch }: { batch: Batch }) => <Badge tone={STATE_TONE[batch.state]}>{STATE_WORDS[batch.state]}</Badge>;

function TasksOf({ batch, projectId }: { batch: Batch; projectId: string }) {
  return (
    <div className="flex flex-col gap-1 min-w-0 py-0.5">
      <PartsBar className="h-1.5" label={`Tasks of ${batch.name}`} parts={batchParts(batch)} />
      <span className="text-2 text-muted">
        {progressWords(batch)}
        {batch.set_aside > 0 && (
          <>
            {" · "}
            <Link
              to="/console/projects/$projectId/tasks"
              params={{ projectId }}
              search={{ batch: batch.name, state: "broken" }}
              className="text-warn underline-offset-2"
              title="Nobody who may take them would do them: open them again, or cancel them"
            >
              {batch.set_aside === 1 ? "1 waits" : `${count(batch.set_aside)} wait`} for a manager
            </Link>
          </>
        )}
        {batch.unreadable > 0 && (
          <>
            {" · "}
            <span className="text-danger" title="Their photo cannot be had">
              {count(batch.unreadable)} unreadable
            </span>
          </>
        )}
        {batch.cancelled > 0 && ` · ${count(batch.cancelled)} cancelled`}
      </span>
    </div>
  );
}

/** The columns of a wide screen as a line of a narrow one. */
function inWords(batch: Batch): string {
  const order = orderWords(batch.rank);
  return [
    ...(batch.priority === null ? [] : [`priority ${batch.priority}`]),
    ...(order === null || batch.rank === 0 ? [] : [`${order} in order`]),
    ...(batch.called_back === null ? [] : [`callback ${batch.called_back}`]),
    ago(batch.created_at, Date.now()),
  ].join(" · ");
}
