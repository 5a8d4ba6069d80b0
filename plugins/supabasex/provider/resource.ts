import type { CheckFailure, Provider } from "../../provider-host/provider";
import type { PropertyMap } from "../../provider-host/values";

/** A resource type: the operations of a provider, for one type. */
export type Resource = Pick<Provider, "check" | "diff" | "create" | "read" | "update" | "delete">;

/** Returns a failure for each input that a resource does not have. The engine's own begin with `__`. */
export function unknownInputs(inputs: PropertyMap, known: readonly string[]): CheckFailure[] {
  return Object.keys(inputs)
    .filter((name) => !known.includes(name) && !name.startsWith("__"))
    .map((property) => ({ property, reason: `is not known; the known properties are ${known.join(", ")}` }));
}
