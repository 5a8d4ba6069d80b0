import { inspect } from "node:util";

/**
 * A secret between the engine and an `Output`. It has no printable form: template strings, `JSON.stringify` and
 * `console.log` all show "[secret]", so neither a message nor a log line can contain the value by accident.
 */
export class SecretText {
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
  }

  /** Returns the secret value. Only `loadStackConfig` and format checks should call this. */
  reveal(): string {
    return this.#text;
  }

  toString(): string {
    return "[secret]";
  }

  toJSON(): string {
    return "[secret]";
  }

  [inspect.custom](): string {
    return "[secret]";
  }
}
