import type { AlterTableStmt, Node } from "libpg-query";
import { type Catalog, isSameObject, partsOfIdentity } from "../catalog";
import { type BaseFacts, holdsNoData, isMadeByRepeatables } from "../catalog/base";
import type { History } from "../history/history";
import type { Inserted } from "../locks/probes";
import { undoOf } from "../repair/undo";
import { commandsWithout, type Part } from "../source/commands";
import { declarations, identityAsWritten, unquoted } from "../source/declaredObjects";
import { SqlFileError } from "../source/errors";
import type { BundleFile } from "../source/files";
import { mentions } from "../source/mentions";
import { statingStatements } from "../source/statedFacts";
import { comparableText, type Statement, setting, statementsOf, textOf } from "../source/statements";
import { bareName } from "./affectedFiles";
import type { FileFailure } from "./request";

/** SQLSTATEs for an existing object: a table, view or index; a column; another object; a function; a schema. */
const isThere: ReadonlySet<string> = new Set(["42P07", "42701", "42710", "42723", "42P06"]);

/** The results of a rehearsal. */
export interface Rehearsed {
  /** Paths of the files that succeed without the manual changes. */
  readonly files: ReadonlySet<string>;
  /** What fails without them, too: files before it succeed. */
  readonly failed: SqlFileError | undefined;
  /** Identities of manual objects that these files create. */
  readonly created: readonly string[];
  /** The catalog with the manual changes. */
  readonly live: Catalog;
  /** The catalog after the files ran without them. */
  readonly expected: Catalog;
}

/** What ran before, and what runs now. */
interface KnownFiles {
  readonly history: Pick<History, "files">;
  readonly repeatables: readonly BundleFile[];
  /** What repeatables alter, in its state without them. */
  readonly base: BaseFacts;
  /** The catalog before any file runs. */
  readonly live: Catalog;
}

/**
 * Decides what is left out of files because it already exists. The server refuses a plain `create` of an existing
 * object. If it is a manual object, and the rehearsal shows that the file succeeds without it, the statement is left
 * out of the file's text, as the server skips a statement with `if not exists`. Afterwards, the existing object is
 * compared with the rehearsal's result, and repaired or refused. What is in the way of a block, or cannot be altered to
 * what the file creates, is dropped first if that loses nothing. A statement that a repeatable ran before is left out
 * as well. What dynamic SQL of a repeatable has created is dropped for a file that creates it, because on an empty
 * database it does not exist yet.
 */
export class LeftOut {
  readonly #known: KnownFiles;
  readonly #rehearsed: Rehearsed | undefined;
  readonly #parts = new Map<BundleFile, Part[]>();
  readonly #drops = new Map<BundleFile, readonly string[]>();

  /** @param rehearsed - `undefined` if there are no manual objects that pending files may affect */
  constructor(known: KnownFiles, rehearsed?: Rehearsed) {
    this.#known = known;
    this.#rehearsed = rehearsed;
  }

