import { listOf, type Properties, property } from "./rule";

/** A statement of a policy, with everything that may be one or many as a list. */
export interface Statement {
  readonly effect: unknown;
  readonly actions: readonly string[];
  readonly resources: readonly string[];
  readonly principals: readonly string[];
  readonly condition: unknown;
}

/** The statements of a policy as text; none where the text is none. */
export function statementsOf(text: unknown): Statement[] {
  if (typeof text !== "string") return [];
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch {
    return [];
  }
  return listOf(property(document, "Statement")).map((statement) => ({
    effect: property(statement, "Effect"),
    actions: listOf(property(statement, "Action")).map(String),
    resources: listOf(property(statement, "Resource")).map(String),
    principals: principalsOf(property(statement, "Principal")),
    condition: property(statement, "Condition"),
  }));
}

function principalsOf(principal: unknown): string[] {
  if (typeof principal !== "object" || principal === null) return listOf(principal).map(String);
  return Object.values(principal).flatMap((value) => listOf(value).map(String));
}

/** Whether a policy refuses everybody who does not come over TLS. */
export function deniesPlainHttp(text: unknown): boolean {
  return statementsOf(text).some(
    ({ effect, principals, condition }) =>
      effect === "Deny" &&
      principals.includes("*") &&
      String(property(property(condition, "Bool"), "aws:SecureTransport")) === "false",
  );
}

/** Whether a policy allows something to everybody, with no condition that narrows it. */
export function allowsEverybody(text: unknown): boolean {
  return statementsOf(text).some(
    ({ effect, principals, condition }) =>
      effect === "Allow" && principals.includes("*") && condition === undefined,
  );
}

/** Whether a resource has a text that is not empty. */
export const hasText = (properties: Properties, name: string): boolean => {
  const value = properties[name];
  return typeof value === "string" && value !== "";
};

/** What is wrong where a resource is not encrypted with a key of ours, by the property that names the key. */
export const withoutOwnKey = (properties: Properties, name: string): string | undefined =>
  hasText(properties, name) ? undefined : "must have a key of ours";
