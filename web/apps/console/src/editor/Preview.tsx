/** The real labelling page, on the project's first photo or a drawn one, with the taxonomy being edited. */
import { api, type Taxonomy } from "@assay/client";
import { LabelingPreview } from "@assay/labeling";
import { Skeleton } from "@assay/ui";
import { useQuery } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { drawnStreet } from "./placeholder";

export default function Preview({ taxonomy, instructions, projectId }: { taxonomy: Taxonomy; instructions: string; projectId: string | null }) {
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
