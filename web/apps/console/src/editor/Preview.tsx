/** The real labelling page, on the project's first photo or a drawn one, with the taxonomy being edited. */
import { readTaxonomy } from "@assay/annotation";
import { api, type Kind, type Taxonomy } from "@assay/client";
import { DocumentEditor, DocumentLabeler, EMPTY_DOCUMENT, type PageAddress } from "@assay/documents";
import { FormEditor, FormSheet, LabelingPreview } from "@assay/labeling";
import { TextPreview } from "@assay/texts";
import { EmptyState, Skeleton } from "@assay/ui";
import { useQuery } from "@tanstack/react-query";
import { useEffect, useMemo, useState } from "react";
import { drawnStreet } from "./placeholder";

interface PreviewProps {
  kind: Kind;
  taxonomy: Taxonomy;
  instructions: string;
  projectId: string | null;
}

export default function Preview({ kind, ...props }: PreviewProps) {
  if (kind === "entities") return <EntitiesPreview {...props} />;
  if (kind === "document") return <DocumentPreview {...props} />;
  return kind === "form" ? <FormPreview {...props} /> : <PhotoPreview {...props} />;
}

const EXAMPLE = [{ type: "text" as const, title: "Example", text: "The river rose by two metres on Tuesday. Both bridges are closed; nobody was hurt." }];

function FormPreview({ taxonomy, instructions }: Omit<PreviewProps, "kind">) {
  const settled = useSettled(taxonomy);
  const editor = useMemo(() => new FormEditor(readTaxonomy(settled), {}), [settled]);
  return <FormSheet editor={editor} items={EXAMPLE} instructions={instructions} keys="within" className="grow min-h-0" />;
}

function EntitiesPreview({ taxonomy, instructions }: Omit<PreviewProps, "kind">) {
  const settled = useSettled(taxonomy);
  return <TextPreview taxonomy={settled} instructions={instructions} text={EXAMPLE[0]!.text} />;
}

/** On the pages of the project's first task: there is no page to show before. */
function DocumentPreview({ taxonomy, instructions, projectId }: Omit<PreviewProps, "kind">) {
  const first = useQuery({
    queryKey: ["first-pages", projectId],
    queryFn: async ({ signal }) => {
      const [task] = (await api.projects.tasks(projectId!, { order: "oldest", limit: 1 }, signal)).items;
      const content = task ? (await api.tasks.get(task.id, signal)).content : null;
      return (content ?? []).flatMap((item): PageAddress[] => (item.type === "image" ? [{ ...item.media, title: item.title }] : []));
    },
    enabled: projectId !== null,
    staleTime: Number.POSITIVE_INFINITY,
  });
  const settled = useSettled(taxonomy);
  const pages = first.data;
  const editor = useMemo(() => (pages?.length ? new DocumentEditor({ taxonomy: readTaxonomy(settled), pages, answer: EMPTY_DOCUMENT }) : null), [settled, pages]);
  if (first.isLoading) return <Skeleton className="grow m-4" />;
  if (!editor || !pages) {
    return (
      <div className="grow grid place-items-center p-6">
        <EmptyState icon="file" title="No page to try it on yet">Once the project has a document, its pages are shown here as workers see them.</EmptyState>
      </div>
    );
  }
  return <DocumentLabeler editor={editor} pages={pages} instructions={instructions} keys="within" />;
}

function PhotoPreview({ taxonomy, instructions, projectId }: Omit<PreviewProps, "kind">) {
  const first = useQuery({
    queryKey: ["first-photo", projectId],
    queryFn: async ({ signal }) => (await api.projects.tasks(projectId!, { order: "oldest", limit: 10 }, signal)).items.find((task) => task.media)?.media ?? null,
    enabled: projectId !== null,
    staleTime: Number.POSITIVE_INFINITY,
  });
  const [drawn, setDrawn] = useState<ImageBitmap | null>(null);
  useEffect(() => {
    let picture: ImageBitmap | null = null;
    let wanted = true;
    void drawnStreet().then((made) => {
      picture = made;
      if (wanted) setDrawn(made);
      else made.close();
    });
    return () => {
      wanted = false;
      picture?.close();
    };
  }, []);

  // A new taxonomy rebuilds the editor, which is not wanted at every key.
  const settled = useSettled(taxonomy);
  if (first.isLoading || !drawn) return <Skeleton className="grow m-4" />;
  return (
    <LabelingPreview
      taxonomy={settled}
      instructions={instructions}
      media={first.data ?? null}
      drawn={drawn}
      className="grow min-h-0"
    />
  );
}

/** The value, a moment after it stopped changing. */
function useSettled<T>(value: T, milliseconds = 250): T {
  const [settled, setSettled] = useState(value);
  useEffect(() => {
    const soon = setTimeout(() => setSettled(value), milliseconds);
    return () => clearTimeout(soon);
  }, [value, milliseconds]);
  return settled;
}
