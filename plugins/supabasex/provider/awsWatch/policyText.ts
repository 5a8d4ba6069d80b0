import { canonicalJson, isJsonObject, type JsonValue } from "../../../../foundation/json";
import type { Entries } from "../watch/watched";

/** A statement of a policy, as its service returns it. */
export interface PolicyStatement {
  readonly Sid?: string;
  readonly Effect?: string;
  readonly Principal?: JsonValue;
  readonly Action?: JsonValue;
  readonly NotAction?: JsonValue;
  readonly Resource?: JsonValue;
  readonly NotResource?: JsonValue;
}

/** Returns the statements of a policy document; a single one may be without its list. */
export function statementsIn(document: string): readonly PolicyStatement[] {
  if (document === "") return [];
  const { Statement = [] } = JSON.parse(document) as { Statement?: PolicyStatement | PolicyStatement[] };
  return [Statement].flat();
}

/**
 * Returns each statement of a policy document by its Sid, or by its number if it has none.
 *
 * @param kind what the identities begin with
 */
export function statementEntries(document: string, kind: string): Entries {
  return Object.fromEntries(
    statementsIn(document).map(({ Sid, ...statement }, index) => [
      `${kind} ${Sid ?? index}`,
      canonicalJson(statement as JsonValue),
    ]),
  );
}

/** Returns a member that is a string or a list of strings. */
export function listOf(value: JsonValue | undefined): string[] {
  return value === undefined ? [] : [value].flat().map(String);
}

/** Returns the principals of statements in one line: accounts, roles, services, or `*`. */
export function principalsOf(statements: readonly PolicyStatement[]): string {
  const principals = statements.flatMap(({ Principal }) =>
    Principal !== undefined && isJsonObject(Principal)
      ? Object.values(Principal).flatMap((value) => listOf(value))
      : listOf(Principal ?? "*"),
  );
  return [...new Set(principals)].sort().join(", ");
}
