import type { JsonValue } from "../../../../../../foundation/json";

/** A call of a function with its schema: the server prints its own functions without one. */
const call = /[\w"]\.("(?:[^"]|"")+"|[a-z_][\w$]*)\(/;

/**
 * A call of a usual function of an extension, as the default `extensions.uuid_generate_v4()`. Those that reach other servers are not
 * usual.
 */
const usual = /(?<![\w$".])extensions\.(?!dblink|http)[a-z_][\w$]*\(/g;

/** The columns to which a foreign key refers, printed like the arguments of a call. */
const referenced = /\bREFERENCES (?:"(?:[^"]|"")+"|[^\s("])+\(/;

/** Returns whether a printed expression calls a function that is not the server's. */
export function callsFunction(expression: JsonValue | undefined): boolean {
  return call.test(String(expression));
}

/** Returns the same for a definition, without usual functions of extensions. */
export function callsUnusual(expression: JsonValue | undefined): boolean {
  return callsFunction(String(expression).replaceAll(usual, "(").replace(referenced, "("));
}
