import type { Requirement } from "@assay/client";
import { Button, IconButton, Input, Select } from "@assay/ui";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useMode } from "./MarketLayout";
import { ownTypesQuery } from "./queries";
import { COMPARATORS, SYSTEM, SYSTEM_NAMES } from "./words";

const REQUIREMENTS_MAX = 10;
const VALUELESS: readonly Requirement["comparator"][] = ["held", "not_held"];

const GUARDS = [
  { value: "accept", name: "to take it" },
  { value: "preview", name: "to look into it" },
  { value: "discover", name: "to see it listed" },
] as const;

/** Which comparisons make sense for a type, the usual one first. */
function comparators(typeId: string): readonly Requirement["comparator"][] {
  if (typeId === SYSTEM.place) return ["in", "not_in"];
  if (typeId === SYSTEM.masters) return ["held", "not_held"];
  if (typeId === SYSTEM.adult) return ["equal"];
  return ["at_least", "more", "at_most", "less", "equal", "not_equal", "in", "not_in", "held", "not_held"];
}

function fresh(typeId: string): Requirement {
  const comparator = comparators(typeId)[0]!;
  const integers = typeId === SYSTEM.percent ? [95] : typeId === SYSTEM.approved ? [100] : typeId === SYSTEM.place || VALUELESS.includes(comparator) ? [] : [1];
  return { type_id: typeId, comparator, integers, locales: [], guards: "accept" };
}

/** "95" or "1, 2" as whole numbers, "DE, US-CA" as places; what is neither is left out and the server says what is missing. */
function withText(requirement: Requirement, text: string): Requirement {
  const words = text.split(/[\s,]+/).filter(Boolean);
  if (requirement.type_id !== SYSTEM.place) return { ...requirement, integers: words.map(Number).filter(Number.isInteger) };
  const locales = words.map((word) => {
    const [country = "", subdivision] = word.toUpperCase().split("-");
    return { country, subdivision: subdivision || null };
  });
  return { ...requirement, locales };
}

const textOf = (requirement: Requirement): string =>
  requirement.type_id === SYSTEM.place
    ? (requirement.locales ?? []).map((place) => (place.subdivision ? `${place.country}-${place.subdivision}` : place.country)).join(", ")
    : (requirement.integers ?? []).join(", ");

export function RequirementsEditor({ value, onValue, problem }: { value: Requirement[]; onValue: (value: Requirement[]) => void; problem: string | undefined }) {
  const types = useQuery(ownTypesQuery(useMode())).data?.items ?? [];
  const replace = (index: number, next: Requirement) => onValue(value.map((one, at) => (at === index ? next : one)));
  return (
    <fieldset className="flex flex-col gap-2 min-w-0">
      <legend className="text-2 font-medium mb-1">Who may do it</legend>
      {value.length === 0 && <p className="text-2 text-muted">Every freelancer of the market.</p>}
      {value.map((requirement, index) => (
        <div key={index} className="flex flex-wrap gap-2 items-center p-2 rounded-medium border border-border bg-sunken/50">
          <Select aria-label={`Qualification ${index + 1}`} className="grow basis-[calc(100%-3rem)]" value={requirement.type_id} onChange={(event) => replace(index, fresh(event.target.value))}>
            {Object.entries(SYSTEM_NAMES).map(([id, name]) => (
              <option key={id} value={id}>{name}</option>
            ))}
            {types.map((type) => (
              <option key={type.id} value={type.id}>{type.name}</option>
            ))}
          </Select>
          <IconButton icon="trash" size="small" label={`Remove requirement ${index + 1}`} onClick={() => onValue(value.filter((_, at) => at !== index))} />
          <Select
            aria-label={`Comparison ${index + 1}`}
            className="w-32"
            value={requirement.comparator}
            onChange={(event) => {
              const comparator = event.target.value as Requirement["comparator"];
              replace(index, { ...requirement, comparator, ...(VALUELESS.includes(comparator) ? { integers: [], locales: [] } : {}) });
            }}
          >
            {comparators(requirement.type_id).map((comparator) => (
              <option key={comparator} value={comparator}>{COMPARATORS[comparator]}</option>
            ))}
          </Select>
          {!VALUELESS.includes(requirement.comparator) && <ValueInput key={requirement.type_id} label={`Value ${index + 1}`} requirement={requirement} onValue={(next) => replace(index, next)} />}
          <Select aria-label={`Guards ${index + 1}`} className="w-36" value={requirement.guards} onChange={(event) => replace(index, { ...requirement, guards: event.target.value as Requirement["guards"] })}>
            {GUARDS.map((guard) => (
              <option key={guard.value} value={guard.value}>{guard.name}</option>
            ))}
          </Select>
        </div>
      ))}
      {problem && <p role="alert" className="text-2 text-danger">{problem}</p>}
      {value.length < REQUIREMENTS_MAX && (
        <span>
          <Button size="small" icon="add" onClick={() => onValue([...value, fresh(SYSTEM.percent)])}>
            Add requirement
          </Button>
        </span>
      )}
    </fieldset>
  );
}

/** The text stays as typed; what it means goes up with every change. */
function ValueInput({ label, requirement, onValue }: { label: string; requirement: Requirement; onValue: (next: Requirement) => void }) {
  const [text, setText] = useState(textOf(requirement));
  return (
    <span className="grow basis-20 min-w-0">
      <Input
        aria-label={label}
        required
        value={text}
        placeholder={requirement.type_id === SYSTEM.place ? "DE, US-CA" : "95"}
        onChange={(event) => {
          setText(event.target.value);
          onValue(withText(requirement, event.target.value));
        }}
      />
    </span>
  );
}
