import { isJsonObject, type JsonValue } from "../../../../../foundation/json";
import {
  apiRoles,
  type Catalog,
  type CatalogDifference,
  type CatalogObject,
  type ObjectIdentity,
  parentIdentities,
  partsOfIdentity,
  watchedPart,
} from "../catalog";
import { unquoted } from "../source/declaredObjects";
import { alterStatements } from "./alterStatements";
import { createStatement, text } from "./createStatement";
import { type GrantTarget, grantStatements } from "./grants";
import { changedSentence, missingSentence } from "./sentences";

/** What can be done about the differences of one object. */
export interface Repair {
  readonly identity: string;
  /** Put right what is missing or changed. Run in this order. */
  readonly statements: readonly string[];
  /** Take away what is there beyond the expected: for `prune: drop` only. */
  readonly prune: readonly string[];
  /** Extra, and nothing that pruning takes away: only ever reported. */
  readonly reported: boolean;
  /** Missing or changed, and not to be put right without a person: what, and the statement that would where there is one. */
  readonly impossible: readonly string[];
  /** Who owns the object, where it has an owner. */
  readonly owner?: string;
}

/** Extra objects that `prune: drop` drops. All other kinds may hold data or belong to somebody else. */
const prunable: ReadonlySet<string> = new Set([
  "policy",
  "function",
  "procedure",
  "trigger",
  "publication table",
  "publication schema",
]);

/**
 * The repair of one object's differences.
 *
 * @param expected the whole expectation; `live` the whole catalog, or the part that the bundle answers for
 */
export function repairOf(
  identity: string,
  differences: readonly CatalogDifference[],
  expected: Catalog,
  live: Catalog,
): Repair {
  const object = inDatabase(partsOfIdentity(identity), live);
  const place: Place = { object, expected, live };
  const should = expected[identity];
  const found = live[identity];
  const is = found === undefined ? undefined : (watchedPart(identity, should, found) ?? found);
  const owner = ownerOf(identity, object, place);
  const nothing: Repair = {
    identity,
    statements: [],
    prune: [],
    reported: false,
    impossible: [],
    ...(owner === undefined ? {} : { owner }),
  };
  if (should === undefined) return { ...nothing, ...extraObject(place, is ?? {}) };
  if (is === undefined) return { ...nothing, ...missingObject(place, should) };
  const statements: string[] = [];
  const prune: string[] = [];
  const impossible: string[] = [];
  let recreated = false;
  for (const { property = "" } of differences) {
    if (property === "grants") {
      const grants = grantStatements(should.grants, is.grants, grantTarget(object, should));
      statements.push(...grants.missing);
      prune.push(...grants.extra);
      continue;
    }
    const small = alterOf(place, property, should[property], should, is);
    if (small !== undefined) statements.push(...small);
    else if (recreatable.has(object.kind)) recreated = true;
    else impossible.push(changedSentence(object, property, should, is));
  }
  if (recreated) statements.unshift(...recreate(place, should));
  return { ...nothing, statements, prune, impossible };
}

/** One object between two catalogs. */
export interface Place {
  readonly object: ObjectIdentity;
  readonly expected: Catalog;
  readonly live: Catalog;
}

/** The catalog of a database does not say its name in the identities of what is set for it as a whole. */
function inDatabase(object: ObjectIdentity, live: Catalog): ObjectIdentity {
  const database = live.database?.name;
  if (database === undefined) return object;
  if (object.kind === "database" || object.kind === "database settings")
    return { ...object, name: text(database) };
  const role = object.kind === "role settings" ? / in this database$/ : undefined;
  if (role?.test(object.name) !== true) return object;
  return { ...object, name: object.name.replace(role, ` in database ${text(database)}`) };
}

/** What a domain's constraint needs is said of the domain. */
function alterOf(
  { object, expected, live }: Place,
  ...change: [string, JsonValue | undefined, CatalogObject, CatalogObject]
): string[] | undefined {
  const statements = alterStatements(object, ...change);
  if (object.kind !== "constraint" || !isDomain(object.parent, expected, live)) return statements;
  return statements?.map((statement) =>
    statement
      .replace(/^alter table /, "alter domain ")
      .replace(/^(comment on constraint .+?) on /s, "$1 on domain "),
  );
}

/** Who owns the object once it is repaired; of a part, who owns the table; of a job, who runs it. */
function ownerOf(
  identity: string,
  { parent, user }: ObjectIdentity,
  { expected, live }: Place,
): string | undefined {
  if (user !== undefined) return unquoted(user);
  const identities = parent === undefined ? [identity] : parentIdentities(parent);
  const owners = identities.map((name) => expected[name]?.owner ?? live[name]?.owner);
  const owner = owners.find((name) => name !== undefined);
  return owner === undefined ? undefined : text(owner);
}

function extraObject(place: Place, is: CatalogObject): Partial<Repair> {
  const { object, expected } = place;
  if (object.kind === "default privileges") {
    return { prune: grantStatements({}, is.grants, grantTarget(object, {})).extra };
  }
  if (object.kind === "column" && is.type === undefined) {
    // A view's column is listed only for what was granted or said on it.
    return { prune: grantStatements({}, is.grants, grantTarget(object, {})).extra };
  }
  // Of the schema public only what the API may not have: see watchedPart.
  if (object.kind === "schema")
    return { prune: grantStatements({}, is.grants, grantTarget(object, {})).extra };
  const parent = object.kind === "table" ? expected[`table ${text(is.partitionOf)}`] : undefined;
  if (parent !== undefined) return partition(object, is, parent);
  if (object.kind === "trigger" && is.inheritedFrom !== undefined) {
    const inherited = expected[`trigger ${text(is.inheritedFrom)} ${object.name}`] ?? {};
    return {
      statements: alterStatements(object, "enabled", inherited.enabled ?? "yes", inherited, is) ?? [],
    };
  }
  if (!prunable.has(object.kind)) return { reported: true };
  return { prune: [dropOf(place)] };
}

