import type { JsonValue } from "../../../../../../foundation/json";

/** A call of a function with its schema: the server prints its own functions without one. */
const call = /[\w"]\.("(?:[^"]|"")+"|[a-z_][\w$]*)\(/;

/** Returns whether a printed expression calls a function that is not the server's. */
export function callsFunction(expression: JsonValue | undefined): boolean {
  return call.test(String(expression));
}
