import type { ClientBase, QueryResult } from "pg";
import { acceptedBy } from "../source/accepted";
import { placeOf } from "../source/errors";
import type { BundleFile, Migration } from "../source/files";
import { titleOf } from "../source/relationTitle";
import { type Statement, statementsOf, textOf } from "../source/statements";
import { tablesWithOptionalColumns } from "./alterTable";
import { type Effect, effectsBetween, foreseenEffects, type Hazard, hazardsOf, isNotable } from "./effects";
import { type Foreseen, isCertain } from "./foreseen";
import { type ProbeQueries, plainProbeQueries, probeQueries } from "./probeQueries";
import { type ProbedText, probedText } from "./probes";
import { type Relation, type Relations, readColumns, readRelations, readSizes, type Size } from "./relations";
import { noteNames } from "./renames";
import { type Snapshot, SnapshotReader } from "./snapshot";
import { foresee } from "./statement";

/** The effect of one statement of a migration on existing relations. */
export interface StatementLocks {
  readonly file: BundleFile;
  /** Line of the statement in its file, from 1. */
  readonly line: number;
  /** The statement on one line, truncated if long. */
  readonly statement: string;
  /** Whether it ran; otherwise this is what its text shows. */
  readonly isObserved: boolean;
  readonly effects: readonly (Effect & { readonly size: Size })[];
  /** Seconds from the statement to the end of the transaction; `undefined` if it did not run. */
  readonly heldSeconds?: number;
  readonly hazards: readonly FoundHazard[];
}

export interface FoundHazard extends Hazard {
  /** Why the file accepts it. */
  readonly accepted?: string;
  /** Whether the statement may not need it: only running it shows. */
  readonly isUncertain: boolean;
}

/** In a project without a deployment, the platform's own tables are smaller. */
const inUseFromBytes = 10_000_000;

/** A file that a dry run leaves out, because it would block readers of a large table. */
export interface TooLarge {
  readonly file: Migration;
  readonly why: string;
}

/** Watches what pending migrations lock, in the transaction that runs them. */
export class LockWatch {
  readonly #relations: Relations;
  readonly #sizes: ReadonlyMap<number, Size>;
  readonly #texts = new Map<BundleFile, ProbedText | undefined>();
  readonly #snapshots = new Map<BundleFile, readonly Snapshot[]>();
  readonly #reader = new SnapshotReader();

  readonly #queries: ProbeQueries;
  #isPrepared = false;

  private constructor(
    relations: Relations,
    { sizes, queries }: { readonly sizes: ReadonlyMap<number, Size>; readonly queries: ProbeQueries },
  ) {
    this.#relations = relations;
    this.#sizes = sizes;
    this.#queries = queries;
  }

  /**
   * Reads the existing relations and their sizes. Call it before the files run.
   *
   * @param isFirst - whether nothing was deployed before: then only large relations are in use
   */
  static async begin(client: ClientBase, files: readonly BundleFile[], isFirst = false): Promise<LockWatch> {
    const relations = await readRelations(client, isFirst ? inUseFromBytes : 0);
    const statements = files.flatMap((file) => statementsOf(file));
    for (const { node } of statements) noteNames(node, relations);
    const tables = statements.flatMap(({ node }) => tablesWithOptionalColumns(node, relations));
    await readColumns(client, relations, [...new Set(tables)]);
    const mentioned = new Set(files.flatMap((file) => relations.mentionedIn(file.text)));
    const queries = files.some(({ text }) => /deallocate|discard/i.test(text))
      ? plainProbeQueries(relations.newest)
      : probeQueries(relations.newest);
    return new LockWatch(relations, { sizes: await readSizes(client, [...mentioned]), queries });
  }

