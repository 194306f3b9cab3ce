/** Searches kept by name. */

import { ApiError } from "@assay/client";
import { Button, ConfirmDialog, Field, IconButton, Input, cx, toast } from "@assay/ui";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { type JobFilter, market } from "./api";
import { isPlain, keptFilter, searchOf } from "./filter";
import { useMode } from "./world";

export function SavedSearches({ filter, onChoose }: { filter: JobFilter; onChoose: (filter: JobFilter) => void }) {
  const mode = useMode();
  const queries = useQueryClient();
  const [naming, setNaming] = useState(false);
  const kept = useQuery({ queryKey: ["market", "searches", mode], queryFn: ({ signal }) => market.searches(mode, signal) });
  const refresh = (): Promise<void> => queries.invalidateQueries({ queryKey: ["market", "searches", mode] });
  const fail = (error: Error): void => toast(error instanceof ApiError ? error.detail : "This did not work. Try again.", "danger");
  const save = useMutation({ mutationFn: (name: string) => market.saveSearch(name, filter, mode), onSuccess: () => (setNaming(false), refresh()), onError: fail });
  const forget = useMutation({ mutationFn: market.forgetSearch, onSuccess: refresh, onError: fail });
  const items = kept.data ?? [];
  if (items.length === 0 && isPlain(filter)) return null;
  return (
    <section aria-label="Saved searches" className="flex items-center gap-2 flex-wrap">
      {items.map((one) => {
        const own = keptFilter(one);
        const isCurrent = searchOf(own) === searchOf(filter);
        return (
          <span key={one.id} className={cx("inline-flex items-center rounded-medium border", isCurrent ? "border-accent bg-accent-soft" : "border-border bg-raised")}>
            <button type="button" aria-pressed={isCurrent} onClick={() => onChoose(own)} className="h-8 pl-3 pr-1 text-3 font-medium max-w-60 truncate rounded-medium">
              {one.name}
            </button>
            <IconButton icon="close" size="small" label={`Forget the search ${one.name}`} disabled={forget.isPending} onClick={() => forget.mutate(one.id)} />
          </span>
        );
      })}
      {!isPlain(filter) && (
        <Button size="small" variant="ghost" icon="add" onClick={() => setNaming(true)}>
          Save this search
        </Button>
      )}
      {naming && <NameDialog busy={save.isPending} onSave={(name) => save.mutate(name)} onClose={() => setNaming(false)} />}
    </section>
  );
}

function NameDialog({ busy, onSave, onClose }: { busy: boolean; onSave: (name: string) => void; onClose: () => void }) {
  const [name, setName] = useState("");
  const isGiven = name.trim() !== "";
  return (
    <ConfirmDialog title="Save this search" confirmLabel="Save" busy={busy} disabled={!isGiven} onConfirm={() => onSave(name.trim())} onClose={onClose}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (isGiven && !busy) onSave(name.trim());
        }}
      >
        <Field label="Its name" hint="Under a name that you have already it takes that one’s place.">
          {(control) => <Input {...control} data-autofocus maxLength={100} value={name} onChange={(event) => setName(event.target.value)} />}
        </Field>
      </form>
    </ConfirmDialog>
  );
}
