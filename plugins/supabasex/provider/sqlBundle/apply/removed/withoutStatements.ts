import {
  canonicalJson,
  isJsonObject,
  type JsonObject,
  type JsonValue,
} from "../../../../../../foundation/json";
import { type Catalog, type CatalogObject, partsOfIdentity } from "../../catalog";
import { type BaseFacts, isMadeByRepeatables, withFacts } from "../../catalog/base";
import type { DeclaredObject } from "../../source/declaredObjects";
import { bornObject, builtInDefaults, privilegeList } from "../access/bornObject";
import { includesFact, type StatedFacts } from "../statements/statedObjects";

/** What is known about the facts before repeatables run. */
export interface KnownFacts {
  readonly base: BaseFacts;
  readonly expected: Catalog;
  readonly live: Catalog;
  /** Includes the default privileges that apply to new objects, without manual changes. */
  readonly bornUnder: Catalog;
  /** Identity of a repeatable's object → the role that creates it. */
  readonly creators: ReadonlyMap<string, string>;
  /** Identities of objects to which other default privileges apply than when they were created. */
  readonly bornOtherwise: ReadonlySet<string>;
  /** Identity → path of the repeatable that creates it. */
  readonly makers: ReadonlyMap<string, string>;
  /** Migrations' objects that repeatables redefined and no longer do. */
  readonly noLongerRedefined: ReadonlyMap<string, DeclaredObject>;
  /** What repeatables may no longer state because migrations changed the relation: identity → the facts. */
  readonly stale: ReadonlyMap<string, StatedFacts>;
}

/** Returns the object without what was stated; `undefined` if it is dropped as a whole. */
export function targetOf(
  identity: string,
  stated: readonly StatedFacts[],
  { base, expected, live, bornUnder, creators }: KnownFacts,
): CatalogObject | undefined {
  const object = live[identity] ?? {};
  const { kind } = partsOfIdentity(identity);
  const creator = creators.get(identity);
  const known = base[identity];
  const isGone =
    kind.startsWith("publication ") ||
    (isMadeByRepeatables(identity, known) &&
      stated.some(({ isDynamic, properties }) => isDynamic || properties === undefined));
  if (creator === undefined && known === null && isGone) return undefined;
  let without: CatalogObject;
  if (creator !== undefined && known === undefined)
    without = bornObject(identity, object, { creator, live: bornUnder });
  else if (known !== null) without = withFacts(object, known ?? {});
  else without = kind === "default privileges" ? { grants: builtInDefaults(identity) } : {};
  const result: Record<string, JsonValue> = { ...object };
  for (const property of new Set([...Object.keys(object), ...Object.keys(without)])) {
    if (!stated.some((facts) => includesFact(facts, property))) continue;
    const value = without[property];
    if (property === "grants") {
      const wanted = {
        now: grantsOf(object),
        without: grantsOf(without),
        expected: grantsOf(expected[identity]),
      };
      result.grants = grantsWithout(wanted, stated);
    } else if (value === undefined) delete result[property];
    else result[property] = value;
  }
  return result;
}

/** Returns the grants, keeping manual ones in addition to a file's. */
function grantsWithout(
  { now, without, expected }: Record<"now" | "without" | "expected", JsonObject>,
  stated: readonly StatedFacts[],
): JsonObject {
  const result: JsonObject = { ...now };
  for (const grantee of new Set([...Object.keys(now), ...Object.keys(without)])) {
    if (!stated.some((facts) => includesFact(facts, "grants", grantee))) continue;
    const [held, files] = [privilegeList(now[grantee]), privilegeList(expected[grantee])];
    const manual =
      canonicalJson(held) === canonicalJson(files) ? [] : held.filter((one) => !files.includes(one));
    const rest = new Set([...manual, ...privilegeList(without[grantee])]);
    if (rest.size === 0) delete result[grantee];
    else result[grantee] = rest.has("all") ? ["all"] : [...rest].sort();
  }
  return result;
}

function grantsOf(object: CatalogObject | undefined): JsonObject {
  return isJsonObject(object?.grants) ? object.grants : {};
}
