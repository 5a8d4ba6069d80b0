import { createHash, randomBytes } from "node:crypto";
import { closest } from "fastest-levenshtein";
import { isProviderNote, noteOfDefaults } from "../../foundation/providerNotes";
import { own } from "../../plugins/provider-host/diff";
import type { CheckFailure, CheckRequest, CheckResponse } from "../../plugins/provider-host/provider";
import {
  Archive,
  Asset,
  isPropertyMap,
  type PropertyMap,
  reveal,
  Secret,
  Unknown,
  type Value,
} from "../../plugins/provider-host/values";
import type { AnyResource, Property } from "./table";

type Properties = Readonly<Record<string, Property>>;

/** Returns the inputs with name, defaults and marked secrets, a note of what was filled in, and all errors. */
export function checkInputs(resource: AnyResource<never>, request: CheckRequest): CheckResponse {
  const inputs = { ...request.inputs };
  const failures: CheckFailure[] = [];
  const filledIn: string[] = [];
  const fillIn = (key: string, value: Value | undefined) => {
    if (value === undefined) return;
    inputs[key] = value;
    filledIn.push(key);
  };
  if (resource.autoname !== undefined) {
    const { property = "name", maxLength } = resource.autoname;
    if (inputs[property] === undefined || inputs[property] === null)
      fillIn(property, autoname(request, property, maxLength));
  }
  for (const [key, property] of Object.entries(resource.inputs)) {
    if (inputs[key] === undefined) fillIn(key, property.default);
  }
  failures.push(...propertyFailures(resource.inputs, inputs));
  for (const [key, value] of Object.entries(inputs)) {
    if (resource.inputs[key]?.secret === true && !(value instanceof Secret)) inputs[key] = new Secret(value);
  }
  return { inputs: { ...inputs, ...noteOfDefaults(filledIn) }, failures };
}

/** Returns all errors in `values`: unknown, missing and mistyped properties. No message contains a value. */
export function propertyFailures(properties: Properties, values: PropertyMap): CheckFailure[] {
  const known = Object.keys(properties);
  const failures: CheckFailure[] = [];
  for (const [key, value] of Object.entries(values)) {
    // Reserved names, which the engine and the official plugins use internally.
    if (isProviderNote(key)) continue;
    const property = Object.hasOwn(properties, key) ? properties[key] : undefined;
    const reason = property === undefined ? unknownKey(key, known) : valueIssue(property, value);
    if (reason !== undefined) failures.push({ property: key, reason });
  }
  for (const [key, property] of Object.entries(properties)) {
    const value = own(values, key);
    if (property.required === true && (value === undefined || value === null)) {
      failures.push({ property: key, reason: "is required" });
    }
  }
  return failures;
}

function unknownKey(key: string, known: readonly string[]): string {
  return known.length === 0 ? "is not known" : `is not known; the nearest is "${closest(key, known)}"`;
}

function valueIssue(property: Property, value: Value): string | undefined {
  const plain = value instanceof Secret ? value.reveal() : value;
  if (plain instanceof Unknown || plain === null) return undefined;
  const actual = kindOf(plain);
  if (actual !== property.type) return `must be ${withArticle(property.type)}, and is ${withArticle(actual)}`;
  return property.check?.(reveal(plain) as never);
}

function kindOf(value: Value): string {
  if (Array.isArray(value)) return "list";
  if (value instanceof Archive) return "archive";
  if (value instanceof Asset) return "asset";
  return isPropertyMap(value) ? "map" : typeof value;
}

const withArticle = (kind: string): string => `${kind.startsWith("a") ? "an" : "a"} ${kind}`;

/** Returns the resource's current name, the one that the stack's settings propose, or `<logical>-<7 hex digits>`. */
function autoname(request: CheckRequest, property: string, maxLength: number): string | undefined {
  const old = request.oldInputs[property];
  if (typeof old === "string") return old;
  if (request.autonaming !== undefined) {
    return request.autonaming.mode === "disable" ? undefined : request.autonaming.proposedName;
  }
  const seed = request.randomSeed.length > 0 ? request.randomSeed : randomBytes(32);
  const suffix = createHash("sha256").update(seed).digest("hex").slice(0, 7);
  return `${request.name.slice(0, maxLength - 8)}-${suffix}`;
}

/** Returns whether a name looks like one that `autoname` generated for the resource. */
export function isAutonamed(logicalName: string, name: string): boolean {
  return /-[0-9a-f]{7}$/.test(name) && logicalName.startsWith(name.slice(0, -8));
}
