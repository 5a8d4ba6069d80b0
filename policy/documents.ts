import { listOf, type Properties, property } from "./rule";

/** A statement of a policy, with all single values as lists. */
export interface Statement {
  readonly effect: unknown;
  readonly actions: readonly string[];
  readonly resources: readonly string[];
  readonly principals: readonly string[];
  readonly condition: unknown;
}

/** Returns the statements of a policy document in JSON; none if it is unknown. */
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

/** Returns whether a policy denies all requests without TLS. */
export function deniesPlainHttp(text: unknown): boolean {
  return statementsOf(text).some(
    ({ effect, principals, condition }) =>
      effect === "Deny" &&
      principals.includes("*") &&
      String(property(property(condition, "Bool"), "aws:SecureTransport")) === "false",
  );
}

/** Returns whether a policy allows public access: a statement for all principals without a restricting condition. */
export function allowsEverybody(text: unknown): boolean {
  return statementsOf(text).some(
    ({ effect, principals, condition }) =>
      effect === "Allow" && principals.includes("*") && condition === undefined,
  );
}

/** Returns whether a resource has a string that is not empty. */
export const hasText = (properties: Properties, name: string): boolean => {
  const value = properties[name];
  return typeof value === "string" && value !== "";
};

/** Returns the problem if a resource is not encrypted with a customer-managed key, from the property that names the key. */
export const withoutOwnKey = (properties: Properties, name: string): string | undefined =>
  hasText(properties, name) ? undefined : "must have a customer-managed key";