  /** Returns a copy that leaves nothing out yet, for files that run only to be rolled back. */
  afresh(rehearsed = this.#rehearsed): LeftOut {
    return new LeftOut(this.#known, rehearsed);
  }

  /** Handles a file's failure. Returns whether the file must run again, without the statement that failed. */
  takes({ fault: { file, index, sqlState = "", where } }: SqlFileError): boolean {
    if (index === undefined) return false;
    const statement = statementsOf(file).find(({ start, end }) => start <= index && index < end);
    if (statement === undefined || !(isThere.has(sqlState) || isSecondKey(sqlState, statement.node)))
      return false;
    const isDynamic = where !== undefined || setting.has(statement.kind);
    if (!isDynamic && ranBefore(file, statement, this.#known)) return this.#leaveOut(file, statement);
    const { base, live, repeatables } = this.#known;
    // What a repeatable creates with a plain statement, it also creates on an empty database, and fails there.
    const plain = repeatables.filter((other) => other !== file).flatMap((other) => statementsOf(other));
    const ofBlocks = Object.keys(base).filter(
      (identity) =>
        isMadeByRepeatables(identity, base[identity]) && !plain.some((one) => creates(one, identity)),
    );
    const own = isDynamic
      ? ofBlocks.filter((identity) => mentions(file, bareName(partsOfIdentity(identity).name)))
      : ofBlocks.filter((identity) => creates(statement, identity));
    if (this.#dropFor(file, own, live)) return true;
    if (this.#rehearsed === undefined || !succeeds(this.#rehearsed, file, index)) return false;
    const { created } = this.#rehearsed;
    const { live: manual } = this.#rehearsed;
    if (isDynamic) return this.#dropFor(file, namedBy(file, created), manual);
    const others = differingFrom(statement, this.#rehearsed);
    return this.#dropFor(file, others, manual) || this.#leaveOut(file, statement, created);
  }

  /** Adds to the failure of a block that the object in its way was created manually. */
  explained({ error, ...failure }: FileFailure): FileFailure {
    if (!(error instanceof SqlFileError)) return { error, ...failure };
    const { file, index = 0, sqlState = "", where } = error.fault;
    const isManual = this.#rehearsed !== undefined && succeeds(this.#rehearsed, file, index);
    if (!isManual || where === undefined || !isThere.has(sqlState)) return { error, ...failure };
    const hint = "It was created manually and contains data: create it in the block only if it is missing.";
    return { ...failure, error: new SqlFileError({ ...error.fault, hint }, { cause: error.cause }) };
  }

  /** Returns the text to send for a file. Parts that are left out are blank, and everything else keeps its position. */
  textOf(file: BundleFile, text: string, inserted?: Inserted): string {
    const places = inserted?.places ?? [];
    return (this.#parts.get(file) ?? []).reduce((rest, part) => {
      const characters = [...file.text.slice(0, part.start)].length;
      const before = places.filter(({ at }) => at <= characters);
      const start = before.reduce((sum, { length }) => sum + length, part.start);
      const length = part.end - part.start;
      return rest.slice(0, start) + part.instead.padEnd(length) + rest.slice(start + length);
    }, text);
  }

  /** Returns the statements that drop what is in the way of a file. */
  dropsBefore(file: BundleFile): readonly string[] {
    return this.#drops.get(file) ?? [];
  }

  #leaveOut(file: BundleFile, statement: Statement, created: readonly string[] = []): boolean {
    const parts = this.#parts.get(file) ?? [];
    if (parts.some(({ start, end }) => start === statement.start && end === statement.end)) return false;
    const own = partsToLeaveOut(file, statement, created);
    const isAgain = own.every((part) => parts.some(({ start }) => start === part.start));
    const whole = { start: statement.start, end: statement.end, instead: "select" };
    this.#parts.set(file, [...parts, ...(own.length === 0 || isAgain ? [whole] : own)]);
    return true;
  }

  /**
   * Marks those of the objects that hold no data to be dropped first. Returns whether any of them is not dropped yet.
   */
  #dropFor(file: BundleFile, identities: readonly string[], live: Catalog): boolean {
    const known = this.dropsBefore(file);
    const drops = identities
      .filter(holdsNoData)
      .sort((one, other) => dropOrder(one) - dropOrder(other))
      .flatMap((identity) => {
        const extra = { identity, kind: "extra" as const, live: live[identity] ?? {} };
        return undoOf(identity, [extra], {}, live).statements;
      })
      .filter((drop) => !known.includes(drop));
    if (drops.length === 0) return false;
    this.#drops.set(file, [...known, ...drops]);
    return true;
  }
}

/**
 * Returns whether a repeatable ran the statement before, and the file is the only one that has it now: of two, the
 * second one fails on an empty database.
 */
function ranBefore(file: BundleFile, statement: Statement, { history, repeatables }: KnownFiles): boolean {
  const text = comparableText(textOf(file, statement));
  if (![...history.files.values()].some(({ states }) => states.includes(text))) return false;
  const now = repeatables.flatMap((other) => statingStatements(other)).filter((one) => one.text === text);
  return now.length === (file.kind === "repeatable" ? 1 : 0);
}

function succeeds({ files, failed }: Rehearsed, { path }: BundleFile, index: number): boolean {
  return files.has(path) || (failed?.file.path === path && index < (failed.fault.index ?? 0));
}

/** Returns the objects that the file names; all of them if it names none. */
function namedBy(file: BundleFile, identities: readonly string[]): readonly string[] {
  const named = identities.filter((identity) => mentions(file, bareName(partsOfIdentity(identity).name)));
  return named.length > 0 ? named : identities;
}

/** Returns what the statement creates, if the manual object differs. */
function differingFrom({ node }: Statement, { created, live, expected }: Rehearsed): string[] {
  return created.filter(
    (identity) => declares(node, identity) && !isSameObject(live[identity], expected[identity]),
  );
}

/** Returns whether a statement creates the object, also as a command of an `alter table`. */
function creates({ node }: Statement, identity: string): boolean {
  if (!("AlterTableStmt" in node)) return declares(node, identity);
  return (node.AlterTableStmt.cmds ?? []).some((command) => adds(node.AlterTableStmt, command, identity));
}

function declares(node: Node, identity: string): boolean {
  const name = kindAndName(identity);
  return declarations(node).some((object) => kindAndName(identityAsWritten(object)) === name);
}

/** Returns the identity without argument types, which statements may write differently than the catalog. */
function kindAndName(identity: string): string {
  const { kind, parent = "", name } = partsOfIdentity(identity);
  return `${kind} ${parent} ${name.replace(/\(.*$/s, "")}`;
}

/** A table can have one primary key: the server reports this instead of an existing object. */
function isSecondKey(sqlState: string, node: Node): boolean {
  return sqlState === "42P16" && JSON.stringify(node).includes('"CONSTR_PRIMARY"');
}

/** Parts of tables and users of functions are dropped before these. */
const order = ["policy", "trigger", "rule", "publication table", "publication schema", "constraint", "index"];

function dropOrder(identity: string): number {
  const at = order.indexOf(partsOfIdentity(identity).kind);
  return at < 0 ? order.length : at;
}

/** Returns the commands of an `alter table` that add a manual object; none if there is only one command. */
function partsToLeaveOut(
  file: BundleFile,
  { node, start, end }: Statement,
  created: readonly string[],
): Part[] {
  if (!("AlterTableStmt" in node)) return [];
  const { AlterTableStmt: alter } = node;
  const { cmds = [] } = alter;
  if (cmds.length < 2) return [];
  const isOut = cmds.map((command) => created.some((identity) => adds(alter, command, identity)));
  return commandsWithout(file.text, { start, end }, isOut);
}

/** Returns whether a command of an `alter table` adds the column or constraint. */
function adds({ relation }: AlterTableStmt, command: Node, identity: string): boolean {
  const added = addedBy(command);
  const { kind, parent = "", name } = partsOfIdentity(identity);
  return (
    kind === added?.kind &&
    unquoted(name) === added.name &&
    unquoted(bareName(parent)) === (relation?.relname ?? "")
  );
}

function addedBy(command: Node): { readonly kind: string; readonly name: string } | undefined {
  if (!("AlterTableCmd" in command)) return undefined;
  const { subtype, def } = command.AlterTableCmd;
  if (def === undefined) return undefined;
  if (subtype === "AT_AddColumn" && "ColumnDef" in def)
    return { kind: "column", name: def.ColumnDef.colname ?? "" };
  if (subtype === "AT_AddConstraint" && "Constraint" in def)
    return { kind: "constraint", name: def.Constraint.conname ?? "" };
  return undefined;
}