  /** Returns the text to send for a file; `undefined` if nothing in it has to be watched. */
  textOf(file: BundleFile): ProbedText | undefined {
    if (!this.#texts.has(file)) this.#texts.set(file, probedText(file, this.#relations, this.#queries));
    return this.#texts.get(file);
  }

  /** Reads everything. Call it before the first file runs, and after a rollback. */
  async look(client: ClientBase): Promise<void> {
    const { prepare, whole } = this.#queries;
    if (!this.#isPrepared && prepare !== undefined) await client.query(prepare);
    this.#isPrepared = true;
    this.#reader.read([await client.query(whole)]);
  }

  /** Returns a query for the locks of what runs between the files. */
  get probe(): string {
    return this.#queries.locks;
  }

  /** Processes the results of a file that has run, in execution order. If a file runs again, the last time counts. */
  record(file: BundleFile, results: readonly QueryResult[]): void {
    const snapshots = this.#reader.read(results);
    // The message may begin with probes that do not belong to the file's text.
    this.#snapshots.set(file, snapshots.slice(-(this.textOf(file)?.after.length ?? 0)));
  }

  /** Returns the effects of the statements that ran, if they matter to others. */
  async finish(client: ClientBase): Promise<StatementLocks[]> {
    if (this.#isPrepared && this.#queries.deallocate !== undefined)
      await client.query(this.#queries.deallocate);
    this.#isPrepared = false;
    if (this.#snapshots.size === 0) return [];
    const { rows } = await client.query<{ now: string }>(
      "select extract(epoch from clock_timestamp()) as now",
    );
    const now = Number(rows[0]?.now);
    return [...this.#snapshots].flatMap(([file, snapshots]) => {
      const statements = statementsOf(file);
      return snapshots.slice(1).flatMap((snapshot, at) => {
        const before = snapshots[at];
        const statement = statements[this.textOf(file)?.after[at + 1] ?? -1];
        if (before === undefined || statement === undefined) return [];
        const foreseen = foresee(statement.node, this.#relations);
        const between = { before, after: snapshot, empties: foreseen.empties === true };
        const effects = effectsBetween(between, this.#relations);
        const heldSeconds = Math.max(0, now - before.time);
        return this.#report({ file, statement }, foreseen, { effects, heldSeconds });
      });
    });
  }

  /** Returns the expected effects of a file's text. */
  expected(file: BundleFile): StatementLocks[] {
    return statementsOf(file).flatMap((statement) => {
      const foreseen = foresee(statement.node, this.#relations);
      return this.#report({ file, statement }, foreseen, {
        effects: foreseenEffects(foreseen, this.#relations),
      });
    });
  }

  /** Returns the files that would take ACCESS EXCLUSIVE on a table larger than this number of megabytes. */
  tooLarge(files: readonly Migration[], megabytes: number): TooLarge[] {
    return files.flatMap((file) => {
      for (const { node } of statementsOf(file)) {
        for (const { relation, lock } of foreseenEffects(foresee(node, this.#relations), this.#relations)) {
          const size = this.#sizeOf(relation).bytes / 1_000_000;
          if (lock !== "ACCESS EXCLUSIVE" || size <= megabytes) continue;
          const why = `it would block reads of ${titleOf(relation)} (${Math.round(size)} MB) until the rollback; sql.dryRunMaxTableMegabytes is ${megabytes}`;
          return [{ file, why }];
        }
      }
      return [];
    });
  }

  #report(
    { file, statement }: { readonly file: BundleFile; readonly statement: Statement },
    foreseen: Foreseen,
    { effects, heldSeconds }: { readonly effects: readonly Effect[]; readonly heldSeconds?: number },
  ): StatementLocks[] {
    const isObserved = heldSeconds !== undefined;
    const hazards = hazardsOf(foreseen, effects, { relations: this.#relations, isObserved });
    const notable = effects.filter(isNotable);
    if (notable.length === 0 && hazards.length === 0) return [];
    const accepted = acceptedBy(file);
    return [
      {
        file,
        line: placeOf(file.text, statement.start).line,
        statement: oneLine(textOf(file, statement)),
        isObserved,
        effects: notable.map((effect) => ({ ...effect, size: this.#sizeOf(effect.relation) })),
        ...(isObserved ? { heldSeconds } : {}),
        hazards: hazards.map(({ name, relation }) => {
          const reason = accepted.find(
            (one) => one.hazard === name && one.relation === titleOf(relation),
          )?.reason;
          const isUncertain = !isObserved && !isCertain(foreseen, name);
          return { name, relation, isUncertain, ...(reason === undefined ? {} : { accepted: reason }) };
        }),
      },
    ];
  }

  #sizeOf(relation: Relation): Size {
    return this.#sizes.get(relation.oid) ?? relation;
  }
}

/** A longer statement is truncated. */
const maxShown = 100;

function oneLine(text: string): string {
  const line = text
    .replaceAll(/--[^\n]*/g, " ")
    .replaceAll(/\s+/g, " ")
    .trim();
  return line.length > maxShown ? `${line.slice(0, maxShown - 1)}…` : line;
}
