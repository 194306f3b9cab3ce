import { Icon } from "@assay/ui";
import { sentence, type FieldProblem } from "./form";

/** What belongs to no field on the screen, at the top of the form. */
export function FormProblems({ problems }: { problems: readonly FieldProblem[] }) {
  if (problems.length === 0) return null;
  return (
    <div role="alert" className="flex gap-2 rounded-medium bg-danger-soft text-danger px-3 py-2 text-3">
      <Icon name="alert" className="mt-0.5 shrink-0" />
      <ul className="min-w-0 break-words">
        {problems.map((problem, index) => (
          <li key={index}>
            {problem.field !== "" && <span className="font-mono text-2">{problem.field}: </span>}
            {sentence(problem.message)}
          </li>
        ))}
      </ul>
    </div>
  );
}
