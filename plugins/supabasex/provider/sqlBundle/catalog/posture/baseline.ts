import { createHash } from "node:crypto";
import { canonicalJson, type JsonObject, type JsonValue } from "../../../../../../foundation/json";
import { quoteUnlessKeyword, unquoted } from "../../source/identifiers";
import { type Catalog, type CatalogObject, sortedCatalog } from "../catalog";
import { byIdentity, type CatalogDifference, diffManaged } from "../difference";
import { merge } from "../expectation";
import { withHashesOfNow } from "../hashes";
import { partsOfIdentity } from "../identity";
import { signInKinds } from "../kinds/signInSources";
import { withPartitionsOfNow } from "../partitionGaps";
import { isListedWithOriginal } from "../partitionTriggers";
import { areOfDifferentVersions, reprinted, serverIdentity } from "../serverVersion";
import { postureGroup } from "./groups";
import { membershipOf } from "./memberships";
import {
  coverageOf,
  isChild,
  isNewSinceVersion1,
  isOfVersion1,
  isPropertySinceVersion3,
  isUsedOnly,
} from "./version";

/** The identity whose properties say how far the platform's services have migrated the database. */
export const platformIdentity = "platform";

/** Returns the differences between a baseline and a posture, by identity and property. */
export function diffPostures(baseline: Catalog, posture: Catalog): CatalogDifference[] {
  const isOlder = isOfVersion1(baseline);
  const isBefore3 = coverageOf(baseline) < 3;
  return diffManaged(baseline, posture).filter(
    (difference) =>
      difference.identity !== serverIdentity &&
      !(difference.kind === "missing" && isNoLongerUsed(difference.identity, baseline)) &&
      !(difference.kind === "missing" && isUnread(difference.identity, posture)) &&
      !(difference.kind === "missing" && isListedWithOriginal(difference.identity, baseline, posture)) &&
      !signInKinds.has(difference.identity) &&
      !(difference.kind === "extra" && isOfNewKind(difference.identity, baseline)) &&
      !(isOlder && isNewSinceVersion1(difference, posture)) &&
      !(isBefore3 && isPropertySinceVersion3(difference.identity, difference.property ?? "")) &&
      (difference.kind === "changed" || !isAlwaysThere(difference.identity)),
  );
}

/**
 * Returns whether a missing object only counted because something used it, which is a change of the user. A policy or a grant on a
 * column counts as long as its table does. A partition or child may have counted because of its parent.
 */
function isNoLongerUsed(identity: string, baseline: Catalog): boolean {
  const { parent } = partsOfIdentity(identity);
  return parent === undefined && isUsedOnly(identity, baseline) && !isChild(baseline[identity] ?? {});
}

/** Returns whether an object is the row of a table that the role may not read. The object that says so is named after the kind. */
function isUnread(identity: string, posture: Catalog): boolean {
  const { kind } = partsOfIdentity(identity);
  return signInKinds.has(kind) && posture[kind] !== undefined;
}

/** Kinds of which every server has all objects. */
const alwaysThere: ReadonlySet<string> = new Set([
  "accounts",
  "built-in functions",
  "built-in operators",
  "built-in privileges",
  "built-in views",
  "server setting",
]);

/**
 * Returns whether every server has the object: a baseline without it is from an older version of this program, and a role that
 * does not see it may not read it.
 */
function isAlwaysThere(identity: string): boolean {
  return alwaysThere.has(partsOfIdentity(identity).kind);
}

/** Kinds of which most projects have some, and which older baselines lack. */
const newKinds: ReadonlySet<string> = new Set(["installed language", "type", "withheld privilege"]);

/** Returns whether the object is of a kind that the baseline's version of this program did not read. */
function isOfNewKind(identity: string, baseline: Catalog): boolean {
  const { kind } = partsOfIdentity(identity);
  return newKinds.has(kind) && !Object.keys(baseline).some((known) => known.startsWith(`${kind} `));
}

/**
 * Returns the baseline after a deployment, with the changes of its files and no others. Other changes before the
 * deployment still differ from the baseline afterwards.
 *
 * @param before the posture before the files ran, in the applying transaction
 * @param after the posture after them
 */
