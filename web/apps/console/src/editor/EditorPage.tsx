import { api, type Kind, type Project, type ProjectDraft } from "@assay/client";
import { FormProblems, Problems, problemsOf } from "@assay/forms";
import { Badge, Button, ConfirmDialog, cx, Field, Icon, IconButton, Input, Segmented, Skeleton, Spinner, TabPanel, Tabs, toast } from "@assay/ui";
import { keepPreviousData, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { getRouteApi, Link, useBlocker, useNavigate } from "@tanstack/react-router";
import { lazy, Suspense, useEffect, useMemo, useRef, useState } from "react";
import { projectQuery } from "../queries";
import { LoadError, useTitle } from "../shell/page";
import { AttributesEditor } from "./AttributesEditor";
import { type EditorDraft, emptyDraft, keyMaker, type NewKey, ofKind, readDraft, writeDraft } from "./draft";
import { changed, newHistory, redone, sealed, undone } from "./history";
import { InstructionsEditor } from "./InstructionsEditor";
import { LabelsEditor } from "./LabelsEditor";
import { PolicyEditor } from "./PolicyEditor";
import { RelationsEditor } from "./RelationsEditor";

const Preview = lazy(() => import("./Preview"));
const route = getRouteApi("/console/projects/$projectId/edit");

export function NewProjectPage() {
  useTitle("New project");
  const [newKey] = useState(keyMaker);
  return <Editor initial={() => emptyDraft(newKey)} newKey={newKey} project={null} />;
}

export function EditProjectPage() {
  const { projectId } = route.useParams();
  // Opened once: what is being edited must not change under one's hands when the query refreshes.
  const query = useQuery({ ...projectQuery(projectId), refetchOnWindowFocus: false });
  const [newKey] = useState(keyMaker);
  useTitle("Edit", query.data?.name);
  if (query.isLoadingError) return <LoadError what="project" error={query.error} onRetry={() => void query.refetch()} />;
  if (!query.data) return <div className="p-6"><Skeleton className="h-96 w-full" /></div>;
  const project = query.data;
  return <Editor key={project.id} initial={() => readDraft(project, newKey)} newKey={newKey} project={project} />;
}

type Section = "labels" | "instructions" | "quality";
type Pane = "edit" | "preview";

function Editor({ initial, newKey, project }: { initial: () => EditorDraft; newKey: NewKey; project: Project | null }) {
  const navigate = useNavigate();
  const queryClient = useQueryClient();
  const [history, setHistory] = useState(() => newHistory(initial()));
  const [saved, setSaved] = useState(() => JSON.stringify(project ? writeDraft(history.present) : null));
  const [section, setSection] = useState<Section>("labels");
  const [pane, setPane] = useState<Pane>("edit");
  const [attempted, setAttempted] = useState(project !== null);
  const draft = history.present;
  const isForm = draft.kind === "form";
  const inTexts = draft.kind === "entities";
  const onPages = draft.kind === "document";
  const byApi = isForm || inTexts || onPages;
  const shown = inTexts ? "text" : onPages ? "document" : "photo";

  const wire = useMemo(() => writeDraft(draft), [draft]);
  const json = JSON.stringify(wire);
  const [first] = useState(json);
  const dirty = project ? json !== saved : json !== first && saved === "null";

  const set = (change: Partial<EditorDraft>, tag: string | null = null) =>
    setHistory((now) => changed(now, { ...now.present, ...change }, tag));

  const checked = useChecked(wire, json);
  const save = useSave(project);
  const server = useMemo(() => (save.isError ? problemsOf(save.error) : new Problems(checked.problems)), [save.isError, save.error, checked.problems]);
  // An empty name is no mistake before one has had the chance to write it.
  const problems = useMemo(
    () => (attempted ? server : new Problems(server.all.filter((problem) => problem.field !== "name"))),
    [attempted, server],
  );

  const submit = async () => {
    setAttempted(true);
    try {
      const made = await save.mutateAsync({ wire, previous: project ? (JSON.parse(saved) as ProjectDraft) : null });
      setSaved(json);
      await Promise.all([
        queryClient.invalidateQueries({ queryKey: ["projects"] }),
        queryClient.invalidateQueries({ queryKey: ["project", made.id] }),
        queryClient.invalidateQueries({ queryKey: ["versions", made.id] }),
      ]);
      toast(project ? (made.version > project.version ? `Saved as version ${made.version}` : "Saved") : byApi ? "The project is made. Add its tasks by the API." : "The project is made. Add its photos next.");
      leaving.current = true;
      await navigate(
        project || byApi
          ? { to: "/console/projects/$projectId", params: { projectId: made.id } }
          : { to: "/console/projects/$projectId/add", params: { projectId: made.id } },
      );
    } catch (error) {
      const found = problemsOf(error);
      setSection(found.within("taxonomy") > 0 ? "labels" : found.within("instructions") > 0 ? "instructions" : found.within("policy") > 0 ? "quality" : section);
      setPane("edit");
    }
  };

  // A change after a refused save asks the server again, live.
  const { reset, isError } = save;
  useEffect(() => {
    if (isError) reset();
    // Only a change of the draft clears the refusal, not the refusal itself.
  }, [json]);

  const leaving = useRef(false);
  const blocker = useBlocker({
    shouldBlockFn: () => dirty && !leaving.current,
    enableBeforeUnload: () => dirty && !leaving.current,
    withResolver: true,
  });

  const submitRef = useRef(submit);
  useEffect(() => {
    submitRef.current = submit;
  });
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (!(event.ctrlKey || event.metaKey) || event.altKey) return;
      const key = event.key.toLowerCase();
      // The preview is an editor with its own undo.
      if (event.target instanceof Element && event.target.closest("[data-preview]")) return;
      if (key === "z" || key === "y") {
        event.preventDefault();
        setHistory(key === "y" || event.shiftKey ? redone : undone);
      } else if (key === "s") {
        event.preventDefault();
        void submitRef.current();
      }
    };
    window.addEventListener("keydown", onKey, true);
    return () => window.removeEventListener("keydown", onKey, true);
  }, []);

  const whole = problems.besides(["name", "instructions", "taxonomy", "policy"]);
  const tabs = [
    { value: "labels" as const, label: <TabName name={isForm ? "Questions" : "Labels"} problems={problems.within("taxonomy")} /> },
    { value: "instructions" as const, label: <TabName name="Instructions" problems={problems.within("instructions")} /> },
    { value: "quality" as const, label: <TabName name="Quality" problems={problems.within("policy")} /> },
  ];

  return (
    <div className="flex flex-col xl:h-dvh min-h-0" onBlur={() => setHistory(sealed)}>
      <header className="sticky top-12 md:top-0 z-20 flex flex-wrap items-center gap-x-3 gap-y-2 px-4 py-2.5 bg-surface border-b border-border">
        {project ? (
          <Link to="/console/projects/$projectId" params={{ projectId: project.id }} className="inline-flex items-center gap-1 text-3 text-muted hover:text-text no-underline">
            <Icon name="chevronLeft" /> Back
          </Link>
        ) : (
          <Link to="/console" className="inline-flex items-center gap-1 text-3 text-muted hover:text-text no-underline">
            <Icon name="chevronLeft" /> Projects
          </Link>
        )}
        <h1 className="text-4 font-semibold truncate min-w-0 grow sm:grow-0 basis-1/2 sm:basis-auto">{project ? `Edit ${project.name}` : "New project"}</h1>
        <span className="grow hidden sm:block" />
        <Segmented<Pane>
          label="Edit or preview"
          value={pane}
          onValue={setPane}
          className="xl:hidden grow sm:grow-0"
          options={[
            { value: "edit", label: "Edit" },
            { value: "preview", label: "Preview" },
          ]}
        />
        <Status pending={checked.pending} problems={problems.within("")} failed={checked.failed} />
        <span className="flex">
          <IconButton icon="undo" label="Undo (Ctrl Z)" disabled={history.past.length === 0} onClick={() => setHistory(undone)} />
          <IconButton icon="redo" label="Redo (Ctrl Shift Z)" disabled={history.future.length === 0} onClick={() => setHistory(redone)} />
        </span>
        <Button variant="primary" busy={save.isPending} disabled={project !== null && !dirty} onClick={() => void submit()}>
          {project ? "Save" : <span>Create<span className="max-sm:sr-only"> project</span></span>}
        </Button>
      </header>

      <div className="grow grid xl:grid-cols-[480px_minmax(0,1fr)] 2xl:grid-cols-[600px_minmax(0,1fr)] min-h-0">
        <div className={cx("min-w-0 xl:overflow-y-auto xl:border-r border-border bg-surface xl:block", pane === "preview" && "hidden")}>
          <div className="px-4 pt-4 pb-3 flex flex-col gap-3">
            <FormProblems problems={whole} />
            <Field label="Name" error={problems.at("name")}>
              {(control) => (
                <Input
                  {...control}
                  value={draft.name}
                  maxLength={200}
                  autoFocus={project === null}
                  placeholder="Street photos, spring"
                  onChange={(event) => set({ name: event.target.value }, "name")}
                />
              )}
            </Field>
            {project === null && (
              <Segmented<Kind>
                label="What is worked on"
                className="flex-wrap self-start"
                value={draft.kind}
                onValue={(kind) => set(ofKind(draft, kind, newKey))}
                options={[
                  { value: "image", label: "Marks on photos" },
                  { value: "entities", label: "Marks in texts" },
                  { value: "document", label: "Text on pages" },
                  { value: "form", label: "Questions about texts or photos" },
                ]}
              />
            )}
          </div>
          <Tabs label="Parts of the project" value={section} onValue={setSection} tabs={tabs}>
            <TabPanel value="labels" className="p-4 flex flex-col gap-6">
              {!isForm && (
                <LabelsEditor
                  labels={draft.labels}
                  inTexts={inTexts}
                  onPages={onPages}
                  problems={problems}
                  newKey={newKey}
                  onChange={(labels, tag) => set({ labels }, tag)}
                />
              )}
              {onPages && (
                <Field label="Language of the text" optional hint="A tag such as en, ar or de-CH: it sets the direction in which is typed." error={problems.at("taxonomy.language")} className="max-w-xs">
                  {(control) => <Input {...control} value={draft.language ?? ""} maxLength={35} placeholder="en" onChange={(event) => set({ language: event.target.value }, "language")} />}
                </Field>
              )}
              {(inTexts || draft.kind === "image") && (
                <RelationsEditor relations={draft.relations} labels={draft.labels} problems={problems} newKey={newKey} onChange={(relations, tag) => set({ relations }, tag)} />
              )}
              <section className="flex flex-col gap-2">
                <div>
                  <h2 className="text-3 font-semibold">{isForm ? "Questions" : `Questions about the whole ${shown}`}</h2>
                  <p className="text-2 text-muted">{isForm ? "Asked of every task, beside the texts and photos that it shows." : `Asked once a ${shown}, beside its marks.`}</p>
                  {isForm && problems.at("taxonomy.attributes") && <p className="text-2 text-danger">{problems.at("taxonomy.attributes")}</p>}
                </div>
                <AttributesEditor
                  attributes={draft.attributes}
                  field="taxonomy.attributes"
                  problems={problems}
                  newKey={newKey}
                  onChange={(attributes, tag) => set({ attributes }, tag)}
                  forms={isForm}
                />
              </section>
            </TabPanel>
            <TabPanel value="instructions" className="p-4">
              <InstructionsEditor value={draft.instructions} error={problems.at("instructions")} projectId={project?.id ?? null} onChange={(instructions) => set({ instructions }, "instructions")} />
            </TabPanel>
            <TabPanel value="quality" className="p-4">
              <PolicyEditor policy={draft.policy} problems={problems} onChange={(policy, tag) => set({ policy }, tag)} />
            </TabPanel>
          </Tabs>
        </div>

        <section
          aria-label="Preview"
          data-preview
          className={cx("min-w-0 min-h-0 flex-col bg-bg xl:flex", pane === "preview" ? "flex h-[calc(100dvh-132px)] xl:h-auto" : "hidden")}
        >
          <p className="hidden xl:flex items-center gap-2 px-4 h-9 text-2 text-muted border-b border-border shrink-0">
            <Icon name="eye" size={14} /> What a worker sees, with the {isForm ? "questions" : "labels"} as they are now. Try it: nothing is stored.
          </p>
          <Suspense fallback={<div className="grow p-4"><Skeleton className="size-full min-h-60" /></div>}>
            <Preview kind={draft.kind} taxonomy={wire.taxonomy} instructions={draft.instructions} projectId={project?.id ?? null} />
          </Suspense>
        </section>
      </div>

      {blocker.status === "blocked" && (
        <ConfirmDialog
          title="Leave without saving?"
          description="Your changes to this project are not saved and will be lost."
          confirmLabel="Leave"
          cancelLabel="Stay"
          variant="danger"
          onConfirm={blocker.proceed}
          onClose={blocker.reset}
        />
      )}
    </div>
  );
}

