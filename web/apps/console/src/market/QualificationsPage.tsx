import { api, type QualificationRequest, type QualificationType } from "@assay/client";
import { useForm } from "@assay/forms";
import { ago, Badge, Button, Checkbox, duration, EmptyState, Field, Input, NumberInput, Select, Td, Textarea, Th, Tr } from "@assay/ui";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { FormDialog } from "../people/dialogs";
import { useTitle } from "../shell/page";
import { useMay } from "../shell/session";
import { Freelancer } from "./Freelancer";
import { useMode } from "./MarketLayout";
import { Listing, usePaged } from "./paged";
import { ownTypesQuery, useRefresh } from "./queries";
import { DAYS } from "./words";

export function QualificationsPage() {
  useTitle("Qualifications", "Market");
  const mode = useMode();
  const mayWrite = useMay("market.write");
  const [creating, setCreating] = useState(false);
  const paged = usePaged<QualificationType>(["market", "types", mode], (paging, signal) => api.market.types({ mode, owned: true, ...paging }, signal));
  const create = mayWrite && <Button variant="primary" icon="add" onClick={() => setCreating(true)}>New qualification</Button>;
  return (
    <>
      <Waiting />
      <Listing
        paged={paged}
        label="Qualifications"
        title="Your qualifications"
        actions={paged.items.length > 0 && create}
        head={
          <>
            <Th>Name</Th>
            <Th className="max-md:hidden">How one gets it</Th>
            <Th className="max-md:hidden">Holds for</Th>
            <Th className="max-md:hidden">Made</Th>
          </>
        }
        empty={
          <EmptyState icon="star" title="No qualifications yet" action={create}>
            A qualification is what you know of a freelancer: that they passed your test, or that you trust them. Offers can ask for it.
          </EmptyState>
        }
      >
        {(type) => (
          <Tr key={type.id}>
            <Td>
              <span className="flex flex-wrap items-center gap-2">
                <Link to="/console/market/qualifications/$typeId" params={{ typeId: type.id }} className="font-medium no-underline hover:underline rounded-small">
                  {type.name}
                </Link>
                {type.state === "inactive" && <Badge>not given now</Badge>}
              </span>
              <span className="block text-2 text-muted md:truncate md:max-w-120">{type.description}</span>
              <span className="md:hidden block text-2 text-muted">{wayWords(type)}</span>
            </Td>
            <Td className="max-md:hidden">{wayWords(type)}</Td>
            <Td className="max-md:hidden text-muted">{type.valid_seconds === null ? "ever" : duration(type.valid_seconds)}</Td>
            <Td className="max-md:hidden text-muted whitespace-nowrap">{ago(type.created_at, Date.now())}</Td>
          </Tr>
        )}
      </Listing>
      {creating && <NewTypeDialog onClose={() => setCreating(false)} />}
    </>
  );
}

export function wayWords(type: QualificationType): string {
  if (type.auto_granted) return `whoever asks, as ${type.auto_value}`;
  if (type.test) return type.key ? "by a test, graded by its key" : "by a test you grade";
  return "you decide";
}

/** Requests that wait, of all own types or of one. Nothing is shown where nothing waits. */
export function Waiting({ typeId }: { typeId?: string }) {
  const mode = useMode();
  const mayWrite = useMay("market.write");
  const types = useQuery(ownTypesQuery(mode)).data?.items ?? [];
  const [granting, setGranting] = useState<QualificationRequest | null>(null);
  const [rejecting, setRejecting] = useState<QualificationRequest | null>(null);
  const paged = usePaged<QualificationRequest>(
    ["market", "requests", mode, typeId ?? ""],
    (paging, signal) => api.market.requests({ mode, ...(typeId ? { type_id: typeId } : {}), ...paging }, signal),
    { refetchInterval: 30_000 },
  );
  if (!paged.error && paged.items.length === 0) return null;
  return (
    <>
      <Listing
        paged={paged}
        label="Requests"
        title="They ask for a qualification"
        head={
          <>
            <Th>Freelancer</Th>
            {!typeId && <Th className="max-md:hidden">Qualification</Th>}
            <Th className="max-md:hidden">Asked</Th>
            {mayWrite && <Th><span className="sr-only">Decide</span></Th>}
          </>
        }
        empty={null}
      >
        {(item) => (
          <Tr key={item.id}>
            <Td>
              <Freelancer id={item.freelancer_id} />
              {!typeId && <span className="md:hidden block text-2 text-muted">{types.find((type) => type.id === item.type_id)?.name}</span>}
              {item.answer && (
                <details className="text-2 text-muted">
                  <summary className="cursor-pointer">their test</summary>
                  <dl className="mt-1">
                    {Object.entries(item.answer).map(([question, texts]) => (
                      <div key={question}>
                        <dt className="inline font-medium">{question}: </dt>
                        <dd className="inline break-words">{texts.join(", ")}</dd>
                      </div>
                    ))}
                  </dl>
                </details>
              )}
            </Td>
            {!typeId && <Td className="max-md:hidden">{types.find((type) => type.id === item.type_id)?.name ?? "–"}</Td>}
            <Td className="max-md:hidden text-muted">{item.submitted_at ? ago(item.submitted_at, Date.now()) : "–"}</Td>
            {mayWrite && (
              <Td className="text-right whitespace-nowrap">
                <Button size="small" variant="ghost" onClick={() => setRejecting(item)}>Reject</Button>{" "}
                <Button size="small" onClick={() => setGranting(item)}>Grant</Button>
              </Td>
            )}
          </Tr>
        )}
      </Listing>
      {granting && <GrantRequestDialog request={granting} onClose={() => setGranting(null)} />}
      {rejecting && <RejectRequestDialog request={rejecting} onClose={() => setRejecting(null)} />}
    </>
  );
}