export function extendBaseline(baseline: Catalog, before: Catalog, after: Catalog): Catalog {
  const upgraded = areOfDifferentVersions(baseline, before);
  const extended = new Map(
    Object.entries(baseline).map(([identity, object]) => {
      const now = before[identity];
      const comparable = withPartitionsOfNow(withHashesOfNow(object, now), now);
      // From now on, texts are compared as the new version of the server prints them.
      return [identity, upgraded && now !== undefined ? reprinted(comparable, now) : comparable];
    }),
  );
  for (const identity of Object.keys(baseline))
    if (isListedWithOriginal(identity, baseline, before)) extended.delete(identity);
  for (const [identity, object] of Object.entries(before))
    if ((isAlwaysThere(identity) || isOfNewKind(identity, baseline)) && !extended.has(identity))
      extended.set(identity, object);
  if (isOfVersion1(baseline)) adoptNewCoverage(extended, baseline, before);
  for (const identity of new Set([...Object.keys(before), ...Object.keys(after)])) {
    const [was, is] = [before[identity], after[identity]];
    if (canonicalJson((was ?? null) as JsonValue) === canonicalJson((is ?? null) as JsonValue)) continue;
    if (is === undefined) extended.delete(identity);
    else if (was === undefined || extended.get(identity) === undefined) extended.set(identity, is);
    else {
      const merged = merge({ ...extended.get(identity) } as JsonObject, { ...was }, { ...is });
      extended.set(identity, merged);
    }
  }
  const server = after[serverIdentity];
  if (server !== undefined) extended.set(serverIdentity, server);
  return sortedCatalog(extended);
}

/** Adds what an older version of this program did not cover, as it is now. */
function adoptNewCoverage(extended: Map<string, CatalogObject>, baseline: Catalog, before: Catalog): void {
  for (const difference of diffManaged(baseline, before)) {
    const { identity, property } = difference;
    if (!isNewSinceVersion1(difference, before)) continue;
    const now = before[identity] ?? {};
    const value = property === undefined ? undefined : now[property];
    const known = extended.get(identity);
    extended.set(identity, value === undefined ? now : { ...known, [property ?? ""]: value });
  }
}

/** What a stack declares outside of its SQL. Its first appearance is not reported. */
export interface Declared {
  readonly roles: readonly string[];
  readonly extensions: readonly string[];
}

interface Adopted {
  readonly declared: Declared;
  /** What the last deployment declared. */
  readonly former: Declared;
  /** The paths of the files that the bundle itself records as applied. */
  readonly applied: ReadonlySet<string>;
}

/**
 * Returns the baseline with what the stack itself created since the last deployment: declared roles and extensions that
 * the baseline does not have, with what was created with them; without those that it no longer declares and that are
 * gone. For declared roles, this includes what their own resources enforce and repair before the SQL runs: attributes,
 * timeouts and memberships.
 */
export function adoptDeclared(
  baseline: Catalog,
  posture: Catalog,
  { declared, former, applied }: Adopted,
): Catalog {
  const adopted = new Map(Object.entries(baseline));
  const isNew = (identity: string) => baseline[identity] === undefined;
  const newRoles = new Set(declared.roles.map(quoteUnlessKeyword).filter((role) => isNew(`role ${role}`)));
  const newExtensions = new Set(
    declared.extensions.filter((name) => isNew(`extension ${quoteUnlessKeyword(name)}`)),
  );
  const came = (identity: string, object: CatalogObject) => {
    const { kind, schema, name } = partsOfIdentity(identity);
    if (kind === "role" || kind === "role settings")
      return newRoles.has(name.replace(/ in this database$/, ""));
    if (kind === "membership") {
      const [member = "", role = ""] = membershipOf(name);
      return newRoles.has(member) || newRoles.has(role);
    }
    if (kind === "extension") return newExtensions.has(unquoted(name));
    if (kind === "history record") return applied.has(name);
    if (kind === "migration record") return [...applied].some((path) => path.includes(`/${name}_`));
    const extension = object.extension ?? posture[`schema ${schema ?? ""}`]?.extension;
    return newExtensions.has(String(extension));
  };
  for (const [identity, object] of Object.entries(posture)) {
    if (isNew(identity) && came(identity, object)) adopted.set(identity, object);
  }
  for (const role of declared.roles.map(quoteUnlessKeyword)) adoptEnforced(adopted, posture, role);
  const goneRoles = former.roles.filter((role) => !declared.roles.includes(role)).map(quoteUnlessKeyword);
  const gone = new Set([
    ...goneRoles.flatMap((role) => [`role ${role}`, `role settings ${role}`]),
    ...former.extensions
      .filter((name) => !declared.extensions.includes(name))
      .map((name) => `extension ${quoteUnlessKeyword(name)}`),
  ]);
  for (const identity of adopted.keys()) {
    const { kind, name } = partsOfIdentity(identity);
    const isTheirs =
      gone.has(identity) ||
      (kind === "membership" && membershipOf(name).some((role) => goneRoles.includes(role)));
    if (isTheirs && posture[identity] === undefined) adopted.delete(identity);
  }
  return sortedCatalog(adopted);
}

