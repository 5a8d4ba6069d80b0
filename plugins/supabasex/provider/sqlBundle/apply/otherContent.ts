import type { Node } from "libpg-query";
import type { Catalog } from "../catalog";
import { texts } from "../repair/createStatement";
import { declares } from "./leftOutParts";

export const existingRole =
  "Roles belong to the whole server: create it only if pg_roles does not have it, in a do block, and set its attributes with alter role.";

/**
 * Returns in one sentence how a manual enum differs from the one that a statement creates, if it has other labels. A
 * repair would rename them, and rows with these values would get another meaning.
 */
export function otherLabels(
  node: Node,
  { live, expected }: Record<"live" | "expected", Catalog>,
): string | undefined {
  if (!("CreateEnumStmt" in node)) return undefined;
  const identity = Object.keys(live).find((one) => live[one]?.kind === "enum" && declares(node, one));
  const [are, asked] = [live, expected].map((catalog) => texts(catalog[identity ?? ""]?.labels));
  if (are === undefined || asked === undefined || are.every((label) => asked.includes(label)))
    return undefined;
  return `It was created manually with the labels ${are.join(", ")}, not ${asked.join(", ")}: rename or drop it.`;
}
