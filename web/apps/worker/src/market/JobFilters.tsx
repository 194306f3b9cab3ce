import { Button, Checkbox, Field, Input, NumberInput, Select } from "@assay/ui";
import { useEffect, useState } from "react";
import type { JobFilter, Sort } from "./api";
import { SORTS, isPlain, noFilter } from "./filter";
import { digitsOf, minorOf } from "./words";

interface JobFiltersProps {
  readonly filter: JobFilter;
  readonly onChange: (filter: JobFilter) => void;
  readonly currency: string;
}

const TYPING_MS = 350;

export function JobFilters({ filter, onChange, currency }: JobFiltersProps) {
  const [words, setWords] = useState(filter.words);
  // On a phone the jobs come before the ways to look for them.
  const [isOpen, setOpen] = useState(false);
  const rest = isOpen ? "" : "max-md:hidden";
  const unit = 10 ** digitsOf(currency);
  useEffect(() => setWords(filter.words), [filter.words]);
  useEffect(() => {
    if (words === filter.words) return;
    const timer = setTimeout(() => onChange({ ...filter, words }), TYPING_MS);
    return () => clearTimeout(timer);
    // Only what is typed starts the wait.
    // oxlint-disable-next-line react-hooks/exhaustive-deps
  }, [words]);
  const amount = (minor: number | null): number | null => (minor === null ? null : minor / unit);
  const minor = (value: number | null): number | null => (value === null ? null : minorOf(String(value), currency));
  return (
    <form role="search" aria-label="Jobs" className="grid gap-3 grid-cols-2 md:grid-cols-[2fr_1fr_1fr_1fr_1.2fr] items-end" onSubmit={(event) => event.preventDefault()}>
      <Field label="Words" className="max-md:col-span-2">
        {(control) => <Input {...control} type="search" maxLength={200} placeholder="In title, description or keywords" value={words} onChange={(event) => setWords(event.target.value)} />}
      </Field>
      <Field label="Pays an hour, at least" className={rest}>
        {(control) => <NumberInput {...control} className="w-full" min={0} step="any" unit={currency} value={amount(filter.hourlyMin)} onValue={(value) => onChange({ ...filter, hourlyMin: minor(value) })} />}
      </Field>
      <Field label="Pays each, at least" className={rest}>
        {(control) => <NumberInput {...control} className="w-full" min={0} step="any" unit={currency} value={amount(filter.rewardMin)} onValue={(value) => onChange({ ...filter, rewardMin: minor(value) })} />}
      </Field>
      <Field label="Time given, at most" className={rest}>
        {(control) => <NumberInput {...control} className="w-full" min={1} unit="min" value={filter.minutesMax} onValue={(value) => onChange({ ...filter, minutesMax: value === null || value < 1 ? null : Math.round(value) })} />}
      </Field>
      <Field label="Order" className={rest}>
        {(control) => (
          <Select {...control} className="w-full" value={filter.sort} onChange={(event) => onChange({ ...filter, sort: event.target.value as Sort })}>
            {SORTS.map(([name, title]) => (
              <option key={name} value={name}>
                {title}
              </option>
            ))}
          </Select>
        )}
      </Field>
      <div className="col-span-full flex items-center gap-4 min-h-8">
        <Checkbox label="Only what I may take" checked={filter.eligibleOnly} onChange={(event) => onChange({ ...filter, eligibleOnly: event.target.checked })} />
        <Button size="small" variant="ghost" icon="filter" aria-expanded={isOpen} onClick={() => setOpen(!isOpen)} className="md:hidden ml-auto">
          {isOpen ? "Fewer" : "More"}
        </Button>
        {!isPlain(filter) && (
          <Button size="small" variant="ghost" icon="close" onClick={() => onChange(noFilter)}>
            Clear
          </Button>
        )}
      </div>
    </form>
  );
}
