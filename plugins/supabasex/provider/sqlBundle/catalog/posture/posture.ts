import { isJsonObject, type JsonObject, type JsonValue } from "../../../../../../foundation/json";
import { type Catalog, type CatalogObject, sortedCatalog } from "../catalog";
import { parentIdentities, partsOfIdentity } from "../identity";
import { touchedProperties } from "../properties";
import { serverIdentity } from "../serverVersion";
import { accessProperties, everywhere } from "./covered";
import { type Exposure, exposureOf, grantees, isOfPlatform } from "./exposure";
import { guards } from "./guards";
import { isForeignKeyTo, tableRules } from "./tableRules";
import {
  coverageOf,
  isSinceVersion3,
  isUsable,
  type PostureVersion,
  postureVersion,
  versionProperty,
} from "./version";

/** The input of a posture. */
export interface PostureSubject {
  /** A whole catalog. */
  readonly live: Catalog;
  readonly expected: Catalog;
  /** The part of the catalog that belongs to the bundle: see `managedPart`. */
  readonly managed: Catalog;
  /** The API roles; default: those of the catalog. */
  readonly apiRoles?: ReadonlySet<string> | undefined;
  /** What is covered; default: everything. */
  readonly coverage?: PostureVersion;
}

/**
 * Returns the access in the parts of a database that the bundle did not create: roles with their attributes,
 * memberships and settings; owners, privileges, row security and policies in the platform's schemas and in those that
 * the API exposes, with the functions and views that are used there; and what changes the meaning of statements
 * everywhere, such as casts, event triggers and extensions. What belongs to the bundle is excluded, so no difference is reported
 * twice.
 */
export function postureOf({
  live,
  expected,
  managed,
  apiRoles,
  coverage = postureVersion,
}: PostureSubject): Catalog {
  const exposure = exposureOf(live, apiRoles);
  const rulesOf = (includes: (identity: string, schema: string) => boolean) =>
    tableRules(live, { expected, managed, includes });
  const subject: Subject = {
    live,
    expected,
    exposure,
    rules: rulesOf((_, schema) => exposure.includes(schema)),
    coverage,
  };
  const posture = new Map<string, CatalogObject>();
  const isForeign = (identity: string) =>
    notManaged(identity, live[identity] ?? {}, expected, { managed }) !== undefined;
  for (const [identity, object] of Object.entries(live)) {
    const rest = notManaged(identity, object, expected, { managed });
    const facts = rest === undefined ? undefined : factsOf(identity, rest, subject);
    if (facts !== undefined) posture.set(identity, facts);
  }
  const inUse = guards(live, { known: posture, isForeign, exposure, version: coverage });
  const rulesInUse = coverage >= 3 ? rulesOf((identity) => inUse.has(identity)) : undefined;
  for (const identity of inUse) {
    const rest = notManaged(identity, live[identity] ?? {}, expected, { managed });
    if (rest !== undefined && !posture.has(identity)) {
      const { kind } = partsOfIdentity(identity);
      const facts = kind === "column" ? columnFacts(rest) : picked(kind, rest);
      if (facts !== undefined && facts.extension === undefined)
        posture.set(identity, { ...rulesInUse?.get(identity), ...facts });
    }
  }
  // Texts that two major versions print differently are not compared, so the posture includes the version.
  const majorVersion = live[serverIdentity]?.majorVersion;
  if (majorVersion !== undefined)
    posture.set(serverIdentity, {
      majorVersion,
      [versionProperty]: coverage,
    });
  return sortedCatalog(posture);
}

/** Returns a recorded posture without what belongs to the bundle now. */
export function postureWithout(
  posture: Catalog,
  { expected, managed }: Omit<PostureSubject, "live">,
): Catalog {
  const coverage = coverageOf(posture);
  const left = new Map(Object.entries(postureOf({ live: posture, expected, managed, coverage })));
  // What counts because something uses it: the record does not always show what does.
  for (const [identity, object] of Object.entries(posture)) {
    if (left.has(identity) || !isUsable(identity)) continue;
    const rest = notManaged(identity, object, expected, { managed });
    if (rest !== undefined && rest.extension === undefined) left.set(identity, rest);
  }
  const server = posture[serverIdentity];
  if (server !== undefined) left.set(serverIdentity, server);
  return sortedCatalog(left);
}

