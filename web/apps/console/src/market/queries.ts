/** What several of the market's pages read. A change makes all of it stale: money, work and people hang together. */
import { api, type Id, type Mode } from "@assay/client";
import { toast } from "@assay/ui";
import { queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";

export const settingsQuery = queryOptions({
  queryKey: ["market", "settings"],
  queryFn: ({ signal }) => api.market.settings(signal),
  staleTime: 5 * 60_000,
});

export const balanceQuery = (mode: Mode) =>
  queryOptions({
    queryKey: ["market", "balance", mode],
    queryFn: ({ signal }) => api.market.balance(mode, signal),
    refetchInterval: 15_000,
  });

export const offerQuery = (id: Id) =>
  queryOptions({
    queryKey: ["market", "offer", id],
    queryFn: ({ signal }) => api.market.offer(id, signal),
    refetchInterval: 15_000,
  });

/** Pay of the offers of one page of their list, which this follows cursor by cursor. */
export const payQuery = (mode: Mode, cursor: string | null, limit: number) =>
  queryOptions({
    queryKey: ["market", "pay", mode, cursor, limit],
    queryFn: ({ signal }) => api.market.pay({ mode, cursor, limit }, signal),
  });

export const freelancerQuery = (id: Id, mode: Mode) =>
  queryOptions({
    queryKey: ["freelancer", mode, id],
    queryFn: ({ signal }) => api.market.freelancer(id, mode, signal),
    staleTime: 60_000,
    retry: false,
  });

/** The organization's own kinds of qualification, for what can be required. */
export const ownTypesQuery = (mode: Mode) =>
  queryOptions({
    queryKey: ["market", "types", mode, "own"],
    queryFn: ({ signal }) => api.market.types({ mode, owned: true, limit: 200 }, signal),
  });

/** Makes everything read of the market stale. */
export function useRefresh(): () => Promise<void> {
  const client = useQueryClient();
  return () => client.invalidateQueries({ queryKey: ["market"] });
}

/** A change on the market, with what is said when it is done; what goes wrong is said too. */
export function useChange<V, R>(change: (value: V) => Promise<R>, done: (result: R, value: V) => string | void) {
  const refresh = useRefresh();
  return useMutation({
    mutationFn: change,
    onSuccess: async (result, value) => {
      await refresh();
      const said = done(result, value);
      if (said) toast(said);
    },
    onError: async (error) => {
      toast(error.message, "danger");
      await refresh();
    },
  });
}