function TabName({ name, problems }: { name: string; problems: number }) {
  return (
    <>
      {name}
      {problems > 0 && <Badge tone="danger" className="ml-0.5">{problems}<span className="sr-only"> problems</span></Badge>}
    </>
  );
}

function Status({ pending, problems, failed }: { pending: boolean; problems: number; failed: boolean }) {
  return (
    <span role="status" className="text-2 text-muted inline-flex items-center gap-1.5">
      {pending ? (
        <><Spinner size={12} /> <span className="max-sm:sr-only">Checking…</span></>
      ) : failed ? (
        <span>Not checked<span className="max-sm:sr-only">: the server did not answer</span></span>
      ) : problems > 0 ? (
        <span className="text-danger inline-flex items-center gap-1.5"><Icon name="alert" size={14} /> <span>{problems}<span className="max-sm:sr-only"> {problems === 1 ? "problem" : "problems"}</span></span></span>
      ) : (
        <span className="hidden sm:inline-flex items-center gap-1.5"><Icon name="check" size={14} className="text-ok" /> No problems</span>
      )}
    </span>
  );
}

/** The server's opinion of the draft, asked half a second after the last change. */
function useChecked(wire: ProjectDraft, json: string) {
  const [settled, setSettled] = useState({ wire, json });
  useEffect(() => {
    const soon = setTimeout(() => setSettled({ wire, json }), 400);
    return () => clearTimeout(soon);
    // `json` says all that `wire` says, and is compared by value.
  }, [json]);
  const query = useQuery({
    queryKey: ["check", settled.json],
    queryFn: ({ signal }) => api.projects.check(settled.wire, signal),
    placeholderData: keepPreviousData,
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 60_000,
  });
  return {
    problems: query.data?.problems ?? [],
    pending: query.isFetching || settled.json !== json,
    failed: query.isError,
  };
}

/** Sends only what changed: an untouched taxonomy must not make a new version. */
function useSave(project: Project | null) {
  return useMutation({
    mutationFn: ({ wire, previous }: { wire: ProjectDraft; previous: ProjectDraft | null }) => {
      if (!project || !previous) return api.projects.create(wire);
      const { kind: _, ...fields } = wire;
      const changes = Object.fromEntries(
        Object.entries(fields).filter(([name, value]) => JSON.stringify(value) !== JSON.stringify(previous[name as keyof ProjectDraft])),
      );
      return api.projects.change(project.id, changes);
    },
  });
}
