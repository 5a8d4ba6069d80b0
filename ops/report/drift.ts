import { escapeControls } from "../../foundation/controlCharacters";
import { canonicalJson, isJsonObject, type JsonValue } from "../../foundation/json";
import { type Revert, revertInAws } from "../../plugins/supabasex/awsReverts";
import { isLeft, parseDriftText, stopsDeployment } from "../../plugins/supabasex/bundleMessages";
import type { Step } from "../pulumi";
import type { DriftItem, PropertyChange } from "./model";
import { overlaps, parsePath, valueAt } from "./propertyPath";
import { mostSevereFirst, severityOf } from "./severity";
import { propertiesOf, resourceOf, type Steps } from "./steps";

export const bundleType = "supabasex:index:SqlBundle";
const awsWatchType = "supabasex:index:AwsWatch";
const watchTypes: ReadonlySet<string> = new Set([awsWatchType, "supabasex:index:ProjectWatch"]);

/** Returns whether a path of a resource is about what a refresh found outside of the stack, and not about the program. */
export function isFinding(type: string, path: string): boolean {
  return (type === bundleType || watchTypes.has(type)) && /^live\b/.test(path);
}

/** Returns all differences that a refresh found from the last deployment, the most severe first, and what a deployment does about each. */
export function driftOf({ refreshed, planned }: Steps, command: "refresh" | "deployment"): DriftItem[] {
  const found = refreshed.flatMap((step): DriftItem[] => {
    const plan = planned.filter(({ urn }) => urn === step.urn);
    if (isGone(step)) return [goneItem(step)];
    const outcome = (change: PropertyChange, isInput: boolean) =>
      command === "refresh" ? (isInput ? "repaired" : "kept") : outcomeIn(plan, change);
    return propertiesOf(step, { found: true }).flatMap((change) => {
      if (isFinding(step.type, change.path)) {
        return watchTypes.has(step.type)
          ? watchedParts(step, change.path).map((parts) => watchedItem(step, parts))
          : objectItem(step, change.path);
      }
      return propertyItem(step, change, outcome(change, step.detailedDiff?.[change.path]?.inputDiff ?? true));
    });
  });
  return mostSevereFirst(found);
}

function isGone({ op, old, new: found, detailedDiff }: Step): boolean {
  return (op === "delete" || op === "refresh") && old?.custom === true && !found && !detailedDiff;
}

function goneItem(step: Step): DriftItem {
  const resource = resourceOf(step);
  return {
    resource,
    what: "missing",
    severity: severityOf({ resource, what: "missing" }),
    description: "It no longer exists.",
    outcome: "repaired",
    repair: "The deployment recreates it, empty.",
  };
}

/**
 * Compares with what the last deployment set: if a deployment sets the same value, it repairs the difference; another
 * value overwrites it.
 */
function outcomeIn(plan: readonly Step[], { path, from }: PropertyChange): DriftItem["outcome"] {
  const planned = plan.find((step) => propertiesOf(step).some((change) => overlaps(change.path, path)));
  if (planned === undefined) return "kept";
  const wanted = valueAt(planned.new?.inputs as JsonValue | undefined, parsePath(path));
  return canonicalJson(wanted ?? null) === canonicalJson(from ?? null) ? "repaired" : "overwritten";
}

function propertyItem(step: Step, change: PropertyChange, outcome: DriftItem["outcome"]): DriftItem {
  const resource = resourceOf(step);
  return {
    resource,
    property: change.path,
    what: "changed",
    severity: severityOf({ resource, property: change.path, what: "changed" }),
    description: `${printed(change.from)} → ${printed(change.to)}`,
    outcome,
    ...(outcome === "repaired" ? { repair: "The deployment sets it again." } : {}),
  };
}

/** Returns a difference in the database. The provider describes it and what happens to it. */
function objectItem(step: Step, path: string): DriftItem {
  const resource = resourceOf(step);
  const parts = parsePath(path);
  const [, object = "", property] = parts.map(String);
  const text = String(valueAt(step.new?.outputs as JsonValue | undefined, parts) ?? "");
  const { change: description, severity, author } = parseDriftText(text);
  const outlook = valueAt(step.new?.inputs as JsonValue | undefined, parts);
  const what = property !== undefined ? "changed" : description.startsWith("missing") ? "missing" : "extra";
  const item = {
    resource,
    object: escapeControls(object),
    ...(property === undefined ? {} : { property }),
    what,
    description,
    ...(author === undefined ? {} : { author }),
  } as const;
  return {
    ...item,
    severity: severity === "opens" ? "high" : severityOf(item),
    outcome: outcomeOf(outlook),
    ...(typeof outlook === "string" ? { repair: outlook } : {}),
  };
}

/** Returns the entries that differ: the one that the path names, or all of them if it only names the property. */
function watchedParts(step: Step, path: string): (string | number)[][] {
  const parts = parsePath(path);
  if (parts.length > 1) return [parts];
  const live = valueAt(step.new?.outputs as JsonValue | undefined, parts);
  return isJsonObject(live) ? Object.keys(live).map((identity) => [...parts, identity]) : [];
}

/**
 * Returns a difference in the project or in AWS outside of the stack. The provider describes it with its severity and repairs
 * nothing.
 */
function watchedItem(step: Step, parts: readonly (string | number)[]): DriftItem {
  const text = String(valueAt(step.new?.outputs as JsonValue | undefined, parts) ?? "");
  const { change: description, severity, author } = parseDriftText(text);
  const identity = String(parts[1] ?? "");
  const revert = revertOf(step, identity, description);
  return {
    resource: resourceOf(step),
    object: escapeControls(identity),
    what: description.startsWith("added")
      ? "extra"
      : description.startsWith("removed")
        ? "missing"
        : "changed",
    severity: severity === "opens" ? "high" : "medium",
    description,
    ...(author === undefined ? {} : { author }),
    outcome: "kept",
    repair: `${escapeControls(revertSentence(revert))}, or accept it with the entry of project.accept that \`pulumi up\` prints.`,
  };
}

function revertSentence(revert: Revert | undefined): string {
  if (revert === undefined) return "Revert it";
  return "command" in revert
    ? `Revert it in account ${revert.account} with \`${revert.command}\``
    : `To revert it, ${revert.instruction}`;
}

/** Returns how to revert a difference in AWS. */
function revertOf(step: Step, identity: string, description: string): Revert | undefined {
  if (step.type !== awsWatchType) return undefined;
  const inputs = step.new?.inputs as JsonValue | undefined;
  const text = (...path: string[]) => {
    const value = valueAt(inputs, path);
    return typeof value === "string" ? value : undefined;
  };
  const [region, cluster] = [text("region"), text("declared", "cluster")];
  if (region === undefined || cluster === undefined) return undefined;
  const roles = valueAt(inputs, ["assumeRoles"]);
  return revertInAws(identity, description, {
    ...{ region, cluster, vpcId: text("declared", "network", "vpcId") },
    profile: Array.isArray(roles) && roles.length > 0 ? undefined : text("profile"),
  });
}

function outcomeOf(outlook: JsonValue | undefined): DriftItem["outcome"] {
  if (typeof outlook !== "string") return "kept";
  if (stopsDeployment(outlook)) return "blocks";
  return isLeft(outlook) ? "kept" : "repaired";
}

/** Returns a value in one line. */
export function printed(value: JsonValue | undefined): string {
  if (value === undefined || value === null) return "none";
  if (Array.isArray(value) || isJsonObject(value)) return canonicalJson(value);
  return String(value);
}
