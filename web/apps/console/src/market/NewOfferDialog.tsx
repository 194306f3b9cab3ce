import { api, type NewOffer, type Offer, type Requirement } from "@assay/client";
import { useForm } from "@assay/forms";
import { duration, Field, Input, NumberInput, Select, Textarea } from "@assay/ui";
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { FormDialog } from "../people/dialogs";
import { projectsQuery } from "../queries";
import { useMode } from "./MarketLayout";
import { hourly, leastReward, minorOf, shown } from "./money";
import { settingsQuery, useRefresh } from "./queries";
import { RequirementsEditor } from "./RequirementsEditor";
import { DAYS, HOURS } from "./words";

interface Draft {
  project: string;
  title: string;
  description: string;
  keywords: string;
  reward: string;
  minutes: number | null;
  estimate: number | null;
  days: number | null;
  cap: number | null;
  requirements: Requirement[];
}

const FIELDS = ["project", "title", "description", "keywords", "reward", "minutes", "duration_seconds", "auto_approval_seconds", "days", "per_worker_cap", "cap", "requirements"];

export function NewOfferDialog({ projectId, onClose, onCreated }: { projectId: string | undefined; onClose: () => void; onCreated: (offer: Offer) => void }) {
  const mode = useMode();
  const settings = useQuery(settingsQuery).data;
  const projects = useInfiniteQuery(projectsQuery);
  const choices = (projects.data?.pages ?? [])
    .flatMap((page) => page.items)
    .filter((project) => project.state !== "archived" && (project.id === projectId || (project.mode ?? "live") === mode));
  const refresh = useRefresh();
  const form = useForm<Draft, Offer>(
    { project: projectId ?? "", title: "", description: "", keywords: "", reward: "", minutes: 30, estimate: null, days: null, cap: null, requirements: [] },
    async (draft) => {
      const terms: NewOffer = {
        title: draft.title,
        description: draft.description,
        keywords: draft.keywords,
        reward: draft.reward.trim(),
        duration_seconds: Math.round((draft.minutes ?? 0) * 60),
        auto_approval_seconds: draft.days === null ? null : Math.round(draft.days * DAYS),
        per_worker_cap: draft.cap,
        requirements: draft.requirements,
      };
      const made = await api.market.createOffer(draft.project, terms);
      await refresh();
      return made;
    },
  );
  const { value, set, problems } = form;
  const project = choices.find((one) => one.id === value.project);
  const currency = settings?.currency ?? "USD";

  return (
    <FormDialog
      title="New offer"
      description="The project's tasks are then for freelancers: your own people are given none of them. Nothing is shown before you post tasks."
      form={form}
      fields={FIELDS}
      submitLabel="Create offer"
      size="medium"
      disabled={value.project === ""}
      onClose={onClose}
      onDone={onCreated}
    >
      <Field label="Project" error={problems.at("project")}>
        {(control) => (
          <Select
            {...control}
            required
            value={value.project}
            onChange={(event) => {
              const chosen = choices.find((one) => one.id === event.target.value);
              set({ project: event.target.value, ...(chosen && value.title === "" ? { title: chosen.name } : {}) });
            }}
          >
            <option value="">Choose a project</option>
            {choices.map((one) => (
              <option key={one.id} value={one.id}>
                {one.name}
              </option>
            ))}
          </Select>
        )}
      </Field>
      <Field label="Title" hint="What freelancers read in the list of work." error={problems.at("title")}>
        {(control) => <Input {...control} required maxLength={128} value={value.title} placeholder={project?.name} onChange={(event) => set({ title: event.target.value })} />}
      </Field>
      <Field label="Description" error={problems.at("description")}>
        {(control) => <Textarea {...control} required rows={2} maxLength={2000} value={value.description} onChange={(event) => set({ description: event.target.value })} />}
      </Field>
      <Field label="Words to find it by" optional error={problems.at("keywords")}>
        {(control) => <Input {...control} maxLength={1000} value={value.keywords} placeholder="photo, street, box" onChange={(event) => set({ keywords: event.target.value })} />}
      </Field>
      <div className="grid grid-cols-2 gap-3">
        <Field label={`Reward, in ${currency}`} hint="For one approved answer." error={problems.at("reward")}>
          {(control) => <Input {...control} required inputMode="decimal" value={value.reward} placeholder="0.50" onChange={(event) => set({ reward: event.target.value })} />}
        </Field>
        <Field label="One takes about" hint="Your estimate.">
          {(control) => <NumberInput {...control} className="w-full" min={1} unit="s" value={value.estimate} onValue={(estimate) => set({ estimate })} />}
        </Field>
      </div>
      <PayNote reward={value.reward} currency={currency} seconds={value.estimate} floor={settings?.pay_floor_minor ?? null} />
      <div className="grid grid-cols-2 gap-3">
        <Field label="Time for one" error={problems.at("duration_seconds")}>
          {(control) => <NumberInput {...control} className="w-full" required min={1} step="any" unit="min" value={value.minutes} onValue={(minutes) => set({ minutes })} />}
        </Field>
        <Field
          label="Approved by itself after"
          optional
          hint={settings && value.days === null ? `The market's: ${duration(settings.auto_approval_seconds)}.` : undefined}
          error={problems.at("auto_approval_seconds")}
        >
          {(control) => <NumberInput {...control} className="w-full" min={0} max={30} step="any" unit="days" value={value.days} onValue={(days) => set({ days })} />}
        </Field>
      </div>
      <Field label="At most for one freelancer" optional hint="How many of its answers one person may give." error={problems.at("per_worker_cap")}>
        {(control) => <NumberInput {...control} className="w-full" min={1} value={value.cap} onValue={(cap) => set({ cap })} />}
      </Field>
      <RequirementsEditor value={value.requirements} onValue={(requirements) => set({ requirements })} problem={problems.within("requirements") > 0 ? requirementProblems(problems.all) : undefined} />
    </FormDialog>
  );
}

const requirementProblems = (all: readonly { field: string; message: string }[]): string =>
  all.filter((problem) => problem.field.startsWith("requirements")).map((problem) => problem.message).join(" ");

/** What an hour brings by the estimate, beside what it must bring. */
export function PayNote({ reward, currency, seconds, floor }: { reward: string; currency: string; seconds: number | null; floor: number | null }) {
  const minor = minorOf(reward, currency);
  if (minor === null || !seconds || seconds <= 0) {
    return floor === null ? null : <p className="text-2 text-muted -mt-1">An hour must bring {shown({ minor: floor, currency })} on this market.</p>;
  }
  const anHour = hourly(minor, seconds);
  const says = `${shown({ minor: anHour, currency })} an hour`;
  if (floor === null || anHour >= floor) return <p role="status" className="text-2 text-muted -mt-1">That is {says}{floor !== null && `, and ${shown({ minor: floor, currency })} is the least here`}.</p>;
  return (
    <p role="status" className="text-2 text-warn -mt-1">
      That is {says}. The market's floor is {shown({ minor: floor, currency })}: at {duration(seconds)} an answer, pay {shown({ minor: leastReward(floor, seconds), currency })} or more, or its
      tasks cannot be posted.
    </p>
  );
}

export const LIFETIMES = [
  { seconds: 6 * HOURS, name: "6 hours" },
  { seconds: DAYS, name: "a day" },
  { seconds: 7 * DAYS, name: "a week" },
  { seconds: 30 * DAYS, name: "30 days" },
] as const;
