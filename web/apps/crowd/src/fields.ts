/** Elements that hold a text, a number or a tick. */

import { Field, isPreview, make, newId } from "./element";

abstract class Typed<Control extends HTMLInputElement | HTMLTextAreaElement> extends Field {
  protected abstract readonly control: Control;

  get value(): string {
    return this.control.value;
  }

  set value(text: string) {
    this.control.value = text;
  }

  get answer(): unknown {
    return this.value;
  }

  override get problem(): string | null {
    const { value } = this;
    const said = this.getAttribute("error-message");
    const least = this.number("min-length", 0);
    const most = this.number("max-length", Number.POSITIVE_INFINITY);
    if (this.is("required") && value.trim() === "") return said ?? "Write something here.";
    if (value !== "" && value.length < least) return said ?? `Write at least ${least} characters.`;
    if (value.length > most) return said ?? `Write at most ${most} characters.`;
    return null;
  }

  protected draw(): void {
    const id = newId();
    this.control.id = id;
    this.control.value = this.text("value", this.text("placeholder-value"));
    this.control.placeholder = this.text("placeholder");
    this.control.disabled = this.is("disabled") || isPreview();
    const label = this.text("label");
    if (!label) this.control.setAttribute("aria-label", this.text("placeholder", this.name || "Your answer"));
    this.shadow.append(make("div", { class: "field" }, ...(label ? [make("label", { for: id }, label)] : []), this.control));
    for (const type of ["input", "change"]) this.control.addEventListener(type, () => this.tell(type));
    if (this.is("auto-focus")) this.control.focus();
  }
}

export class CrowdInput extends Typed<HTMLInputElement> {
  protected readonly control = make("input", { autocomplete: "off" });

  protected override draw(): void {
    this.control.type = this.text("type", "text");
    super.draw();
    // It says which letters may be typed: others never appear.
    const allowed = this.getAttribute("allowed-pattern");
    if (allowed !== null) {
      const one = pattern(allowed);
      this.control.addEventListener("beforeinput", (event) => {
        if (one && event.data && ![...event.data].every((letter) => one.test(letter))) event.preventDefault();
      });
    }
  }

  override get problem(): string | null {
    return super.problem ?? (this.control.validity.valid ? null : (this.getAttribute("error-message") ?? this.control.validationMessage));
  }
}

export class CrowdTextArea extends Typed<HTMLTextAreaElement> {
  protected readonly control = make("textarea");

  protected override draw(): void {
    this.control.rows = this.number("rows", 3);
    super.draw();
  }
}

export class CrowdSlider extends Field {
  private readonly control = make("input", { type: "range" });
  private moved = false;

  get value(): number {
    return this.control.valueAsNumber;
  }

  set value(number: number) {
    this.control.value = String(number);
  }

  get answer(): unknown {
    return this.value;
  }

  override get problem(): string | null {
    return this.is("required") && !this.moved && !this.hasAttribute("value") ? "Move the slider to your answer." : null;
  }

  protected draw(): void {
    for (const [name, otherwise] of [["min", 0], ["max", 100], ["step", 1]] as const) this.control.setAttribute(name, String(this.number(name, otherwise)));
    this.control.value = String(this.number("value", this.number("min", 0)));
    this.control.disabled = this.is("disabled") || isPreview();
    this.control.setAttribute("aria-label", this.name || "Your answer");
    const shown = make("output", {}, this.control.value);
    this.control.addEventListener("input", () => {
      this.moved = true;
      shown.value = this.control.value;
      this.tell("change");
    });
    this.shadow.append(make("div", { class: "field" }, this.control, ...(this.is("pin") ? [shown] : [])));
  }
}

/** A tick under its name: `{value: true}`, where `value` is the attribute. */
abstract class Tick extends Field {
  protected readonly control = make("input", { type: "checkbox" });

  get checked(): boolean {
    return this.control.checked;
  }

  set checked(on: boolean) {
    this.control.checked = on;
  }

  get answer(): unknown {
    return { [this.text("value", "on")]: this.checked };
  }

  protected draw(): void {
    this.control.checked = this.is("checked");
    this.control.disabled = this.is("disabled") || isPreview();
    this.control.addEventListener("change", () => this.tell("change"));
    this.shadow.append(make("label", { class: "tick" }, this.control, make("span", {}, make("slot"))));
  }
}

export class CrowdCheckbox extends Tick {
  override get problem(): string | null {
    return this.is("required") && !this.checked ? "This has to be ticked." : null;
  }
}

export class CrowdToggleButton extends Tick {
  override get problem(): string | null {
    return this.is("required") && !this.checked ? "This has to be on." : null;
  }

  protected override draw(): void {
    super.draw();
    this.control.setAttribute("role", "switch");
    if (this.is("invalid")) this.control.setAttribute("aria-invalid", "true");
  }
}

export class CrowdRadioButton extends Tick {
  protected override draw(): void {
    this.control.type = "radio";
    super.draw();
    this.control.addEventListener("change", () => {
      if (this.checked) for (const other of this.others) other.checked = false;
    });
    this.control.addEventListener("keydown", (event) => {
      const step = { ArrowDown: 1, ArrowRight: 1, ArrowUp: -1, ArrowLeft: -1 }[event.key];
      const all = this.group;
      if (step === undefined || all.length < 2) return;
      event.preventDefault();
      const next = all[(all.indexOf(this) + step + all.length) % all.length];
      next?.choose();
    });
  }

  private choose(): void {
    this.checked = true;
    for (const other of this.others) other.checked = false;
    this.control.focus();
    this.tell("change");
  }

  /** The buttons that exclude each other: those of its group, else those of its name in the form. */
  private get group(): CrowdRadioButton[] {
    const around = this.closest("crowd-radio-group");
    const all = [...(around ?? this.closest("form") ?? document).querySelectorAll<CrowdRadioButton>("crowd-radio-button")];
    return around ? all : all.filter((one) => one === this || (this.name !== "" && one.name === this.name));
  }

  private get others(): CrowdRadioButton[] {
    return this.group.filter((one) => one !== this);
  }
}

export class CrowdRadioGroup extends Field {
  get answer(): unknown {
    return undefined;
  }

  override get problem(): string | null {
    if (this.is("allow-empty-selection")) return null;
    return [...this.querySelectorAll<CrowdRadioButton>("crowd-radio-button")].some((one) => one.checked) ? null : "Choose one.";
  }

  protected draw(): void {
    this.setAttribute("role", "radiogroup");
    this.shadow.append(make("slot"));
  }
}

/** Customers write patterns; one that is none lets everything pass. */
function pattern(text: string): RegExp | null {
  try {
    return new RegExp(text);
  } catch {
    return null;
  }
}