/** Settings of a role that its resource enforces. */
const enforcedSettings = ["statement_timeout", "idle_in_transaction_session_timeout"];

function adoptEnforced(adopted: Map<string, CatalogObject>, posture: Catalog, role: string): void {
  const now = posture[`role ${role}`];
  if (now !== undefined) adopted.set(`role ${role}`, now);
  const settings = `role settings ${role}`;
  const others = Object.entries(adopted.get(settings) ?? {}).filter(
    ([name]) => !enforcedSettings.includes(name),
  );
  const enforced = Object.entries(posture[settings] ?? {}).filter(([name]) =>
    enforcedSettings.includes(name),
  );
  if (others.length + enforced.length === 0) adopted.delete(settings);
  else adopted.set(settings, Object.fromEntries([...others, ...enforced]));
  const isOwn = (identity: string) => identity.startsWith(`membership ${role} in `);
  for (const identity of [...adopted.keys()].filter(isOwn)) adopted.delete(identity);
  for (const [identity, object] of Object.entries(posture))
    if (isOwn(identity)) adopted.set(identity, object);
}

/** Differences that can be accepted together, and their name. */
export interface Acceptance {
  /**
   * The entry in `sql.accept`. It ends with a digest of what is accepted, so an old entry does not accept a later
   * change of the same object.
   */
  readonly name: string;
  readonly differences: readonly CatalogDifference[];
}

/**
 * Returns how differences are accepted: each object separately; everything that a migration of the platform changed in
 * its schema together.
 */
export function acceptancesOf(differences: readonly CatalogDifference[]): Acceptance[] {
  const upgraded = upgradesIn(differences);
  const parts = new Map<string, CatalogDifference[]>();
  for (const [identity, group] of byIdentity(differences)) {
    for (const difference of group) {
      const service = identity === platformIdentity ? difference.property : serviceOf(identity, upgraded);
      const name = service === undefined ? identity : `platform upgrade ${service}`;
      parts.set(name, [...(parts.get(name) ?? []), difference]);
    }
  }
  return [...parts].map(([name, members]) => ({
    name: `${name} @ ${digestOf(members)}`,
    differences: members,
  }));
}

/** Returns service → its migrations before and after, for each service of the platform that migrated. */
export function upgradesIn(differences: readonly CatalogDifference[]): ReadonlyMap<string, string> {
  return new Map(
    differences
      .filter(({ identity, property }) => identity === platformIdentity && property !== undefined)
      .map(({ property = "", expected, live }) => [property, `${String(expected)} → ${String(live)}`]),
  );
}

function serviceOf(identity: string, upgraded: ReadonlyMap<string, string>): string | undefined {
  const group = postureGroup(identity);
  return [...upgraded.keys()].find((service) => group === `schema ${service}`);
}

/** Returns the baseline with the differences whose names are listed. */
export function accept(
  baseline: Catalog,
  posture: Catalog,
  acceptances: readonly Acceptance[],
  { names }: { readonly names: readonly string[] },
): Catalog {
  const listed = new Set(names);
  const accepted = new Map(Object.entries(baseline));
  for (const { name, differences } of acceptances) {
    if (!listed.has(name)) continue;
    for (const { identity, property } of differences) {
      const now = posture[identity];
      if (now === undefined) accepted.delete(identity);
      else if (property === undefined) accepted.set(identity, now);
      else {
        const { [property]: _former, ...others } = accepted.get(identity) ?? {};
        const value = now[property];
        accepted.set(identity, value === undefined ? others : { ...others, [property]: value });
      }
    }
  }
  return sortedCatalog(accepted);
}

/** Returns a digest. It is so long that a second change with the digest of an accepted one cannot be found by brute force. */
function digestOf(differences: readonly CatalogDifference[]): string {
  const content = differences.map(({ identity, kind, property, live }) => [
    identity,
    kind,
    property ?? null,
    (live ?? null) as JsonValue,
  ]);
  return createHash("sha256").update(canonicalJson(content)).digest("hex").slice(0, 16);
}
