/**
 * What all elements share. They are written in other people's pages, so nothing of theirs is touched: what an element
 * draws is in its shadow, and its children stay where they were, shown through slots.
 *
 * The names, attributes and answers are those of the `crowd-*` elements that such pages were written for; a form gathers
 * the answers (form.ts).
 */

import { STYLE } from "./style";

/** What an element says under its `name`; undefined: nothing. */
export interface Answering extends HTMLElement {
  readonly answer: unknown;
  /** What is wrong with it, in words; null: nothing. */
  readonly problem: string | null;
  showProblem(words: string | null): void;
}

export const isAnswering = (element: Element): element is Answering => "answer" in element && "showProblem" in element;

const sheet = new CSSStyleSheet();
sheet.replaceSync(STYLE);

export abstract class CrowdElement extends HTMLElement {
  protected readonly shadow = this.attachShadow({ mode: "open", delegatesFocus: true });
  private drawn = false;

  constructor() {
    super();
    this.shadow.adoptedStyleSheets = [sheet];
  }

  connectedCallback(): void {
    if (this.drawn) return;
    this.drawn = true;
    // While the page is still being read an element is connected before its children are there.
    if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", () => this.draw(), { once: true });
    else this.draw();
  }

  protected abstract draw(): void;

  protected text(name: string, otherwise = ""): string {
    return this.getAttribute(name) ?? otherwise;
  }

  protected number(name: string, otherwise: number): number {
    const read = Number.parseFloat(this.text(name));
    return Number.isFinite(read) ? read : otherwise;
  }

  protected is(name: string): boolean {
    return this.hasAttribute(name) && this.getAttribute(name) !== "false";
  }

  /** An attribute that holds JSON. What cannot be read is said on the page, as its author must mend it. */
  protected json<T>(name: string, otherwise: T): T {
    const said = this.getAttribute(name);
    if (said === null || said.trim() === "") return otherwise;
    try {
      return JSON.parse(said) as T;
    } catch {
      this.shadow.append(make("p", { class: "problem", role: "alert" }, `<${this.localName}>: the attribute ${name} is not JSON.`));
      return otherwise;
    }
  }

  protected tell(type: string): void {
    this.dispatchEvent(new Event(type, { bubbles: true, composed: true }));
  }
}

/** An element with a name and an answer. */
export abstract class Field extends CrowdElement implements Answering {
  abstract get answer(): unknown;
  private readonly line = make("p", { class: "problem", role: "alert", hidden: "" });

  get name(): string {
    return this.text("name");
  }

  get problem(): string | null {
    return null;
  }

  showProblem(words: string | null): void {
    this.line.hidden = words === null;
    this.line.textContent = words ?? "";
    if (this.line.parentNode === null) this.shadow.append(this.line);
    if (words !== null) this.focus();
  }
}

/** An element of the shadow, with its attributes and children. Texts are texts, never markup. */
export function make<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Readonly<Record<string, string | boolean | null | undefined>> = {},
  ...children: (Node | string)[]
): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== null && value !== undefined && value !== false) element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children);
  return element;
}

let made = 0;
export const newId = (): string => `c${++made}`;

/** Whether a page is only looked at: nobody has accepted it, and nothing can be sent. */
export const isPreview = (): boolean => new URLSearchParams(location.search).get("assignmentId") === "ASSIGNMENT_ID_NOT_AVAILABLE";
