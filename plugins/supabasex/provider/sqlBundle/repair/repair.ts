import type { JsonValue } from "../../../../../foundation/json";
import {
  type Catalog,
  type CatalogDifference,
  type CatalogObject,
  isOfPartitions,
  isRename,
  type ObjectIdentity,
  parentIdentities,
  partsOfIdentity,
  printIdentity,
  watchedPart,
} from "../catalog";
import { unquoted } from "../source/identifiers";
import { addHolder } from "./addHolder";
import { alterStatements } from "./alterStatements";
import { createStatement, text } from "./createStatement";
import { extraObject } from "./extraObject";
import { grantStatements, grantTarget } from "./grants";
import { inTheWay } from "./inTheWay";
import { partitionColumn } from "./partitionColumn";
import { dropOf, isDomain, type Place } from "./place";
import { obstacleToRename, renameStatements } from "./renameStatements";
import { changedSentence, missingSentence } from "./sentences";
import { haveOtherTriggers } from "./triggerStatements";
import { renameViewColumns } from "./viewColumns";
import { withoutLoss } from "./withoutLoss";

/** The possible repairs of one object's differences. */
export interface Repair {
  readonly identity: string;
  /** Repair what is missing or changed. Run in this order. */
  readonly statements: readonly string[];
  /** An alternative if the server refuses the statements: drop the object, if nothing depends on it, and create it. */
  readonly otherwise?: readonly string[];
  /** Remove what is extra: only for `prune: drop`. */
  readonly prune: readonly string[];
  /** Extra, and not covered by pruning: only reported. */
  readonly reported: boolean;
  /** Missing or changed, and only a person can repair it: a description, and the statement if there is one. */
  readonly impossible: readonly string[];
  /** Of the statements, the one that drops the manual object that has the name of a missing one. */
  readonly makesRoom?: string;
  /** Data that the manual change lost, and that is not restored with the object. */
  readonly loss?: string;
  /** The owner of the object, if it has one. */
  readonly owner?: string;
}

/**
 * Returns the repair of one object's differences.
 *
 * @param expected the whole expectation; `live` the whole catalog, or the part that belongs to the bundle
 */
export function repairOf(
  identity: string,
  differences: readonly CatalogDifference[],
  expected: Catalog,
  { live }: { readonly live: Catalog },
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
  // A job that creates the partition again does not create its parts. They are restored then.
  if (is === undefined && differences[0]?.tableIsGone === true) return { ...nothing, reported: true };
  if (is === undefined) return { ...nothing, ...missingBehind(place, should, differences[0]) };
  if (object.kind === "type" && differences.some(({ property }) => property === "kind"))
    return { ...nothing, impossible: [changedSentence(object, "kind", should, { is })] };
  const renames: string[] = [];
  const statements: string[] = [];
  const prune: string[] = [];
  const impossible: string[] = [];
  let recreated = false;
  for (const difference of differences) {
    const { property = "" } = difference;
    if (isRename(difference)) {
      const name = text(difference.live as JsonValue);
      const obstacle = obstacleToRename(object, name, expected, { live });
      if (obstacle !== undefined) impossible.push(obstacle);
      else renames.push(...renameStatements(object, name, isDomain(object.parent, expected, live)));
      continue;
    }
    if (property === "grants") {
      const grants = grantStatements(should.grants, is.grants, grantTarget(object, should));
      statements.push(...grants.missing);
      prune.push(...grants.extra);
      continue;
    }
    // The rows of a partition are lost or elsewhere, and a job creates the next one, so this should not stop a
    // deployment. A trigger is restored on them, unless they have another one of its name.
    if (isOfPartitions(property)) {
      if (object.kind !== "trigger" || haveOtherTriggers(object, should, { found: is, live })) continue;
    }
    const small = alterOf(place, property, should[property], { expected: should, live: is });
    if (small !== undefined) statements.push(...small);
    else if (recreatable.has(object.kind)) {
      recreated = true;
      if (object.kind === "view")
        renames.push(...renameViewColumns(object.name, should[property], is[property]));
    } else {
      const data = withoutLoss(place, difference, should, { is });
      if (data === undefined) impossible.push(changedSentence(object, property, should, { is }));
      else statements.push(...data);
    }
  }
  const create = recreated ? recreate(place, should) : [];
  // `create or replace` cannot remove a column from a view, or change the names or the result of a function.
  const replacement =
    recreated && replacedOnly.has(object.kind) ? [dropOf(place), ...create, ...ornaments(place, should)] : [];
  return {
    ...nothing,
    statements: [...new Set([...renames, ...create, ...statements])],
    ...(replacement.length === 0 ? {} : { otherwise: [...renames, ...replacement] }),
    prune,
    impossible,
  };
}