function GrantRequestDialog({ request, onClose }: { request: QualificationRequest; onClose: () => void }) {
  const mode = useMode();
  const refresh = useRefresh();
  const form = useForm({ value: 1 as number | null }, async ({ value }) => {
    const made = await api.market.acceptRequest(request.id, value ?? 1, mode);
    await refresh();
    return made;
  });
  return (
    <FormDialog title="Grant the qualification" form={form} fields={["value"]} submitLabel="Grant" onClose={onClose} onDone={onClose}>
      <Field label="Value" hint="Such as points of a test; offers can compare it." error={form.problems.at("value")}>
        {(control) => <NumberInput {...control} data-autofocus required value={form.value.value} onValue={(value) => form.set({ value })} />}
      </Field>
    </FormDialog>
  );
}

function RejectRequestDialog({ request, onClose }: { request: QualificationRequest; onClose: () => void }) {
  const mode = useMode();
  const refresh = useRefresh();
  const form = useForm({ reason: "" }, async ({ reason }) => {
    await api.market.rejectRequest(request.id, reason, mode);
    await refresh();
    return true;
  });
  return (
    <FormDialog title="Reject the request?" form={form} fields={["reason"]} submitLabel="Reject" onClose={onClose} onDone={onClose}>
      <Field label="Why" optional hint="The freelancer reads it." error={form.problems.at("reason")}>
        {(control) => <Textarea {...control} data-autofocus rows={2} maxLength={1024} value={form.value.reason} onChange={(event) => form.set({ reason: event.target.value })} />}
      </Field>
    </FormDialog>
  );
}

function NewTypeDialog({ onClose }: { onClose: () => void }) {
  const mode = useMode();
  const refresh = useRefresh();
  const form = useForm(
    { name: "", description: "", way: "decide", value: 1 as number | null, retry: true, retryDays: 0 as number | null, validDays: null as number | null },
    async (draft) => {
      const made = await api.market.createType(
        {
          name: draft.name,
          description: draft.description,
          auto_granted: draft.way === "auto",
          auto_value: draft.value ?? 1,
          retry_seconds: draft.retry ? Math.round((draft.retryDays ?? 0) * DAYS) : null,
          valid_seconds: draft.validDays === null ? null : Math.round(draft.validDays * DAYS),
        },
        mode,
      );
      await refresh();
      return made;
    },
  );
  const { value, set, problems } = form;
  return (
    <FormDialog title="New qualification" form={form} fields={["name", "description", "auto_granted", "auto_value", "retry_seconds", "valid_seconds"]} submitLabel="Create" onClose={onClose} onDone={onClose}>
      <Field label="Name" hint="It stays as it is." error={problems.at("name")}>
        {(control) => <Input {...control} data-autofocus required maxLength={200} value={value.name} onChange={(event) => set({ name: event.target.value })} />}
      </Field>
      <Field label="Description" error={problems.at("description")}>
        {(control) => <Textarea {...control} required rows={2} maxLength={2000} value={value.description} onChange={(event) => set({ description: event.target.value })} />}
      </Field>
      <Field label="How one gets it" error={problems.at("auto_granted")} hint="Qualifications with a test are made by programs.">
        {(control) => (
          <Select {...control} value={value.way} onChange={(event) => set({ way: event.target.value })}>
            <option value="decide">You decide on each request</option>
            <option value="auto">Whoever asks gets it</option>
          </Select>
        )}
      </Field>
      {value.way === "auto" && (
        <Field label="With the value" error={problems.at("auto_value")}>
          {(control) => <NumberInput {...control} required value={value.value} onValue={(number) => set({ value: number })} />}
        </Field>
      )}
      <div className="grid grid-cols-2 gap-3">
        <Field label="Holds for" optional error={problems.at("valid_seconds")}>
          {(control) => <NumberInput {...control} className="w-full" min={1} unit="days" value={value.validDays} onValue={(validDays) => set({ validDays })} />}
        </Field>
        <Field label="Asked for again after" error={problems.at("retry_seconds")}>
          {(control) => <NumberInput {...control} className="w-full" min={0} step="any" unit="days" disabled={!value.retry} value={value.retryDays} onValue={(retryDays) => set({ retryDays })} />}
        </Field>
      </div>
      <Checkbox label="May be asked for again" checked={value.retry} onChange={(event) => set({ retry: event.target.checked })} />
    </FormDialog>
  );
}
