import type { AlterTableStmt, Node } from "libpg-query";
import { type Catalog, type CatalogObject, partsOfIdentity } from "../../catalog";
import { commandsWithout, objectsWithout, type Part } from "../../source/commands";
import { declarations } from "../../source/declaredObjects";
import type { BundleFile } from "../../source/files";
import { bareName, nameWithoutArguments, unquoted } from "../../source/identifiers";
import { type SearchPath, usualPath } from "../../source/searchPath";
import type { Statement } from "../../source/statements";
import { type DroppedObject, namesDropped } from "../statements/droppedObject";
import { isPlainObject, plainObject } from "../statements/plainObjects";
import { identitiesOf } from "../statements/qualifiedNames";

/** What a person has already done of what files do. */
export interface DoneManually {
  /** Identities of manual objects that the files create. */
  readonly created: readonly string[];
  /** Identities of objects of the bundle that were dropped manually, and that the files drop. */
  readonly dropped: readonly string[];
  readonly live: Catalog;
}

/**
 * Returns the parts of a statement about several objects that are done already; none if all of the statement is;
 * `undefined` if only some of it is, and the parts are not known.
 */
export function partsDone(
  { text, serverMajor }: BundleFile,
  { node, start, end }: Statement,
  done: DoneManually,
): readonly Part[] | undefined {
  if ("AlterTableStmt" in node) {
    const { AlterTableStmt: alter } = node;
    const { cmds = [] } = alter;
    if (cmds.length < 2) return [];
    const isOut = cmds.map(
      (command) =>
        done.created.some(
          (identity) =>
            adds(alter, command, identity) || addsPrimaryKey(alter, command, identity, { live: done.live }),
        ) || done.dropped.some((identity) => removes(alter, command, identity)),
    );
    return commandsWithout(text, { start, end }, isOut);
  }
  if (!("DropStmt" in node) || (node.DropStmt.objects ?? []).length < 2) return [];
  const { removeType, objects = [] } = node.DropStmt;
  const isOut = objects.map((object) => isGone({ removeType, object, serverMajor }, done));
  if (!isOut.includes(false)) return [];
  const kindWords = wordsOfKind[removeType ?? ""];
  if (kindWords === undefined) return undefined;
  const parts = objectsWithout(text, { start, end, kindWords }, isOut);
  return parts.length === 0 ? undefined : parts;
}

/** The number of words that name a kind in `drop`, of kinds that can be dropped in a list. */
const wordsOfKind: Readonly<Record<string, number>> = {
  OBJECT_AGGREGATE: 1,
  OBJECT_COLLATION: 1,
  OBJECT_DOMAIN: 1,
  OBJECT_EXTENSION: 1,
  OBJECT_FOREIGN_TABLE: 2,
  OBJECT_FUNCTION: 1,
  OBJECT_INDEX: 1,
  OBJECT_MATVIEW: 2,
  OBJECT_PROCEDURE: 1,
  OBJECT_PUBLICATION: 1,
  OBJECT_ROUTINE: 1,
  OBJECT_SCHEMA: 1,
  OBJECT_SEQUENCE: 1,
  OBJECT_STATISTIC_EXT: 1,
  OBJECT_TABLE: 1,
  OBJECT_TYPE: 1,
  OBJECT_VIEW: 1,
};

/** Returns whether an object of a `drop` was dropped manually, and no other one is meant, such as an overload. */
export function isGone(
  object: DroppedObject,
  { dropped, live }: Pick<DoneManually, "dropped" | "live">,
): boolean {
  const isNamed = (identity: string) => namesDropped(object, identity);
  return dropped.some(isNamed) && !Object.keys(live).some(isNamed);
}

/** Returns whether a statement creates the object, also as a command of an `alter table`. */
export function creates({ node }: Statement, identity: string, path = usualPath): boolean {
  if (!("AlterTableStmt" in node)) return declares(node, identity, path);
  return (node.AlterTableStmt.cmds ?? []).some((command) => adds(node.AlterTableStmt, command, identity));
}