interface Subject {
  readonly live: Catalog;
  readonly expected: Catalog;
  readonly exposure: Exposure;
  /** Table or type → hashes of its defaults, constraints and indexes. */
  readonly rules: ReadonlyMap<string, CatalogObject>;
  readonly coverage: PostureVersion;
}

/** Returns the properties of an object that do not belong to the bundle; for its grants, the grantees. */
function notManaged(
  identity: string,
  object: CatalogObject,
  expected: Catalog,
  { managed }: { readonly managed: Catalog },
): CatalogObject | undefined {
  const part = managed[identity];
  if (part === undefined) return object;
  const names = touchedProperties(expected[identity] ?? {});
  const isWholesale = names === undefined && identity !== "schema public";
  if (isWholesale) return undefined;
  const { grants, ...others } = object;
  const taken = new Set(grantees(part.grants));
  for (const name of names ?? []) if (name.startsWith("grants.")) taken.add(name.slice("grants.".length));
  const left = Object.entries(others).filter(([name]) => !(names ?? []).includes(name));
  if (!isJsonObject(grants)) return Object.fromEntries(left);
  const others_ = Object.entries(grants).filter(([grantee]) => !taken.has(grantee));
  return { ...Object.fromEntries(left), grants: Object.fromEntries(others_) };
}

function factsOf(identity: string, object: CatalogObject, subject: Subject): CatalogObject | undefined {
  const { kind, schema, name, parent } = partsOfIdentity(identity);
  const { exposure } = subject;
  if (kind === "server" && object.contentNotRead === undefined) return undefined;
  if (kind === "database") {
    const { name: database = null, owner = null, grants = {}, ...others } = object;
    return { name: database, owner, grants, ...others };
  }
  if (kind === "large object") return largeObjectFacts(object, subject);
  if (everywhere.has(kind)) {
    return subject.coverage < 3 && isSinceVersion3(identity) ? undefined : withoutComment(object);
  }
  if (schema === undefined) return undefined;
  if (kind === "constraint") return foreignKeyFacts(object, subject.expected);
  if (subject.coverage < 3 && isPartOfExtension(kind, parent, subject)) return undefined;
  if (kind === "trigger") {
    return isOfPlatform(schema) || exposure.includes(schema) ? withoutComment(object) : undefined;
  }
  const isOpen = exposure.includes(schema);
  if (object.extension !== undefined)
    return isOpen ? extensionFacts(kind, object, exposure.roles) : undefined;
  // Objects of a session, which vanish with it.
  if (/^pg_(toast_)?temp_/.test(schema)) return undefined;
  if (isOfPlatform(schema) && isOrdinaryPartition(object, subject)) return undefined;
  if (kind === "schema") return isOpen ? picked(kind, object) : undefined;
  if (kind === "column") return isOpen ? columnFacts(object) : undefined;
  if (kind === "sequence" && !isOfPlatform(schema)) {
    const isHeld = [String(object.owner), ...grantees(object.grants)].some((role) =>
      exposure.roles.has(role),
    );
    return isOpen && isHeld ? picked(kind, object) : undefined;
  }
  const inherits = (kind === "table" || kind === "foreign table") && inheritsFromWatched(object, subject);
  if (!isOpen && !inherits && !(kind.startsWith("operator") && schema === "pg_catalog")) return undefined;
  if (accessProperties[kind] === undefined || name === "") return undefined;
  return { ...subject.rules.get(identity), ...picked(kind, object) };
}

/**
 * Returns whether a policy, trigger or rule is on a table of an extension in a schema that is not the platform's. Such a table is only
 * listed in its extension. Versions before 3 did not read its parts.
 */
function isPartOfExtension(kind: string, parent: string | undefined, { live }: Subject): boolean {
  if (parent === undefined || !["policy", "rule", "trigger"].includes(kind)) return false;
  const isListed = parentIdentities(parent).some((identity) => live[identity] !== undefined);
  return !isListed && !isOfPlatform(partsOfIdentity(`table ${parent}`).schema ?? "");
}

/**
 * Returns a large object that another role than its owner may use. The list of privileges stays when the last one is revoked.
 * Versions before 3 did not read what it grants.
 */
