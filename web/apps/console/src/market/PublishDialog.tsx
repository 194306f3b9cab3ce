import { api, type Offer } from "@assay/client";
import { useForm } from "@assay/forms";
import { counted, duration, Field, NumberInput, Select, toast } from "@assay/ui";
import { useQuery } from "@tanstack/react-query";
import { FormDialog } from "../people/dialogs";
import { LIFETIMES, PayNote } from "./NewOfferDialog";
import { shown, typed } from "./money";
import { balanceQuery, settingsQuery, useRefresh } from "./queries";

const TOGETHER_MAX = 100;

/** Posts unfinished tasks of the offer's project, some hundred at a time until there are as many as wanted. */
export function PublishDialog({ offer, onClose, onPosted }: { offer: Offer; onClose: () => void; onPosted: () => void }) {
  const settings = useQuery(settingsQuery).data;
  const balance = useQuery(balanceQuery(offer.mode)).data;
  const refresh = useRefresh();
  const form = useForm({ tasks: TOGETHER_MAX as number | null, places: 1 as number | null, lifetime: 7 * 86_400, estimate: null as number | null }, async (wanted) => {
    let posted = 0;
    const most = wanted.tasks ?? 0;
    try {
      while (posted < most) {
        const limit = Math.min(TOGETHER_MAX, most - posted);
        const page = await api.market.postTasks(offer.id, {
          limit,
          max_engagements: wanted.places ?? 0,
          lifetime_seconds: wanted.lifetime,
          estimate_seconds: wanted.estimate,
        });
        posted += page.task_ids.length;
        if (page.task_ids.length < limit) break;
      }
    } finally {
      // What was posted before something went wrong is there.
      await refresh();
    }
    return posted;
  });
  const { value, set, problems } = form;
  const promised = (value.tasks ?? 0) * (value.places ?? 0) * (offer.reward.minor + fee(offer.reward.minor, settings));
  return (
    <FormDialog
      title="Post tasks"
      description="Unfinished tasks of the project that are not posted yet, the oldest first. What they promise is set aside now."
      form={form}
      fields={["tasks", "limit", "max_engagements", "lifetime_seconds", "estimate_seconds"]}
      submitLabel="Post"
      onClose={onClose}
      onDone={(posted) => {
        toast(posted === 0 ? "There is no task left to post" : `${counted(posted, "task")} posted`);
        onPosted();
        onClose();
      }}
    >
      <div className="grid grid-cols-2 gap-3">
        <Field label="Tasks, at most" error={problems.at("limit")}>
          {(control) => <NumberInput {...control} className="w-full" data-autofocus required min={1} max={10_000} value={value.tasks} onValue={(tasks) => set({ tasks })} />}
        </Field>
        <Field label="Freelancers for each" error={problems.at("max_engagements")}>
          {(control) => <NumberInput {...control} className="w-full" required min={1} value={value.places} onValue={(places) => set({ places })} />}
        </Field>
        <Field label="Open for" error={problems.at("lifetime_seconds")}>
          {(control) => (
            <Select {...control} value={String(value.lifetime)} onChange={(event) => set({ lifetime: Number(event.target.value) })}>
              {LIFETIMES.map((one) => (
                <option key={one.seconds} value={one.seconds}>{one.name}</option>
              ))}
            </Select>
          )}
        </Field>
        <Field label="One takes about" optional hint={`Answers may take ${duration(offer.duration_seconds)}.`} error={problems.at("estimate_seconds")}>
          {(control) => <NumberInput {...control} className="w-full" min={1} unit="s" value={value.estimate} onValue={(estimate) => set({ estimate })} />}
        </Field>
      </div>
      <PayNote reward={typed(offer.reward.minor, offer.reward.currency)} currency={offer.reward.currency} seconds={value.estimate} floor={settings?.pay_floor_minor ?? null} />
      {promised > 0 && balance && (
        <p role="status" className={promised > balance.available.minor && offer.mode === "live" ? "text-2 text-warn" : "text-2 text-muted"}>
          At most {shown({ minor: promised, currency: offer.reward.currency })} is set aside, fee included; {shown(balance.available)} is available.
        </p>
      )}
    </FormDialog>
  );
}

/** The market's part of one reward, half up, and at least its minimum where it keeps anything. */
function fee(reward: number, settings: { fee_basis_points: number; fee_minimum_minor: number } | undefined): number {
  if (!settings || reward === 0 || (settings.fee_basis_points === 0 && settings.fee_minimum_minor === 0)) return 0;
  return Math.max(Math.floor((reward * settings.fee_basis_points + 5000) / 10_000), settings.fee_minimum_minor);
}
