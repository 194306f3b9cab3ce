import { api, type MarketSettings } from "@assay/client";
import { FormProblems, useForm } from "@assay/forms";
import { Button, Checkbox, CopyField, ErrorState, Field, Input, NumberInput, Panel, Select, SkeletonRows, toast } from "@assay/ui";
import { useQuery } from "@tanstack/react-query";
import { useTitle } from "../shell/page";
import { useMay, useMe } from "../shell/session";
import { minorOf, typed } from "./money";
import { settingsQuery, useRefresh } from "./queries";
import { DAYS } from "./words";

/** How the market trades, for those who run it. */
export function MarketSettingsPage() {
  useTitle("Settings", "Market");
  const query = useQuery(settingsQuery);
  if (query.isLoadingError) return <ErrorState title="The settings could not be loaded" error={query.error} onRetry={() => void query.refetch()} />;
  return query.data ? <SettingsForm settings={query.data} /> : <SkeletonRows />;
}

/** An amount as minor units; what is no amount goes to the server as it cannot be, which names the field. */
const minor = (text: string, currency: string): number => minorOf(text, currency) ?? -1;

function SettingsForm({ settings }: { settings: MarketSettings }) {
  const me = useMe();
  const mayWrite = useMay("market.write");
  const refresh = useRefresh();
  const { currency } = settings;
  const form = useForm(
    {
      currency,
      fee: (settings.fee_basis_points / 100) as number | null,
      least: typed(settings.fee_minimum_minor, currency),
      floor: settings.pay_floor_minor === null ? "" : typed(settings.pay_floor_minor, currency),
      payout: typed(settings.payout_minimum_minor, currency),
      signUp: settings.sign_up,
      appeal: settings.appeal_days as number | null,
      approval: (settings.auto_approval_seconds / DAYS) as number | null,
      strict: settings.strict_limits,
    },
    async (draft) => {
      const currencyNow = draft.currency.trim().toUpperCase();
      const changed = await api.market.changeSettings({
        currency: currencyNow,
        fee_basis_points: Math.round((draft.fee ?? -1) * 100),
        fee_minimum_minor: minor(draft.least, currency),
        pay_floor_minor: draft.floor.trim() === "" ? null : minor(draft.floor, currency),
        payout_minimum_minor: minor(draft.payout, currency),
        sign_up: draft.signUp,
        appeal_days: Math.round(draft.appeal ?? -1),
        auto_approval_seconds: Math.round((draft.approval ?? -1) * DAYS),
        strict_limits: draft.strict,
      });
      await refresh();
      return changed;
    },
  );
  const { value, set, problems } = form;
  const fields = ["currency", "fee_basis_points", "fee_minimum_minor", "pay_floor_minor", "payout_minimum_minor", "sign_up", "appeal_days", "auto_approval_seconds"];
  return (
    <form
      className="flex flex-col gap-5 max-w-180"
      onSubmit={(event) => {
        event.preventDefault();
        void form.submit().then((saved) => saved && toast("Saved"));
      }}
    >
      <FormProblems problems={problems.besides(fields)} />
      <Panel title="Pay">
        <div className="grid sm:grid-cols-2 gap-4">
          <Field label="An hour of work must bring" hint="Empty: no floor. Tasks that pay less cannot be posted." error={problems.at("pay_floor_minor")}>
            {(control) => <Input {...control} inputMode="decimal" disabled={!mayWrite} placeholder="none" value={value.floor} onChange={(event) => set({ floor: event.target.value })} />}
          </Field>
          <Field label="Currency" hint="Stays once there is money." error={problems.at("currency")}>
            {(control) => <Input {...control} required maxLength={3} disabled={!mayWrite} className="uppercase" value={value.currency} onChange={(event) => set({ currency: event.target.value })} />}
          </Field>
          <Field label="Fee, on top of rewards" hint="Paid by the requester. What was promised before stays." error={problems.at("fee_basis_points")}>
            {(control) => <NumberInput {...control} className="w-full" required min={0} max={100} step={0.01} unit="%" disabled={!mayWrite} value={value.fee} onValue={(fee) => set({ fee })} />}
          </Field>
          <Field label="Least fee" hint="For each reward or bonus, where a fee is taken." error={problems.at("fee_minimum_minor")}>
            {(control) => <Input {...control} required inputMode="decimal" disabled={!mayWrite} value={value.least} onChange={(event) => set({ least: event.target.value })} />}
          </Field>
          <Field label="Least payout" error={problems.at("payout_minimum_minor")}>
            {(control) => <Input {...control} required inputMode="decimal" disabled={!mayWrite} value={value.payout} onChange={(event) => set({ payout: event.target.value })} />}
          </Field>
        </div>
      </Panel>
      <Panel title="Decisions">
        <div className="grid sm:grid-cols-2 gap-4">
          <Field label="A rejection may be appealed for" error={problems.at("appeal_days")}>
            {(control) => <NumberInput {...control} className="w-full" required min={0} max={365} unit="days" disabled={!mayWrite} value={value.appeal} onValue={(appeal) => set({ appeal })} />}
          </Field>
          <Field label="Approved by itself after" hint="Where an offer says nothing else." error={problems.at("auto_approval_seconds")}>
            {(control) => <NumberInput {...control} className="w-full" required min={0} max={30} step="any" unit="days" disabled={!mayWrite} value={value.approval} onValue={(approval) => set({ approval })} />}
          </Field>
        </div>
      </Panel>
      <Panel title="Who may come">
        <div className="flex flex-col gap-4">
          <Field label="Freelancers" error={problems.at("sign_up")}>
            {(control) => (
              <Select {...control} disabled={!mayWrite} value={value.signUp} onChange={(event) => set({ signUp: event.target.value as MarketSettings["sign_up"] })}>
                <option value="open">Everybody may sign up by mail</option>
                <option value="invitation">Only who is invited</option>
                <option value="closed">Nobody new</option>
              </Select>
            )}
          </Field>
          {value.signUp === "open" && (
            <div className="flex flex-col gap-1">
              <span className="text-2 font-medium">Where they sign up</span>
              <CopyField label="Where they sign up" value={`${window.location.origin}/work/sign-up?market=${me.organization.id}`} />
            </div>
          )}
          <Checkbox
            label="Keep the limits of other markets"
            hint="For programs that count on being refused what they were refused before."
            disabled={!mayWrite}
            checked={value.strict}
            onChange={(event) => set({ strict: event.target.checked })}
          />
        </div>
      </Panel>
      {mayWrite && (
        <div>
          <Button type="submit" variant="primary" busy={form.sending}>Save</Button>
        </div>
      )}
    </form>
  );
}