function largeObjectFacts(object: CatalogObject, { coverage, exposure }: Subject): CatalogObject | undefined {
  if (coverage < 3) return { ...object, grants: {} };
  const isHeld = grantees(object.grants).length > 0 || exposure.roles.has(String(object.owner));
  return isHeld ? object : undefined;
}

function picked(kind: string, object: CatalogObject): CatalogObject {
  const names = [...(accessProperties[kind] ?? []), "grants"];
  const facts = names.flatMap((name): [string, JsonValue][] => {
    const value = object[name];
    return value === undefined ? [] : [[name, value]];
  });
  const { comment, directive: recorded } = object;
  // Such a comment configures what pg_graphql shows of a schema, table or function. A recorded posture has it as `directive`.
  const directive = typeof comment === "string" && comment.includes("@graphql(") ? comment : recorded;
  return Object.fromEntries(directive === undefined ? facts : [...facts, ["directive", directive]]);
}

function withoutComment({ comment: _, ...object }: CatalogObject): CatalogObject {
  return object;
}

/** Returns who may use a column, and from which column of another server a foreign table reads it. */
function columnFacts({ grants, wrapperOptions }: CatalogObject): CatalogObject | undefined {
  if (grants === undefined && wrapperOptions === undefined) return undefined;
  return {
    ...(grants === undefined ? {} : { grants }),
    ...(wrapperOptions === undefined ? {} : { wrapperOptions }),
  };
}

/**
 * Returns an extension's object. An extension may grant PUBLIC privileges, which change with its version, but a grant to an API
 * role does not come from it.
 */
function extensionFacts(
  kind: string,
  { grants, owner, extension, rowSecurity }: CatalogObject,
  roles: ReadonlySet<string>,
): CatalogObject | undefined {
  if (kind === "schema") return { owner: owner ?? null, extension: extension ?? null, grants: grants ?? {} };
  const held = Object.fromEntries(
    Object.entries(isJsonObject(grants) ? grants : {}).filter(
      ([grantee]) => grantee !== "public" && roles.has(grantee),
    ),
  );
  // An owner needs no grant.
  const isOwned = roles.has(String(owner));
  // Row security on which an extension relies counts, regardless of who may read the table.
  if (Object.keys(held).length === 0 && rowSecurity !== true && !isOwned) return undefined;
  return {
    extension: extension ?? null,
    grants: held,
    ...(isOwned ? { owner: owner ?? null } : {}),
    ...(rowSecurity === undefined ? {} : { rowSecurity }),
  };
}

/**
 * Returns whether a partition is one of those that the platform creates and drops daily, of its own tables. With row security, a partition
 * without policies shows nothing to a role that reads it directly, except to its owner; a policy on one is reported
 * separately.
 */
function isOrdinaryPartition(
  { partitionOf, rowSecurity, owner }: CatalogObject,
  { live, exposure }: Subject,
): boolean {
  if (typeof partitionOf !== "string" || exposure.roles.has(String(owner))) return false;
  if (!isOfPlatform(partsOfIdentity(`table ${partitionOf}`).schema ?? "")) return false;
  // Only differences from the parent are listed, so an absent switch has the parent's value.
  return rowSecurity === undefined
    ? live[`table ${partitionOf}`]?.rowSecurity === true
    : rowSecurity === true;
}

/**
 * Returns whether a table's rows are read with those of a table that counts: it is a partition or a child of one of the
 * bundle, or of one that the API exposes.
 */
function inheritsFromWatched(
  { inherits, partitionOf }: CatalogObject,
  { expected, exposure }: Subject,
): boolean {
  const parents = [
    ...(Array.isArray(inherits) ? inherits : []),
    ...(partitionOf === undefined ? [] : [partitionOf]),
  ].map((parent) => `table ${String(parent)}`);
  return (
    parents.some((parent) => expected[parent] !== undefined) ||
    parents.some((parent) => exposure.includes(partsOfIdentity(parent).schema ?? ""))
  );
}

/**
 * Returns a foreign key from another table to a table of the bundle: it locks and refuses, and reveals which keys
 * exist.
 */
function foreignKeyFacts({ definition }: CatalogObject, expected: Catalog): CatalogObject | undefined {
  return isForeignKeyTo(expected, definition) ? { definition: definition as JsonObject[string] } : undefined;
}
