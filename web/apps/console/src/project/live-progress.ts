/** Progress as it happens: the server's event stream keeps the query's value fresh; the query alone still works. */
import { api, type Id, type Progress } from "@assay/client";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { progressQuery } from "../queries";

export type Liveness = "connecting" | "live" | "lost";

export function useLiveProgress(projectId: Id) {
  const queryClient = useQueryClient();
  const [liveness, setLiveness] = useState<Liveness>("connecting");

  useEffect(() => {
    const source = new EventSource(api.projects.progressStreamUrl(projectId));
    source.onopen = () => setLiveness("live");
    // The browser reconnects by itself, unless the server refused; either way the poll below takes over.
    source.onerror = () => setLiveness("lost");
    source.addEventListener("progress", (event: MessageEvent<string>) => {
      setLiveness("live");
      queryClient.setQueryData(progressQuery(projectId).queryKey, JSON.parse(event.data) as Progress);
    });
    return () => source.close();
  }, [projectId, queryClient]);

  const query = useQuery({ ...progressQuery(projectId), refetchInterval: liveness === "live" ? false : 10_000 });
  return { query, liveness };
}
