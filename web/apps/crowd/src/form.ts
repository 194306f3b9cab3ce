/**
 * `crowd-form`: a form around the page's elements. What they answer goes out as one field, `taskAnswers`: a list of one
 * object that has each answer under its element's name.
 */

import { CrowdElement, isAnswering, isPreview, make } from "./element";

const FIELD = "taskAnswers";

export class CrowdForm extends CrowdElement {
  private readonly form = make("form", { method: "post", novalidate: true });

  /** Elements move into a real form in the page itself, so that plain inputs of the page's author work as well. */
  protected draw(): void {
    this.shadow.append(make("slot"));
    this.form.action = `${new URLSearchParams(location.search).get("turkSubmitTo") ?? ""}/mturk/externalSubmit`;
    this.form.append(...this.childNodes);
    this.append(this.form);
    if (!this.form.querySelector('[type="submit"], crowd-button[form-action="submit"]')) {
      this.form.append(make("p", {}, make("button", { type: "submit", style: BUTTON }, "Submit")));
    }
    this.form.addEventListener("submit", (event) => this.send(event));
    if (isPreview()) {
      const line = "You are looking at this job. Accept it to send an answer.";
      this.form.append(make("p", { role: "status" }, line));
      for (const button of this.form.querySelectorAll<HTMLButtonElement>('[type="submit"], crowd-button')) button.toggleAttribute("disabled", true);
    }
  }

  /** For pages that send by script. */
  submit(): void {
    this.form.requestSubmit();
  }

  reset(): void {
    this.form.reset();
  }

  private send(event: SubmitEvent): void {
    const fields = [...this.form.querySelectorAll("*")].filter(isAnswering);
    for (const field of fields) field.showProblem(null);
    const wrong = fields.filter((field) => field.problem !== null).reverse();
    for (const field of wrong) field.showProblem(field.problem);
    // The page's own inputs are checked by the browser, which also says what is wrong.
    if (wrong.length > 0 || isPreview() || !this.form.reportValidity()) {
      event.preventDefault();
      event.stopImmediatePropagation();
      return;
    }
    const params = new URLSearchParams(location.search);
    this.put("assignmentId", params.get("assignmentId") ?? "");
    this.put(FIELD, JSON.stringify([this.gather(fields)]));
    const own = new Set([FIELD, "assignmentId"]);
    // What was gathered is not sent a second time under its own name.
    for (const control of this.form.elements) {
      if (control instanceof HTMLInputElement || control instanceof HTMLTextAreaElement || control instanceof HTMLSelectElement) {
        if (!own.has(control.name)) control.disabled = true;
      }
    }
    // A page may still keep it back, or send it itself.
    setTimeout(() => {
      for (const control of this.form.elements) if (!own.has((control as HTMLInputElement).name)) (control as HTMLInputElement).disabled = false;
    });
  }

  private gather(fields: readonly (HTMLElement & { answer: unknown })[]): Record<string, unknown> {
    const said: Record<string, unknown> = {};
    for (const field of fields) {
      const name = field.getAttribute("name");
      const { answer } = field;
      if (!name || answer === undefined) continue;
      const before = said[name];
      said[name] = isObject(before) && isObject(answer) ? { ...before, ...answer } : answer;
    }
    for (const [name, value] of new FormData(this.form)) {
      if (typeof value !== "string" || name === FIELD || name === "assignmentId" || name in said) continue;
      said[name] = value;
    }
    return said;
  }

  private put(name: string, value: string): void {
    let field = this.form.querySelector<HTMLInputElement>(`input[name="${name}"]`);
    if (field === null) {
      field = make("input", { type: "hidden", name });
      this.form.append(field);
    }
    field.value = value;
  }
}

const BUTTON = "font:600 16px system-ui,sans-serif;padding:9px 22px;border:0;border-radius:6px;background:#2f55c8;color:#fff;cursor:pointer";

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === "object" && value !== null && !Array.isArray(value);
