/** A few short words, each taken by Enter or a comma, each with a button that takes it out. */

import { type FieldControl, IconButton, Input } from "@assay/ui";
import { useState } from "react";

interface TagsInputProps extends FieldControl {
  readonly values: readonly string[];
  readonly onValues: (values: readonly string[]) => void;
  readonly nameOf?: (value: string) => string;
}

export function TagsInput({ values, onValues, nameOf = (value) => value, ...control }: TagsInputProps) {
  const [typed, setTyped] = useState("");
  const take = (): void => {
    const fresh = typed.split(",").map((word) => word.trim()).filter((word) => word !== "" && !values.includes(word));
    if (fresh.length > 0) onValues([...values, ...fresh]);
    setTyped("");
  };
  return (
    <div className="flex flex-col gap-2">
      <Input
        {...control}
        maxLength={100}
        value={typed}
        onChange={(event) => setTyped(event.target.value)}
        onBlur={take}
        onKeyDown={(event) => {
          if ((event.key !== "Enter" && event.key !== ",") || typed.trim() === "") return;
          event.preventDefault();
          take();
        }}
        className="max-md:h-10"
      />
      {values.length > 0 && (
        <ul className="flex flex-wrap gap-1.5">
          {values.map((value) => (
            <li key={value} className="inline-flex items-center rounded-medium border border-border bg-raised text-3 pl-2">
              {nameOf(value)}
              <IconButton icon="close" size="small" label={`Take out ${nameOf(value)}`} onClick={() => onValues(values.filter((one) => one !== value))} />
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}