/** Returns whether a statement with this search path creates the object, or replaces it. */
export function declares(node: Node, identity: string, path: SearchPath): boolean {
  const plain = plainObject(node);
  if (plain !== undefined && isPlainObject(plain, identity, path)) return true;
  const name = kindAndName(identity);
  return declarations(node).some((object) =>
    identitiesOf(object, path).some((one) => kindAndName(one) === name),
  );
}

/** Returns the identity without argument types, which statements may write differently than the catalog. */
function kindAndName(identity: string): string {
  const { kind, parent = "", name } = partsOfIdentity(identity);
  return `${kind} ${parent} ${nameWithoutArguments(name)}`;
}

/** Returns whether a command of an `alter table` adds the column or constraint. */
function adds(alter: AlterTableStmt, command: Node, identity: string): boolean {
  return isPart(alter, addedBy(command), identity);
}

/** Returns whether a command of an `alter table` drops the column or constraint. */
function removes(alter: AlterTableStmt, command: Node, identity: string): boolean {
  return isPart(alter, removedBy(command), identity);
}

/** Returns whether a command of an `alter table` adds the primary key without a name. */
function addsPrimaryKey(
  alter: AlterTableStmt,
  command: Node,
  identity: string,
  { live }: { readonly live: Catalog },
): boolean {
  const def = "AlterTableCmd" in command ? command.AlterTableCmd.def : undefined;
  if (def === undefined || !("Constraint" in def) || def.Constraint.conname !== undefined) return false;
  const { kind, name } = partsOfIdentity(identity);
  return (
    def.Constraint.contype === "CONSTR_PRIMARY" &&
    isPart(alter, { kind: "constraint", name: unquoted(name) }, identity) &&
    kind === "constraint" &&
    isPrimaryKey(live[identity])
  );
}

/** Returns the table's manual primary key if an `alter table` adds one with another name. */
export function otherPrimaryKey(
  node: Node,
  { live, expected }: Pick<DoneManually, "live"> & { readonly expected: Catalog },
): string[] {
  if (!("AlterTableStmt" in node) || !JSON.stringify(node).includes('"CONSTR_PRIMARY"')) return [];
  return Object.keys(live).filter((identity) => {
    if (expected[identity] !== undefined || !isPrimaryKey(live[identity])) return false;
    const name = unquoted(partsOfIdentity(identity).name);
    return isPart(node.AlterTableStmt, { kind: "constraint", name }, identity);
  });
}

function isPrimaryKey(object: CatalogObject | undefined): boolean {
  return /^PRIMARY KEY\b/.test(String(object?.definition));
}

interface TablePart {
  readonly kind: string;
  readonly name: string;
}

function isPart({ relation }: AlterTableStmt, part: TablePart | undefined, identity: string): boolean {
  const { kind, parent = "", name } = partsOfIdentity(identity);
  return (
    kind === part?.kind &&
    unquoted(name) === part.name &&
    unquoted(bareName(parent)) === (relation?.relname ?? "")
  );
}

function addedBy(command: Node): TablePart | undefined {
  if (!("AlterTableCmd" in command)) return undefined;
  const { subtype, def } = command.AlterTableCmd;
  if (def === undefined) return undefined;
  if (subtype === "AT_AddColumn" && "ColumnDef" in def)
    return { kind: "column", name: def.ColumnDef.colname ?? "" };
  if (subtype === "AT_AddConstraint" && "Constraint" in def)
    return { kind: "constraint", name: def.Constraint.conname ?? "" };
  return undefined;
}

function removedBy(command: Node): TablePart | undefined {
  if (!("AlterTableCmd" in command)) return undefined;
  const { subtype, name = "" } = command.AlterTableCmd;
  if (subtype === "AT_DropColumn") return { kind: "column", name };
  return subtype === "AT_DropConstraint" ? { kind: "constraint", name } : undefined;
}
