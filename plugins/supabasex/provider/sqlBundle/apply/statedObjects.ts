import { partsOfIdentity } from "../catalog";
import type { StatingStatement } from "../source/statedFacts";
import { bareName } from "./affectedFiles";

/** What of an object a statement may set. */
export interface StatedFacts {
  /** `undefined`: any of its properties, but those that have statements of their own only where it is a dynamic one. */
  readonly properties: ReadonlySet<string> | undefined;
  readonly isDynamic: boolean;
  /** Whose privileges; `undefined`: anybody's. */
  readonly grantees: ReadonlySet<string> | undefined;
}

/** Returns what a statement may set of an object; `undefined` where it is not about the object. */
export function statedOf(statement: StatingStatement, identity: string): StatedFacts | undefined {
  const { properties, grantees, setsRole, isDynamic } = statement;
  if (setsRole) return undefined;
  return isDynamic || isAbout(statement, identity) ? { properties, grantees, isDynamic } : undefined;
}

const haveOwnStatements: ReadonlySet<string> = new Set(["comment", "grants", "owner"]);

/** Whether the facts include a property and, of grants, a role's. */
export function includesFact(
  { properties, grantees, isDynamic }: StatedFacts,
  property: string,
  grantee?: string,
): boolean {
  if (properties === undefined && !isDynamic && haveOwnStatements.has(property)) return false;
  if (properties !== undefined && !properties.has(property)) return false;
  return property !== "grants" || grantee === undefined || grantees === undefined || grantees.has(grantee);
}

/** Finds the statements that name an object, among many. Dynamic ones, which may be about any, are left out. */
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

  /** What each of the statements about an object may set of it. */
  statedOf(identity: string): StatedFacts[] {
    return this.statementsAbout(identity).flatMap((statement) => statedOf(statement, identity) ?? []);
  }

  statementsAbout(identity: string): StatingStatement[] {
    const { schema, parent, name } = partsOfIdentity(identity);
    const relation = withoutArguments(parent ?? name);
    const names = [relation, bareName(relation), name, name.split(" ")[0] ?? "", schema ?? ""];
    const candidates = new Set([...names.flatMap((one) => this.#byName.get(one) ?? []), ...this.#nameless]);
    return [...candidates].filter((statement) => statedOf(statement, identity) !== undefined);
  }
}

/** A column's name with its table's counts as the table's, too. */
function namesOf({ qualifiedNames, bareNames }: StatingStatement): Set<string> {
  const tables = [...qualifiedNames].flatMap((name) => /^(.+\..+)\.[^.]+$/.exec(name)?.[1] ?? []);
  return new Set([...qualifiedNames, ...tables, ...bareNames]);
}

function isAbout(
  { kinds, qualifiedNames, bareNames, wholeSchemas }: StatingStatement,
  identity: string,
): boolean {
  const { kind, schema, parent, name } = partsOfIdentity(identity);
  if (kinds !== undefined && !kinds.has(kind)) return false;
  if (kind === "default privileges")
    return kinds?.has(kind) === true && (schema === undefined || bareNames.has(schema));
  if (schema !== undefined && wholeSchemas.has(schema)) return true;
  if (schema === undefined) {
    // Outside of schemas, and of the whole database where there is no name.
    const [first = ""] = name.split(" ");
    return name === "" || bareNames.has(name) || bareNames.has(first);
  }
  if (kind === "schema") return bareNames.has(name);
  const relation = withoutArguments(parent ?? name);
  if (bareNames.has(bareName(relation))) return true;
  return [...qualifiedNames].some((other) => other === relation || other.startsWith(`${relation}.`));
}

/** `shared.total(integer)` → `shared.total`. */
function withoutArguments(name: string): string {
  return /^(?:"(?:[^"]|"")+"|[^"(])+/.exec(name)?.[0] ?? name;
}
