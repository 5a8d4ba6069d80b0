import { inspect } from "node:util";

/**
 * A secret on its way from the engine to an `Output`. It has no printable form: template strings, `JSON.stringify` and
 * `console.log` all show "[secret]", so that neither a message nor a log line can carry the text by accident.
 */
export class SecretText {
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
  }

  /** The text itself. Only `loadStackConfig` and format checks have a reason to call this. */
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
