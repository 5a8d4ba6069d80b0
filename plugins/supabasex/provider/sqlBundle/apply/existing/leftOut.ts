import type { CreateExtensionStmt } from "libpg-query";
import { sqlStates } from "../../../../../../foundation/sqlStates";
import { type Catalog, isSameObject, partsOfIdentity } from "../../catalog";
import { isMadeByRepeatables } from "../../catalog/base";
import type { Inserted } from "../../locks/probes";
import { dropExtra } from "../../repair/dropExtra";
import { type Part, withoutConcurrently } from "../../source/commands";
import { SqlFileError } from "../../source/errors";
import type { BundleFile } from "../../source/files";
import { bareName, quote } from "../../source/identifiers";
import { mentions } from "../../source/mentions";
import { stepsOf } from "../../source/partitionSteps";
import { pathOf } from "../../source/searchPath";
import { type Statement, setting, statementsOf } from "../../source/statements";
import type { FileFailure } from "../request";
import { changesRows } from "../statements/changesRows";
import { dropsOfAbandoned } from "./abandoned";
import { droppedBefore } from "./droppedBefore";
import { type KnownFiles, namesMadeByRepeatable, ranBefore } from "./knownFiles";
import { creates, type DoneManually, declares, otherPrimaryKey, partsDone } from "./leftOutParts";
import { otherExtension } from "./manualExtensions";
import { isSamePlace, otherPlace, type Partitions } from "./manualPartitions";
import { existingRole, otherContent, type Placed } from "./otherContent";
import { isMissing, isThere, refusalOf } from "./refusals";

/**
 * Statements that change the catalog, so that a comparison shows whether their work is done. Of those that also change
 * rows or positions ({@link changesRows}), only other commands can be left out.
 */
const changesCatalog = /^(Alter|Comment|Drop|Grant|Rename)/;

/** The results of a rehearsal. */
export interface Rehearsed extends DoneManually {
  /** Paths of the files that succeed without the manual changes. */
  readonly files: ReadonlySet<string>;
  /** What fails without them, too: files before it succeed. */
  readonly failed: SqlFileError | undefined;
  /** The catalog with the manual changes. */
  readonly live: Catalog;
  /** The catalog after the files ran without them. */
  readonly expected: Catalog;
  /** Partitions of these files, with the manual changes and after the files ran without them. */
  readonly partitions: { readonly now: Partitions; readonly asked: Partitions };
}

/**
 * Decides what is left out of files because it already exists. The server refuses a plain `create` of an existing
 * object. If it is a manual object, and the rehearsal shows that the file succeeds without it, the statement is left
 * out of the file's text, as the server skips a statement with `if not exists`. Afterwards, the existing object is
 * compared with the rehearsal's result, and repaired or refused. The same applies to a statement that fails because its
 * work is done, such as a `drop` of what was dropped manually. What is in the way of a block, or cannot be altered to
 * what the file creates, is dropped first if that loses nothing. A statement that a repeatable ran before is left out
 * as well. What dynamic SQL of a repeatable has created is dropped for a file that creates it, because on an empty
 * database it does not exist yet.
 */
export class LeftOut {
  #known: KnownFiles;
  readonly #rehearsed: Rehearsed | undefined;
  readonly #undone: Catalog | undefined;
  readonly #parts = new Map<BundleFile, Part[]>();
  readonly #drops = new Map<BundleFile, readonly string[]>();
  readonly #takenOver = new Map<BundleFile, string[]>();
  /**
   * Identities of objects that were dropped manually and that files drop, if the rehearsal cannot recreate them, because
   * the catalog only has their name.
   */
  readonly gone = new Set<string>();

  /**
   * @param rehearsed - `undefined` if there are no manual objects that pending files may affect
   * @param undone - in a rehearsal, the catalog in which the manual changes are undone
   */
  constructor(known: KnownFiles, rehearsed?: Rehearsed, undone?: Catalog) {
    this.#known = known;
    this.#rehearsed = rehearsed;
    this.#undone = undone;
  }

