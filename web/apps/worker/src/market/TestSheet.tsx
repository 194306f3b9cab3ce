/** A test: its questions as a form, with the time it gives. */

import { ApiError } from "@assay/client";
import { Button, ErrorState, Input, Select, Textarea, cx } from "@assay/ui";
import { useMutation } from "@tanstack/react-query";
import { useEffect, useId, useRef, useState } from "react";
import { Countdown } from "../pages/Countdown";
import { type Content, type Question, type QualificationRequest, type Questionnaire, market } from "./api";
import { type Fields, beginning, choose, chosenOf, otherOf, sent, textOf } from "./answers";
import { Contents } from "./Contents";

interface TestSheetProps {
  readonly name: string;
  readonly request: QualificationRequest;
  readonly test: Questionnaire;
  /** With what came of it; without, it was left for now. */
  readonly onDone: (request: QualificationRequest | null) => void;
}

export function TestSheet({ name, request, test, onDone }: TestSheetProps) {
  const [fields, setFields] = useState<Fields>(() => beginning(test));
  const form = useRef<HTMLFormElement>(null);
  const send = useMutation({ mutationFn: () => market.submitTest(request.id, sent(fields)), onSuccess: onDone });
  const problems = send.error instanceof ApiError ? send.error.problems : [];
  const problemOf = (id: string): string | undefined => problems.find((one) => one.field === id || one.field === `fields.${id}` || one.field.startsWith(`fields.${id}.`) || one.field === otherOf(id))?.message;
  useEffect(() => {
    if (send.isError) form.current?.querySelector<HTMLElement>("[aria-invalid=true]")?.focus();
  }, [send.isError, send.error]);
  return (
    <form
      ref={form}
      noValidate
      aria-labelledby="test-name"
      className="mx-auto w-full max-w-2xl flex flex-col gap-4"
      onSubmit={(event) => {
        event.preventDefault();
        if (!send.isPending) send.mutate();
      }}
    >
      <header className="sticky top-0 z-10 -mx-4 px-4 py-2 bg-bg border-b border-border flex items-center gap-3">
        <h1 id="test-name" className="text-5 font-semibold grow min-w-0 truncate">
          {name}
        </h1>
        {request.deadline && <Countdown noun="test" leaseUntil={request.deadline} clockOffset={0} canExtend={false} onExtend={() => {}} onEnded={() => send.mutate()} />}
      </header>
      {test.items.map((item, index) =>
        item.item === "overview" ? (
          <section key={index} className="text-3 flex flex-col gap-2">
            <Contents contents={item.contents} />
          </section>
        ) : (
          <Asked key={item.id} question={item} fields={fields} onFields={setFields} problem={problemOf(item.id)} />
        ),
      )}
      {send.isError && problems.length === 0 && <ErrorState title="The test could not be handed in" error={send.error} />}
      {problems.length > 0 && (
        <p role="alert" className="text-3 text-danger">
          {problems.length === 1 ? "One answer needs" : `${problems.length} answers need`} another look.
        </p>
      )}
      <footer className="flex gap-2 justify-end">
        <Button variant="ghost" onClick={() => onDone(null)}>
          Leave it for now
        </Button>
        <Button type="submit" variant="primary" busy={send.isPending}>
          Hand in
        </Button>
      </footer>
    </form>
  );
}

interface AskedProps {
  readonly question: Question;
  readonly fields: Fields;
  readonly onFields: (change: (before: Fields) => Fields) => void;
  readonly problem: string | undefined;
}

function Asked({ question, fields, onFields, problem }: AskedProps) {
  const id = useId();
  const { answer } = question;
  const described = problem ? { "aria-describedby": `${id}-problem`, "aria-invalid": true as const } : {};
  const write = (name: string, text: string): void => onFields((before) => ({ ...before, [name]: text }));
  const control = { "aria-labelledby": `${id}-asked`, ...described };
  return (
    <section role="group" aria-labelledby={`${id}-asked`} className={cx("bg-surface border rounded-large p-4 flex flex-col gap-3 text-3", problem ? "border-danger" : "border-border")}>
      <div id={`${id}-asked`} className="flex flex-col gap-2">
        {(question.title || question.required) && (
          <h2 className="font-semibold">
            {question.title} {question.required && <span className="text-2 text-muted font-normal">required</span>}
          </h2>
        )}
        <Contents contents={question.contents} />
      </div>
      {answer.asks === "text" ? (
        (answer.lines ?? 1) > 1 ? (
          <Textarea {...control} rows={Math.min(answer.lines, 20)} {...(answer.length_max ? { maxLength: answer.length_max } : {})} value={textOf(fields, question.id)} onChange={(event) => write(question.id, event.target.value)} />
        ) : (
          <Input {...control} autoComplete="off" inputMode={answer.numeric ? "decimal" : "text"} {...(answer.length_max ? { maxLength: answer.length_max } : {})} value={textOf(fields, question.id)} onChange={(event) => write(question.id, event.target.value)} />
        )
      ) : (
        <>
          <Options question={question} answer={answer} fields={fields} onFields={onFields} control={control} />
          {answer.other && (
            <label className="flex flex-col gap-1">
              <span className="text-2 text-muted">Something else, in your words</span>
              <Input autoComplete="off" value={textOf(fields, otherOf(question.id))} onChange={(event) => write(otherOf(question.id), event.target.value)} />
            </label>
          )}
        </>
      )}
      {problem && (
        <p id={`${id}-problem`} className="text-danger text-2">
          {problem}
        </p>
      )}
    </section>
  );
}

type Chosen = Extract<Question["answer"], { asks: "choice" }>;

interface OptionsProps {
  readonly question: Question;
  readonly answer: Chosen;
  readonly fields: Fields;
  readonly onFields: AskedProps["onFields"];
  readonly control: object;
}

const plain = (content: Content): string => (content.show === "text" ? content.text : content.show === "media" ? content.alt : "");

function Options({ question, answer, fields, onFields, control }: OptionsProps) {
  const name = useId();
  // What is as usual is left out on the way: one choice, one line.
  const isOne = (answer.chosen_max ?? 1) === 1;
  const chosen = chosenOf(fields, question.id);
  const take = (option: string, on: boolean): void => onFields((before) => choose(before, question.id, option, on, isOne));
  const isListed = isOne && (answer.style === "dropdown" || answer.style === "combobox" || answer.style === "list") && answer.options.every((option) => option.content.show === "text");
  if (isListed) {
    return (
      <Select {...control} value={chosen[0] ?? ""} onChange={(event) => onFields((before) => ({ ...before, [question.id]: event.target.value ? [event.target.value] : [] }))}>
        <option value="">Choose…</option>
        {answer.options.map((option) => (
          <option key={option.id} value={option.id}>
            {plain(option.content)}
          </option>
        ))}
      </Select>
    );
  }
  return (
    <div className="flex flex-col">
      {answer.options.map((option) => (
        <label key={option.id} className="flex items-center gap-2.5 min-h-9 max-md:min-h-11 cursor-pointer">
          <input {...control} aria-labelledby={undefined} type={isOne ? "radio" : "checkbox"} name={name} checked={chosen.includes(option.id)} onChange={(event) => take(option.id, event.target.checked)} className="size-4 shrink-0 accent-accent" />
          <span className="min-w-0">
            <Contents contents={[option.content]} />
          </span>
        </label>
      ))}
    </div>
  );
}
