import { type Catalog, partsOfIdentity } from "../../catalog";
import {
  bareName,
  firstIdentifier,
  identifiersOf,
  nameWithoutArguments,
  quote,
} from "../../source/identifiers";
import type { StatingStatement } from "../../source/statedFacts";
import { relationsAbove } from "./relationsAbove";

/** The properties of an object that a statement may set. */
export interface StatedFacts {
  /** `undefined`: all of its properties, but those with separate statements only if the statement is dynamic. */
  readonly properties: ReadonlySet<string> | undefined;
  readonly isDynamic: boolean;
  /** The roles whose privileges it sets; `undefined`: those of any role. */
  readonly grantees: ReadonlySet<string> | undefined;
}

/**
 * Returns what a statement may set about an object; `undefined` if it is not about the object.
 *
 * @param live with the object, so that a statement that changes it through another table is found
 */
export function statedOf(
  statement: StatingStatement,
  identity: string,
  live: Catalog = {},
): StatedFacts | undefined {
  const { properties, grantees, setsRole, isDynamic } = statement;
  if (setsRole) return undefined;
  return isDynamic || isAbout(statement, identity, live) ? { properties, grantees, isDynamic } : undefined;
}

const haveOwnStatements: ReadonlySet<string> = new Set(["comment", "grants", "owner"]);

/** Returns whether the facts include a property and, for grants, a role's. */
export function includesFact(
  { properties, grantees, isDynamic }: StatedFacts,
  property: string,
  grantee?: string,
): boolean {
  if (properties === undefined && !isDynamic && haveOwnStatements.has(property)) return false;
  if (properties !== undefined && !properties.has(property)) return false;
  return property !== "grants" || grantee === undefined || grantees === undefined || grantees.has(grantee);
}

/** Finds the statements that name an object. Dynamic ones, which may affect any object, are excluded. */
export class StatementIndex {
  readonly #byName = new Map<string, StatingStatement[]>();
  readonly #nameless: StatingStatement[] = [];

  constructor(statements: readonly StatingStatement[]) {
    for (const statement of statements) {
      if (statement.isDynamic || statement.setsRole) continue;
      if (statement.kinds?.has("default privileges") || statement.kinds?.has("database settings")) {
        this.#nameless.push(statement);
        continue;
      }
      for (const name of namesOf(statement)) {
        const others = this.#byName.get(name);
        if (others === undefined) this.#byName.set(name, [statement]);
        else others.push(statement);
      }
    }
  }

  /** Returns what each of the statements about an object may set about it. */
  statedOf(identity: string, live: Catalog = {}): StatedFacts[] {
    return this.statementsAbout(identity, live).flatMap(
      (statement) => statedOf(statement, identity, live) ?? [],
    );
  }

  statementsAbout(identity: string, live: Catalog = {}): StatingStatement[] {
    const { schema, parent, name } = partsOfIdentity(identity);
    const relation = nameWithoutArguments(parent ?? name);
    const above = relationsAbove(identity, live).flatMap((one) => [one, bareName(one)]);
    const own = [relation, bareName(relation), name, quote(name), firstIdentifier(name), schema ?? ""];
    const names = [...own, ...above];
    const candidates = new Set([...names.flatMap((one) => this.#byName.get(one) ?? []), ...this.#nameless]);
    return [...candidates].filter((statement) => statedOf(statement, identity, live) !== undefined);
  }
}

/** Returns the names. A column's name with its table's also counts as the table's. */
function namesOf({ qualifiedNames, bareNames }: StatingStatement): Set<string> {
  const tables = [...qualifiedNames].flatMap((name) => {
    const identifiers = identifiersOf(name);
    return identifiers.length > 2 ? [identifiers.slice(0, -1).join(".")] : [];
  });
  return new Set([...qualifiedNames, ...tables, ...bareNames]);
}

function isAbout(statement: StatingStatement, identity: string, live: Catalog): boolean {
  const { kinds, bareNames, wholeSchemas, altersTable } = statement;
  const { kind, schema, parent, name } = partsOfIdentity(identity);
  if (kinds !== undefined && !kinds.has(kind)) return false;
  if (kind === "default privileges")
    return kinds?.has(kind) === true && (schema === undefined ? bareNames.size === 0 : bareNames.has(schema));
  if (schema !== undefined && wholeSchemas.has(schema)) return true;
  if (schema === undefined) {
    // Without a schema, and about the whole database if there is no name.
    const first = firstIdentifier(name);
    // A job and a bucket have plain names.
    return name === "" || [name, quote(name), first].some((one) => bareNames.has(one));
  }
  if (kind === "schema") return bareNames.has(name);
  if (namesRelation(statement, nameWithoutArguments(parent ?? name))) return true;
  return altersTable && relationsAbove(identity, live).some((one) => namesRelation(statement, one));
}

function namesRelation({ qualifiedNames, bareNames }: StatingStatement, relation: string): boolean {
  if (bareNames.has(bareName(relation))) return true;
  return [...qualifiedNames].some((other) => other === relation || other.startsWith(`${relation}.`));
}