  /** Returns a copy for a rehearsal. */
  inRehearsal(undone: Catalog): LeftOut {
    return new LeftOut(this.#known, undefined, undone);
  }

  /** Returns a copy that leaves nothing out yet, for files that run only to be rolled back. */
  afresh(rehearsed = this.#rehearsed): LeftOut {
    return new LeftOut(this.#known, rehearsed);
  }

  /** Continues with the repeatables, after migrations have run: their objects may have other names. */
  follow(now: Pick<KnownFiles, "history" | "base" | "live">): void {
    this.#known = { ...this.#known, ...now };
  }

  /** Handles a file's failure. Returns whether the file must run again, without the statement that failed. */
  takes({ issue: { file, index, sqlState = "", where } }: SqlFileError): boolean {
    if (index === undefined) return false;
    const statement = statementsOf(file).find(({ start, end }) => start <= index && index < end);
    if (statement === undefined) return false;
    const isDynamic = where !== undefined || setting.has(statement.kind);
    if (sqlState === sqlStates.duplicateObject && "CreateExtensionStmt" in statement.node)
      return this.#leaveOutExtension(file, statement, statement.node.CreateExtensionStmt);
    const refusal = refusalOf(sqlState, statement.node, isDynamic);
    if (refusal === undefined) return false;
    if (refusal === "missing") {
      if (isDynamic || !changesCatalog.test(statement.kind)) return false;
      if (file.kind === "migration" && namesMadeByRepeatable(file, statement, this.#known)) return false;
      return this.#leaveOutDone(file, statement) || this.#leaveOutGone(file, statement);
    }
    if (!isDynamic && ranBefore(file, statement, this.#known)) return this.#leaveOut(file, statement, []);
    const { base, live, repeatables } = this.#known;
    // What a repeatable creates with a plain statement, it also creates on an empty database, and fails there.
    const plain = repeatables.filter((other) => other !== file).flatMap((other) => statementsOf(other));
    const ofBlocks = Object.keys(base).filter(
      (identity) =>
        isMadeByRepeatables(identity, base[identity]) && !plain.some((one) => creates(one, identity)),
    );
    const own = isDynamic
      ? ofBlocks.filter((identity) => mentions(file, bareName(partsOfIdentity(identity).name)))
      : ofBlocks.filter((identity) => creates(statement, identity, pathOf(file, statement.node)));
    if (this.#dropFor(file, own, live)) return true;
    if (file.kind === "migration" && this.#dropAbandoned(file, statement)) return true;
    if (this.#rehearsed === undefined || !succeeds(this.#rehearsed, file, index)) return false;
    const { created } = this.#rehearsed;
    const { live: manual } = this.#rehearsed;
    if (isDynamic) return this.#dropFor(file, namedBy(file, created), manual);
    const placed = placedIn(file, statement);
    const others = [
      ...differingFrom(placed, this.#rehearsed),
      ...otherPrimaryKey(statement.node, this.#rehearsed),
    ];
    if (this.#dropFor(file, others, manual)) return true;
    if (refusal === "not replaceable" || this.#otherContent(file, statement) !== undefined) return false;
    return this.#leaveOutDone(file, statement);
  }

  /** Adds to the failure of a statement which manual change is in its way. */
  explained({ error, ...failure }: FileFailure): FileFailure {
    if (!(error instanceof SqlFileError)) return { error, ...failure };
    const hint = this.#hintOn(error.issue);
    if (hint === undefined) return { error, ...failure };
    return { ...failure, error: new SqlFileError({ ...error.issue, hint }, { cause: error.cause }) };
  }

  #hintOn({ file, index = 0, sqlState = "", where }: SqlFileError["issue"]): string | undefined {
    const statement = statementsOf(file).find(({ start, end }) => start <= index && index < end);
    if (statement !== undefined && "CreateExtensionStmt" in statement.node)
      return this.#otherExtension(statement.node.CreateExtensionStmt);
    if (
      sqlState === sqlStates.duplicateObject &&
      statement !== undefined &&
      "CreateRoleStmt" in statement.node
    )
      return this.#otherContent(file, statement) ?? existingRole;
    if (this.#rehearsed === undefined || !succeeds(this.#rehearsed, file, index)) return undefined;
    const { partitions } = this.#rehearsed;
    const steps = statement === undefined ? [] : stepsOf(statement.node, file.text);
    for (const { child } of steps) {
      const [now, asked] = [partitions.now.get(child), partitions.asked.get(child)];
      if (now !== undefined && asked && !isSamePlace(now, asked)) return otherPlace(child, now, asked);
    }
    if (sqlState === sqlStates.dependentObjectsStillExist && this.dropsBefore(file).length > 0)
      return createdOtherwise;
    const isPlain = statement !== undefined && isThere.has(sqlState) && where === undefined;
    const other = isPlain ? this.#otherContent(file, statement) : undefined;
    if (other !== undefined) return other;
    if (isThere.has(sqlState)) return where === undefined ? undefined : createdManually;
    return where === undefined && isMissing.has(sqlState) ? droppedManually : undefined;
  }

  #otherContent(file: BundleFile, statement: Statement): string | undefined {
    if (this.#rehearsed === undefined) return undefined;
    const { rolesElsewhere } = this.#known;
    return otherContent(placedIn(file, statement), { ...this.#rehearsed, rolesElsewhere });
  }

  /** Returns the text to send for a file. Parts that are left out are blank, and everything else keeps its position. */
  textOf(file: BundleFile, text: string, inserted?: Inserted): string {
    const places = inserted?.places ?? [];
    const own = this.runsInside(file) ? withoutConcurrently(file.text) : [];
    return [...own, ...(this.#parts.get(file) ?? [])].reduce((rest, part) => {
      const characters = [...file.text.slice(0, part.start)].length;
      const before = places.filter(({ at }) => at <= characters);
      const start = before.reduce((sum, { length }) => sum + length, part.start);
      const length = part.end - part.start;
      return rest.slice(0, start) + part.instead.padEnd(length) + rest.slice(start + length);
    }, text);
  }

  /** Returns whether a file that must run outside of a transaction runs inside, because its work seems to be done. */
  runsInside(file: BundleFile): boolean {
    return this.#known.inside.has(file);
  }

  /** Returns the identities of what exists already and belongs to the bundle from now on, because the file creates it. */
  takenOverBy(file: BundleFile): readonly string[] {
    return this.#takenOver.get(file) ?? [];
  }

  /** Returns the statements that drop what is in the way of a file. */
  dropsBefore(file: BundleFile): readonly string[] {
    return this.#drops.get(file) ?? [];
  }

  /** Leaves out what is done already of a statement with which the rehearsal succeeds. */
  #leaveOutDone(file: BundleFile, statement: Statement): boolean {
    if (this.#rehearsed === undefined || !succeeds(this.#rehearsed, file, statement.start)) return false;
    const { now, asked } = this.#rehearsed.partitions;
    const isElsewhere = stepsOf(statement.node, file.text).some(
      ({ does, child }) => does !== "drop" && !isSamePlace(now.get(child), asked.get(child)),
    );
    if (isElsewhere) return false;
    const done = partsDone(file, statement, this.#rehearsed);
    if (done === undefined) return false;
    return !(this.#isOut(file, done) && changesRows(statement.node)) && this.#leaveOut(file, statement, done);
  }

  /** Leaves out a `drop` of what a rehearsal could not recreate. */
  #leaveOutGone(file: BundleFile, statement: Statement): boolean {
    const { expected } = this.#known;
    const gone =
      this.#undone === undefined ? [] : droppedBefore(file, statement, { expected, live: this.#undone });
    for (const identity of gone) this.gone.add(identity);
    return gone.length > 0 && this.#leaveOut(file, statement, []);
  }

  /**
   * Leaves out the statement that creates an extension which was enabled manually as the statement asks for. No rehearsal
   * drops an extension to create it again, because that would drop its data.
   */
  #leaveOutExtension(file: BundleFile, statement: Statement, node: CreateExtensionStmt): boolean {
    if (!this.#known.extensions.has(node) || this.#otherExtension(node) !== undefined) return false;
    if (!this.#leaveOut(file, statement, [])) return false;
    this.#takenOver.set(file, [...this.takenOverBy(file), `extension ${quote(node.extname)}`]);
    return true;
  }

  #otherExtension(node: CreateExtensionStmt): string | undefined {
    const found = this.#known.extensions.get(node);
    return found === undefined ? undefined : otherExtension(node, found);
  }

  /** @param own - the parts to leave out; none for the whole statement */
  #leaveOut(file: BundleFile, statement: Statement, own: readonly Part[]): boolean {
    const parts = this.#parts.get(file) ?? [];
    if (parts.some(({ start, end }) => start === statement.start && end === statement.end)) return false;
    const whole = { start: statement.start, end: statement.end, instead: "select" };
    this.#parts.set(file, [...parts, ...(this.#isOut(file, own) ? [whole] : own)]);
    return true;
  }

  /** Returns whether all of the parts are left out already. */
  #isOut(file: BundleFile, own: readonly Part[]): boolean {
    const parts = this.#parts.get(file) ?? [];
    return own.every((part) => parts.some(({ start }) => start === part.start));
  }

  /**
   * Marks those of the objects that hold no data to be dropped first. Returns whether any of them is not dropped yet.
   */
  #dropFor(file: BundleFile, identities: readonly string[], live: Catalog): boolean {
    const drops = [...identities]
      .sort((one, other) => dropOrder(one) - dropOrder(other))
      .flatMap((identity) => dropExtra(identity, {}, live).statements);
    return this.#dropFirst(file, drops);
  }

  /** Drops first what a repeatable created and no file creates any more, if the statement needs its name. */
  #dropAbandoned(file: BundleFile, { node }: Statement): boolean {
    return this.#dropFirst(file, dropsOfAbandoned(node, pathOf(file, node), this.#known));
  }

  /** Adds statements that run before the file. Returns whether one of them is new. */
  #dropFirst(file: BundleFile, statements: readonly string[]): boolean {
    const known = this.dropsBefore(file);
    const drops = statements.filter((drop) => !known.includes(drop));
    if (drops.length === 0) return false;
    this.#drops.set(file, [...known, ...drops]);
    return true;
  }
}

const createdManually =
  "It was created manually and contains data: create it in the block only if it is missing.";
const createdOtherwise =
  "It was created manually with another definition than this file's: change or drop it together with what depends on it.";
const droppedManually =
  "It was dropped, renamed or changed manually: undo the change, or write the statement so that it succeeds either way.";

function succeeds({ files, failed }: Rehearsed, { path }: BundleFile, index: number): boolean {
  return files.has(path) || (failed?.file.path === path && index < (failed.issue.index ?? 0));
}

/** Returns the objects that the file names; all of them if it names none. */
function namedBy(file: BundleFile, identities: readonly string[]): readonly string[] {
  const named = identities.filter((identity) => mentions(file, bareName(partsOfIdentity(identity).name)));
  return named.length > 0 ? named : identities;
}

function placedIn(file: BundleFile, { node }: Statement): Placed {
  return { node, path: pathOf(file, node) };
}

/** Returns what the statement creates, if the manual object differs. */
function differingFrom({ node, path }: Placed, { created, live, expected }: Rehearsed): string[] {
  return created.filter(
    (identity) => declares(node, identity, path) && !isSameObject(live[identity], expected[identity]),
  );
}

/** Parts of tables and users of functions are dropped before these. */
const order = ["policy", "trigger", "rule", "publication table", "publication schema", "constraint", "index"];

function dropOrder(identity: string): number {
  const at = order.indexOf(partsOfIdentity(identity).kind);
  return at < 0 ? order.length : at;
}
