import { useRef, useState } from "react";
import { Problems, problemsOf } from "./form";

export interface Form<T, R> {
  value: T;
  set: (change: Partial<T>) => void;
  /** Problems from the last attempt. A field's problems go away when it is changed. */
  problems: Problems;
  sending: boolean;
  /** Sends; true when the server accepted. */
  submit: () => Promise<R | undefined>;
}

/** A form of named fields sent by `send`. Two presses send once. */
export function useForm<T extends object, R>(initial: T, send: (value: T) => Promise<R>): Form<T, R> {
  const [value, setValue] = useState(initial);
  const [problems, setProblems] = useState(() => new Problems());
  const [sending, setSending] = useState(false);
  const inFlight = useRef(false);

  return {
    value,
    problems,
    sending,
    set(change) {
      setValue((now) => ({ ...now, ...change }));
      const changed = Object.keys(change);
      setProblems((now) => (now.empty ? now : new Problems(now.besides([...changed]).filter((p) => p.field !== ""))));
    },
    async submit() {
      if (inFlight.current) return undefined;
      inFlight.current = true;
      setSending(true);
      try {
        const result = await send(value);
        setProblems(new Problems());
        return result;
      } catch (error) {
        setProblems(problemsOf(error));
        return undefined;
      } finally {
        inFlight.current = false;
        setSending(false);
      }
    },
  };
}