/** Returns the identity with the database's name, which the catalog omits for database-wide settings. */
function inDatabase(object: ObjectIdentity, live: Catalog): ObjectIdentity {
  const database = live.database?.name;
  if (database === undefined) return object;
  if (object.kind === "database" || object.kind === "database settings")
    return { ...object, name: text(database) };
  const role = object.kind === "role settings" ? / in this database$/ : undefined;
  if (role?.test(object.name) !== true) return object;
  return { ...object, name: object.name.replace(role, ` in database ${text(database)}`) };
}

/** Returns the statements for a domain's constraint, which use the domain's name. */
function alterOf(
  { object, expected, live }: Place,
  ...change: [
    string,
    JsonValue | undefined,
    { readonly expected: CatalogObject; readonly live: CatalogObject },
  ]
): string[] | undefined {
  const statements = alterStatements(object, ...change);
  if (object.kind !== "constraint" || !isDomain(object.parent, expected, live)) return statements;
  return statements?.map((statement) =>
    statement
      .replace(/^alter table /, "alter domain ")
      .replace(/^(comment on constraint .+?) on /s, "$1 on domain "),
  );
}

/** Returns the owner of the object after the repair; for a part, the table's owner; for a job, its user. */
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

/** Returns the repair of a missing object; one of another kind may have its name now. */
function missingBehind(
  place: Place,
  should: CatalogObject,
  difference: CatalogDifference | undefined,
): Partial<Repair> {
  const repair = missingObject(place, should, difference);
  const other = inTheWay(place);
  if (other === undefined) return repair;
  const { object, drop } = other;
  if (drop !== undefined && (repair.statements ?? []).length > 0)
    return { ...repair, statements: [drop, ...(repair.statements ?? [])], makesRoom: drop };
  const [why] = repair.impossible ?? [];
  const sentence = `${printIdentity(object)} was created in its place: drop or rename that one${why === undefined ? "" : `; ${why}`}`;
  return { impossible: [sentence] };
}

function missingObject(
  place: Place,
  should: CatalogObject,
  difference: CatalogDifference | undefined,
): Partial<Repair> {
  const { object } = place;
  if (object.kind === "default privileges") {
    const target = grantTarget(object, should);
    return { statements: grantStatements(should.grants, {}, target).missing };
  }
  // A view's column is only listed because of its grants or comment; it exists if the view does.
  if (object.kind === "column" && should.type === undefined) {
    const byDefault =
      should.default === undefined
        ? undefined
        : alterStatements(object, "default", should.default, { expected: should, live: {} });
    return { statements: [...(byDefault ?? []), ...ornaments(place, should)] };
  }
  if (object.kind === "database settings" || object.kind === "role settings") {
    return {
      statements: Object.entries(should).flatMap(
        ([setting, value]) => alterOf(place, setting, value, { expected: should, live: {} }) ?? [],
      ),
    };
  }
  const ofPartition = partitionColumn(place, should, difference);
  if (ofPartition !== undefined)
    return { ...ofPartition, statements: [...ofPartition.statements, ...ornaments(place, should)] };
  const holder = addHolder(place, should, difference);
  if (holder !== undefined)
    return { ...holder, statements: [...holder.statements, ...ornaments(place, should)] };
  const create = createOf(place, should);
  if (create === undefined) return { impossible: [missingSentence(object, should, difference)] };
  return { statements: [create, ...ornaments(place, should)] };
}

/** Returns the statements for everything except the definition, which a recreated object needs. */
function ornaments(place: Place, expected: CatalogObject): string[] {
  const { object } = place;
  const statements: string[] = [];
  for (const property of ["owner", "comment", "enabled", "active", "dependsOn", "partitions"]) {
    const value = expected[property];
    if (value === undefined || (property === "enabled" && value === "yes") || value === true) continue;
    statements.push(...(alterOf(place, property, value, { expected, live: {} }) ?? []));
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

/** Kinds without data: dropping and recreating them is a repair. */
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

/** Kinds whose create statement replaces an existing object. */
const replacing: ReadonlySet<string> = new Set(["function", "procedure", "view", "cron job", "bucket"]);

/** Of these, the kinds whose objects the server may refuse to replace. */
const replacedOnly: ReadonlySet<string> = new Set(["function", "procedure", "view"]);

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
