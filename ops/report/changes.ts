import type { Step } from "../pulumi";
import { isFinding } from "./drift";
import { type Change, type DriftItem, isDestructive, type PropertyChange } from "./model";
import { overlaps } from "./propertyPath";
import { propertiesOf, resourceOf } from "./steps";

/** Maps the engine's operations to ours. Operations that are not listed change nothing. */
const operations: Readonly<Record<string, Change["operation"]>> = {
  create: "create",
  update: "update",
  delete: "delete",
  replace: "replace",
  "create-replacement": "replace",
  "delete-replaced": "replace",
  "import-replacement": "replace",
  "read-replacement": "replace",
  import: "import",
  discard: "forget",
  "discard-replaced": "forget",
};

/** The changes of the code, without repairs of manual changes. */
export interface Changes {
  readonly changes: Change[];
  /** Updates whose new values only come from resources that the repairs create. */
  readonly consequences: Change[];
}

/** Returns the planned steps without those that repair drift, replacements and deletions first. */
export function changesOf(planned: readonly Step[], drift: readonly DriftItem[]): Changes {
  const all = grouped(planned).flatMap((change) => withoutRepairs(change, drift));
  const isFollowing = (change: Change) =>
    change.operation === "update" && change.properties.every(({ unknown }) => unknown === true);
  // An unknown value comes from a resource that this run creates. If only repairs create resources, it comes from a
  // repair.
  const repairsCreate = drift.some(({ what, object }) => what === "missing" && object === undefined);
  const changeMakes = all.some(({ operation }) => operation === "create" || operation === "replace");
  if (!repairsCreate || changeMakes) return { changes: sorted(all), consequences: [] };
  return {
    changes: sorted(all.filter((change) => !isFollowing(change))),
    consequences: all.filter(isFollowing),
  };
}

/** Returns one change per resource. The engine has three steps for a replacement. */
function grouped(planned: readonly Step[]): Change[] {
  const changes = new Map<string, Change>();
  for (const step of planned) {
    const operation = operations[step.op];
    if (operation === undefined) continue;
    const known = changes.get(step.urn);
    const properties = step.op.startsWith("delete") ? [] : replacing(step);
    changes.set(step.urn, {
      resource: resourceOf(step),
      operation: known?.operation === "replace" ? "replace" : operation,
      properties: (known?.properties.length ?? 0) > 0 ? (known?.properties ?? []) : properties,
    });
  }
  return [...changes.values()];
}

/** Returns the properties with the keys that cause a replacement, unless the provider has given details. */
function replacing(step: Step): PropertyChange[] {
  const properties = propertiesOf(step);
  if (properties.length > 0) return properties;
  return (step.keys ?? []).map((path) => ({ path, change: "update", replaces: true }));
}

function withoutRepairs(change: Change, drift: readonly DriftItem[]): Change[] {
  const own = drift.filter(({ resource }) => resource.urn === change.resource.urn);
  const isMissing = own.some(({ what, object }) => what === "missing" && object === undefined);
  if (change.operation === "create" && isMissing) return [];
  if (change.operation !== "update") return [change];
  const properties = change.properties.filter(
    ({ path }) =>
      !isFinding(change.resource.type, path) &&
      !own.some(
        ({ property, object, outcome }) =>
          object === undefined &&
          property !== undefined &&
          outcome === "repaired" &&
          overlaps(property, path),
      ),
  );
  return properties.length === 0 ? [] : [{ ...change, properties }];
}

function sorted(changes: readonly Change[]): Change[] {
  return [...changes].sort((one, other) => Number(isDestructive(other)) - Number(isDestructive(one)));
}
