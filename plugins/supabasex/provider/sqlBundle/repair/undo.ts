import {
  type Catalog,
  type CatalogDifference,
  type CatalogObject,
  type ObjectIdentity,
  partsOfIdentity,
} from "../catalog";
import { literal } from "../catalog/objects";
import { firstIdentifier, quote, unquoted } from "../source/identifiers";
import { columnDefinition, texts } from "./createStatement";
import { dropOf, type Place } from "./place";
import { repairOf } from "./repair";
import type { RepairGroup } from "./restore";

/**
 * Returns the statements that reset an object to its expectation in a transaction that is rolled back, even if that
 * loses data or drops manual objects. A deployment itself never runs them: see `dropExtra.ts`.
 */
export function undoOf(
  identity: string,
  differences: readonly CatalogDifference[],
  expected: Catalog,
  { live }: { readonly live: Catalog },
): RepairGroup {
  const repair = repairOf(identity, differences, expected, { live });
  const owner = repair.owner === undefined ? {} : { owner: repair.owner };
  const object = partsOfIdentity(identity);
  const should = expected[identity];
  const is = live[identity];
  const usual = [...repair.statements, ...repair.prune];
  if (should === undefined && object.kind === "column" && is !== undefined && is.type === undefined)
    return { identity, ...owner, statements: [...usual, ...resetOfViewColumn(object, is)] };
  if (should === undefined) {
    return {
      identity,
      ...owner,
      statements:
        usual.length > 0 && object.kind !== "schema"
          ? usual
          : dropWithData({ object, expected, live }, is ?? {}),
    };
  }
  // Another expression needs another column: dropping one drops its dependents, too.
  const computesOtherwise = differences.some(({ property }) => property === "generated");
  if (repair.impossible.length === 0 && !(object.kind === "column" && computesOtherwise))
    return { identity, ...owner, statements: usual, ...withDependents(repair) };
  const hard =
    is === undefined ? recreateLost(object, should) : resetChanged(object, differences, { should, is });
  // A new column has what is reset by dropping the former one: repairing that, too, would rewrite the table a second time.
  const left =
    object.kind === "column" && is !== undefined && hard.length > 0
      ? differences.filter(({ property = "" }) => !ofColumnDefinition.has(property))
      : differences;
  const { statements, prune } =
    left.length === differences.length ? repair : repairOf(identity, left, expected, { live });
  return { identity, ...owner, statements: [...hard, ...statements, ...prune] };
}

/** Returns the alternative that drops the object, with its dependents: the next pass recreates those that are expected. */
function withDependents({ otherwise }: Pick<RepairGroup, "otherwise">): Pick<RepairGroup, "otherwise"> {
  if (otherwise === undefined) return {};
  return {
    otherwise: otherwise.map((statement) => (/^drop /.test(statement) ? `${statement} cascade` : statement)),
  };
}

/** Returns statements that reset what a view's column has of its own, except grants. */
function resetOfViewColumn({ name, parent }: ObjectIdentity, { comment, default: value }: CatalogObject) {
  return [
    ...(comment === undefined ? [] : [`comment on column ${parent}.${name} is null`]),
    ...(value === undefined ? [] : [`alter table ${parent} alter column ${name} drop default`]),
  ];
}

/**
 * Returns statements that drop an extra object, even of a kind that holds data. Extra dependents are dropped
 * separately.
 */
function dropWithData(place: Place, is: CatalogObject): string[] {
  const { kind, name, parent } = place.object;
  switch (kind) {
    case "column":
      return [`alter table ${parent} drop column ${name}`];
    case "type":
      return [`drop ${is.kind === "domain" ? "domain" : "type"} ${name}`];
    case "bucket":
    case "extension":
      return [];
    case "role":
      // What it owns and holds stays with it.
      return [`alter role ${name} rename to ${quote(`supabasex_undone_${unquoted(name)}`.slice(0, 60))}`];
    case "server":
      // Without a name, it is the database server.
      return name === "" ? [] : [dropOf(place)];
    default:
      return [dropOf(place)];
  }
}

/**
 * Returns statements that create an empty object in place of a manually dropped one. Its missing parts are created
 * afterwards.
 */
function recreateLost({ kind, name, parent }: ObjectIdentity, should: CatalogObject): string[] {
  switch (kind) {
    case "table":
      return [`create table ${name} ()`];
    case "schema":
      return [`create schema ${name}`];
    case "sequence":
    case "role":
      return [`create ${kind} ${name}`];
    case "column":
      return [`alter table ${parent} add column ${columnDefinition(name, should)}`];
    default:
      return [];
  }
}

const hiddenLabel = "supabasex_undone_";

/**
 * Returns statements for an enum. PostgreSQL removes no label, so an extra one is renamed to a name that no file uses.
 */
function hideLabels(name: string, differences: readonly CatalogDifference[]): string[] {
  const labels = differences.find(({ property }) => property === "labels");
  const [should, is] = [labelsOf(labels?.expected), labelsOf(labels?.live)];
  const extra = is.filter((label) => !should.includes(label));
  return extra.map(
    (label, at) => `alter type ${name} rename value ${literal(label)} to '${hiddenLabel}${at}'`,
  );
}

function labelsOf(value: unknown): string[] {
  return Array.isArray(value) ? value.map(String) : [];
}

/** Returns the statement that drops and adds the attributes of a composite type from the first one that differs. */
function resetAttributes(name: string, should: readonly string[], is: readonly string[]): string[] {
  const differing = should.findIndex((attribute, at) => attribute !== is[at]);
  const same = differing < 0 ? should.length : differing;
  const steps = [
    ...is.slice(same).map((attribute) => `drop attribute ${firstIdentifier(attribute)} cascade`),
    ...should.slice(same).map((attribute) => `add attribute ${attribute} cascade`),
  ];
  return steps.length === 0 ? [] : [`alter type ${name} ${steps.join(", ")}`];
}

/** Returns the catalog without the labels that an undone manual change left under another name. */
export function withoutHiddenLabels(catalog: Catalog): Catalog {
  return Object.fromEntries(
    Object.entries(catalog).map(([identity, object]) => {
      const labels = labelsOf(object.labels);
      const kept = labels.filter((label) => !label.startsWith(hiddenLabel));
      return [identity, kept.length === labels.length ? object : { ...object, labels: kept }];
    }),
  );
}

/** Properties of a column that are reset by dropping and adding it. */
const ofColumnDefinition: ReadonlySet<string> = new Set(["type", "collation", "generated", "identity"]);

/**
 * Returns statements that drop and add a column of another type or expression, or the attribute of a composite type. That rewrites
 * nothing, regardless of the size of its table, unless the column is generated and stored or an identity: then once.
 */
function resetChanged(
  { kind, name, parent }: ObjectIdentity,
  differences: readonly CatalogDifference[],
  { should, is }: Record<"should" | "is", CatalogObject>,
): string[] {
  if (kind === "type")
    return [
      ...hideLabels(name, differences),
      ...resetAttributes(name, texts(should.attributes), texts(is.attributes)),
    ];
  if (kind !== "column" || !differences.some(({ property = "" }) => ofColumnDefinition.has(property)))
    return [];
  return [
    `alter table ${parent} drop column ${name} cascade`,
    `alter table ${parent} add column ${columnDefinition(name, should)}`,
  ];
}
