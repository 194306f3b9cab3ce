/**
 * What every editor is: a frozen state that changes once per gesture or command, and an answer in it.
 *
 * Whoever shows the state hears of each change; whoever keeps the answer hears of each new answer, and not of changes of
 * selection or view.
 */
export class Watched<State extends object, Answer> {
  readonly #listeners = new Set<() => void>();
  readonly #answerListeners = new Set<(answer: Answer) => void>();
  #state: State;

  constructor(state: State) {
    this.#state = state;
  }

  get state(): State {
    return this.#state;
  }

  subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  /** Called with every new answer. */
  onAnswer(listener: (answer: Answer) => void): () => void {
    this.#answerListeners.add(listener);
    return () => this.#answerListeners.delete(listener);
  }

  protected change(change: Partial<State>): void {
    this.#state = { ...this.#state, ...change };
    this.changed();
    for (const listener of this.#listeners) listener();
  }

  /** What is to follow a change before anybody hears of it. */
  protected changed(): void {}

  /** To be said once the state has it. */
  protected tellAnswer(answer: Answer): void {
    for (const listener of this.#answerListeners) listener(answer);
  }
}
