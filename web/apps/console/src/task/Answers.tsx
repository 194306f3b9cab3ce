/** A form's answers: what stands for each question, how sure that is, and what everybody said. */
import { askedAttributes, type Attribute, readTaxonomy, titleOf } from "@assay/annotation";
import type { Answer, TaskDetail, Taxonomy } from "@assay/client";
import { ContentView, inWords, type ShownItem, type Values } from "@assay/labeling";
import { cx, percent } from "@assay/ui";
import { useMemo } from "react";

export function ShownContent({ items }: { items: readonly ShownItem[] }) {
  return (
    <div tabIndex={0} role="region" aria-label="What the task shows" className="h-full overflow-y-auto bg-sunken">
      <ContentView items={items} />
    </div>
  );
}

const valuesOf = (answer: Answer | null | undefined): Values => (answer?.attributes ?? {}) as Values;

export function Answers({ task, taxonomy }: { task: TaskDetail; taxonomy: Taxonomy }) {
  const questions = useMemo(() => readTaxonomy(taxonomy).attributes, [taxonomy]);
  const result = valuesOf(task.gold ?? task.response?.answer ?? task.consensus?.answer);
  const sure = new Map(task.consensus?.objects.map((object) => [object.annotation_id, object.confidence]));
  const said = task.submissions.filter((submission) => submission.round === task.round);
  const shown = questions.filter(({ name }) => name in result || said.some(({ answer }) => name in valuesOf(answer)));
  if (shown.length === 0) return <p className="p-4 text-3 text-muted">Nobody has answered yet.</p>;
  const asked = new Set(askedAttributes(questions, result).map(({ name }) => name));
  return (
    <ol className="divide-y divide-border">
      {shown.map((question) => (
        <li key={question.name} className="px-4 py-3 flex flex-col gap-1.5">
          <div className="flex gap-2 items-baseline">
            <h3 className="text-2 font-medium text-muted grow">{titleOf(question)}</h3>
            {sure.has(question.name) && said.length > 1 && <span className="text-2 text-muted">{percent(sure.get(question.name)!)} sure</span>}
          </div>
          <p className="text-3 font-medium whitespace-pre-wrap break-words">{asked.has(question.name) || question.name in result ? inWords(question, result[question.name]) : "not asked"}</p>
          {said.length > 1 && (
            <ul aria-label={`What everybody said: ${titleOf(question)}`} className="flex flex-col gap-0.5">
              {said.map(({ id, worker, answer }) => (
                <Voice key={id} name={worker.name} question={question} values={valuesOf(answer)} result={result} />
              ))}
            </ul>
          )}
        </li>
      ))}
    </ol>
  );
}

function Voice({ name, question, values, result }: { name: string; question: Attribute; values: Values; result: Values }) {
  const words = inWords(question, values[question.name]);
  return (
    <li className={cx("flex gap-2 text-2 px-2 py-1 rounded-small", words === inWords(question, result[question.name]) ? "bg-ok-soft" : "bg-sunken")}>
      <span className="text-muted w-24 shrink-0 truncate" title={name}>{name}</span>
      <span className="min-w-0 whitespace-pre-wrap break-words">{words}</span>
    </li>
  );
}