/** A partition is listed only where it differs from its parent: it should be as that is, but closed to the API. */
function partition(object: ObjectIdentity, is: CatalogObject, parent: CatalogObject): Partial<Repair> {
  const statements = ["owner", "rowSecurity", "rowSecurityForced"]
    .filter((property) => is[property] !== undefined)
    .flatMap((property) => alterStatements(object, property, parent[property], parent, is) ?? []);
  const grants = isJsonObject(parent.grants) ? parent.grants : {};
  const allowed = Object.fromEntries(Object.entries(grants).filter(([grantee]) => !apiRoles.has(grantee)));
  const prune =
    is.grants === undefined ? [] : grantStatements(allowed, is.grants, grantTarget(object, parent)).extra;
  return { statements, prune, reported: statements.length + prune.length === 0 };
}

function missingObject(place: Place, should: CatalogObject): Partial<Repair> {
  const { object } = place;
  if (object.kind === "default privileges") {
    const target = grantTarget(object, should);
    return { statements: grantStatements(should.grants, {}, target).missing };
  }
  // A view's column is listed only for what was granted or said on it; it is there when the view is.
  if (object.kind === "column" && should.type === undefined) {
    const byDefault =
      should.default === undefined
        ? undefined
        : alterStatements(object, "default", should.default, should, {});
    return { statements: [...(byDefault ?? []), ...ornaments(place, should)] };
  }
  if (object.kind === "database settings" || object.kind === "role settings") {
    return {
      statements: Object.entries(should).flatMap(
        ([setting, value]) => alterOf(place, setting, value, should, {}) ?? [],
      ),
    };
  }
  const create = createOf(place, should);
  if (create === undefined) return { impossible: [missingSentence(object, should)] };
  return { statements: [create, ...ornaments(place, should)] };
}

/** What belongs to an object beside its definition: needed after it was made again. */
function ornaments(place: Place, expected: CatalogObject): string[] {
  const { object } = place;
  const statements: string[] = [];
  for (const property of ["owner", "comment", "enabled", "active"]) {
    const value = expected[property];
    if (value === undefined || (property === "enabled" && value === "yes") || value === true) continue;
    statements.push(...(alterOf(place, property, value, expected, {}) ?? []));
  }
  if (expected.grants !== undefined) {
    const isRoutine = object.kind === "function" || object.kind === "procedure";
    const born: JsonValue =
      isRoutine || object.kind === "type" ? { public: [isRoutine ? "execute" : "usage"] } : {};
    const { missing, extra } = grantStatements(expected.grants, born, grantTarget(object, expected));
    statements.push(...extra, ...missing);
  }
  return statements;
}

/** Kinds that hold no data: dropping and making them again is a repair. */
const recreatable: ReadonlySet<string> = new Set([
  "policy",
  "function",
  "procedure",
  "view",
  "materialized view",
  "trigger",
  "rule",
  "index",
  "statistics",
  "constraint",
  "event trigger",
  "publication table",
  "cron job",
  "bucket",
]);

/** Kinds whose create statement replaces what is there. */
const replacing: ReadonlySet<string> = new Set(["function", "procedure", "view", "cron job", "bucket"]);

function recreate(place: Place, should: CatalogObject): string[] {
  const create = createOf(place, should);
  if (create === undefined) return [];
  if (replacing.has(place.object.kind)) return [create];
  return [dropOf(place), create, ...ornaments(place, should)];
}

function createOf({ object, expected, live }: Place, should: CatalogObject): string | undefined {
  const create = createStatement(object, should);
  const ofDomain = object.kind === "constraint" && isDomain(object.parent, expected, live);
  return ofDomain ? create?.replace(/^alter table /, "alter domain ") : create;
}

function isDomain(name: string | undefined, ...catalogs: readonly Catalog[]): boolean {
  return catalogs.some((catalog) => catalog[`type ${name}`]?.kind === "domain");
}

/** The statement that drops an object, without what depends on it. */
export function dropOf({ object: { kind, name, parent }, expected, live }: Place): string {
  switch (kind) {
    case "constraint":
      return `alter ${isDomain(parent, expected, live) ? "domain" : "table"} ${parent} drop constraint ${name}`;
    case "publication table":
      return `alter publication ${name} drop table ${parent}`;
    case "publication schema":
      return `alter publication ${name} drop tables in schema ${parent}`;
    case "policy":
    case "trigger":
    case "rule":
      return `drop ${kind} ${name} on ${parent}`;
    default:
      return `drop ${kind} ${name}`;
  }
}

function grantTarget(object: ObjectIdentity, expected: CatalogObject): GrantTarget {
  const owner = expected.owner === undefined ? {} : { owner: text(expected.owner) };
  const { kind, name, parent } = object;
  switch (kind) {
    case "column":
      return { on: `table ${parent}`, column: name };
    case "default privileges": {
      const { role = "", objects = "" } = object.defaults ?? {};
      const inSchema = object.schema === undefined ? "" : ` in schema ${object.schema}`;
      return {
        on: objects,
        before: `alter default privileges for role ${role}${inSchema}`,
        owner: unquoted(role),
      };
    }
    case "database":
      return { on: `database ${name}`, ...owner };
    case "view":
    case "materialized view":
    case "foreign table":
      return { on: `table ${name}`, ...owner };
    default:
      return { on: `${kind} ${name}`, ...owner };
  }
}
