import { UserError } from "../../../../../../foundation/userError";
import {
  byIdentity,
  type Catalog,
  type CatalogDifference,
  diffCatalogs,
  partsOfIdentity,
} from "../../catalog";
import type { BaseFacts } from "../../catalog/base";
import { relationOf } from "../../catalog/scope";
import { runRepairs } from "../../repair/restore";
import { undoOf, withoutHiddenLabels } from "../../repair/undo";
import { isCausedByOthers } from "../../session/retry";
import type { Session } from "../../session/session";
import { SqlFileError } from "../../source/errors";
import type { BundleFile } from "../../source/files";
import { bareName } from "../../source/identifiers";
import { actsOnUnnamedObjects, mayReachDependents, mentions } from "../../source/mentions";
import { dependsOnDefaults } from "../access/defaultPrivileges";
import { attributesDone } from "../existing/attributesDone";
import { createdBeside, ofOtherBundles } from "../existing/createdBeside";
import type { LeftOut } from "../existing/leftOut";
import {
  type ManualPartitions,
  manualPartitions,
  noPartitions,
  readPartitions,
} from "../existing/manualPartitions";
import { mayStateIfMissing, statedIfMissing } from "../existing/statedIfMissing";
import { driftedFiles, makersOf } from "../plan/makers";
import { planRepeatables } from "../plan/planRepeatables";
import { type FileFailure, silent } from "../request";
import { expectationAfter } from "../run/expected";
import { outsideError } from "../run/outsideError";
import { rolledBack } from "../run/rolledBack";
import { type FilesRun, type KnownEffects, readWithHistory, runFiles } from "../run/runFiles";
import type { Start } from "../run/start";
import { withFormerNames } from "./formerNames";
import { largerTables, lockedTable, UndoneTablesTooLarge } from "./undoneTables";

/** What is recorded after files ran. */
export interface Outcome {
  /** What the bundle creates. */
  readonly expected: Catalog;
  /** What repeatables alter, in its state without them. */
  readonly base: BaseFacts;
}

export interface Rehearsal {
  /** The catalog without the manual changes after the pending files ran, up to the one that failed. */
  readonly outcome?: Outcome;
  /** Manual objects that the files create. */
  readonly leftOut?: LeftOut;
  /** Manual objects that files create, and that count as foreign until then: identities. */
  readonly beside?: readonly string[];
  /** For the run of the files with the manual changes. */
  readonly effects?: KnownEffects;
  /** As of {@link FilesRun}. */
  readonly contradiction?: UserError;
  /** Why the files fail on a database without the manual changes, and which one. */
  readonly failure?: FileFailure & { readonly error: UserError };
  /** Why the next migration, which runs outside of the transaction, fails there. */
  readonly outside?: UserError;
}

/**
 * Finds what the pending files state if manual changes hide it. A statement that sets what a manual change has already
 * set changes nothing, so a comparison of the catalog would not attribute the result to the bundle, and the next repair
 * would undo it. The rehearsal therefore undoes the manual changes that the files may affect, runs the files, reads the
 * catalog, and rolls everything back. So it covers loops, `do` blocks and conditions as well as plain statements.
 * Returns `undefined` if the files and the manual changes are unrelated.
 */
export async function rehearse(start: Start): Promise<Rehearsal | undefined> {
  const files = statingFiles(start);
  if (files.length === 0) return undefined;
  const { session, expected } = start;
  const isRelevant = relevanceTo(files);
  const isManual = (identity: string) =>
    expected[identity] === undefined && start.reading.catalog[identity] !== undefined;
  const last = files.findLast(mayStateIfMissing);
  if (last !== undefined) await start.request.inspection.pass(last);
  const stated = statedIfMissing(files).filter(isManual);
  // Before the first deployment, all objects are foreign.
  const isFirst = Object.keys(expected).length === 0;
  const beside = isFirst ? [] : await manualBeside(start, files);
  // What was dropped manually with such an object is dropped again with it.
  const isSweeping = files.some(mayReachDependents);
  const relevant = (live: Catalog): CatalogDifference[] => [
    ...diffCatalogs(expected, live).filter(
      ({ identity, kind }) => (isSweeping && kind === "missing") || isRelevant(identity, live),
    ),
    ...[...stated, ...beside, ...inSchemas(beside, live)]
      .filter((identity) => live[identity] !== undefined)
      .map((identity): CatalogDifference => ({ identity, kind: "extra", live: live[identity] })),
  ];
  if (!start.request.commit) await refuseLargeTables(start, files, beside);
  const partitions = isFirst ? noPartitions : await manualPartitions(start, files);
  if (relevant(start.reading.catalog).length === 0 && partitions.groups.length === 0) return undefined;
  return await rolledBack(start, "rehearsal", async () => {
    try {
      const reading = await withFormerNames(start, isRelevant);
      const before = await undo({ ...start, reading }, relevant, partitions);
      const kept = stated.filter((identity) => before.catalog[identity] !== undefined);
      const request = { ...start.request, report: silent };
      const leftOut = start.leftOut.inRehearsal(before.catalog);
      const run = await runFiles({ ...start, reading: before, request, locks: undefined, leftOut });
      const all = expectationOf(start, before, run, { kept: withParts(kept, run.after.catalog) });
      const expected = Object.fromEntries(Object.entries(all).filter(([name]) => !leftOut.gone.has(name)));
      const { base, defaults, contradiction, failure, next } = run;
      const error = failure?.error;
      const outside =
        next === undefined
          ? undefined
          : await outsideError(session, next, { expected: start.expected, inTransaction: true });
      return {
        outcome: { expected, base },
        beside: [...beside, ...inSchemas(beside, start.reading.catalog)].filter(isManual),
        leftOut: leftOutOf(start, { before, run, expected }, await afterwards(session, partitions)),
        effects: { renamed: renamedBy(run), ...(failure === undefined ? { defaults } : {}) },
        ...(contradiction === undefined ? {} : { contradiction }),
        ...(error instanceof UserError ? { failure: { ...failure, error } } : {}),
        ...(outside === undefined ? {} : { outside }),
      };
    } catch (error) {
      const cause = error instanceof Error ? error.cause : undefined;
      if (!(error instanceof UserError) || isCausedByOthers(cause)) throw error;
      return { failure: { error } };
    }
  });
}

/**
 * Returns the manual objects that files create, including those that count as foreign until then. What migrations created
 * that ran or were adopted before is not manual, even if it is not expected.
 */
async function manualBeside(
  { session, request, plan, expected, reading }: Start,
  files: readonly BundleFile[],
) {
  const unexpected = Object.keys(reading.catalog).filter((identity) => expected[identity] === undefined);
  const created = createdBeside(files, unexpected);
  if (created.length === 0) return [];
  const pending = new Set(plan.pending);
  const former = request.bundle.migrations.filter((file) => !pending.has(file));
  const others = new Set([
    ...createdBeside(former, created),
    ...(await ofOtherBundles(session, request.inputs.name, created)),
  ]);
  return created.filter((identity) => !others.has(identity));
}

/** Refuses files of a dry run whose manual objects, when they are undone, lock a large table of others against reads. */
async function refuseLargeTables(
  { session, request, reading }: Start,
  files: readonly BundleFile[],
  beside: readonly string[],
): Promise<void> {
  const { catalog } = reading;
  const maxMegabytes = request.inputs.limits.dryRunMaxTableMegabytes;
  const tablesOf = (identities: readonly string[]) =>
    [...identities, ...inSchemas(identities, catalog)].flatMap((one) => lockedTable(one, catalog) ?? []);
  const large = await largerTables(session, tablesOf(beside), maxMegabytes);
  if (large.size === 0) return;
  const found = files.flatMap((file) => {
    const table = tablesOf(createdBeside([file], beside)).find((name) => large.has(name));
    if (table === undefined) return [];
    const why = `it would block reads of ${table} (${Math.round(large.get(table) ?? 0)} MB) until the rollback; sql.dryRunMaxTableMegabytes is ${maxMegabytes}`;
    return [{ file, why }];
  });
  if (found.length > 0) throw new UndoneTablesTooLarge(found);
}

/** Returns what migrations renamed without the manual changes. */
function renamedBy({ ran, renames }: FilesRun) {
  return { renames, paths: ran.flatMap(({ kind, path }) => (kind === "migration" ? [path] : [])) };
}

/** Returns the contents of those of the objects that are schemas. */
function inSchemas(identities: readonly string[], live: Catalog): string[] {
  const schemas = new Set(identities.filter((identity) => identity.startsWith("schema ")));
  if (schemas.size === 0) return [];
  return Object.keys(live).filter((identity) => {
    const { kind, schema } = partsOfIdentity(identity);
    return kind !== "schema" && schemas.has(`schema ${schema}`);
  });
}

/** The number of passes: missing parts of a recreated table are only detected when the table exists. */
const rounds = 4;

async function undo(
  start: Start,
  relevant: (live: Catalog) => CatalogDifference[],
  { groups: ofPartitions }: ManualPartitions,
) {
  const { session, expected, request } = start;
  let { reading } = start;
  if (ofPartitions.length > 0) {
    await runRepairs(session, ofPartitions);
    ({ reading } = await readWithHistory(session, request.inputs.name));
  }
  const differenceOf = ({ identity, property = "" }: CatalogDifference) => `${identity} ${property}`;
  const known = new Set(diffCatalogs(expected, reading.catalog).map(differenceOf));
  // A manual object may depend on something that is undone, so it is undone as well.
  let isWithExtra = false;
  for (let round = 0; round < rounds; round++) {
    const { catalog } = reading;
    const extra: CatalogDifference[] = isWithExtra
      ? diffCatalogs(expected, catalog).filter(({ kind }) => kind === "extra")
      : [];
    // What was dropped with something that is undone.
    const broken = diffCatalogs(expected, catalog).filter(
      (difference) => difference.kind !== "extra" && !known.has(differenceOf(difference)),
    );
    const named = byIdentity(relevant(catalog));
    const groups = [...new Map([...byIdentity(extra), ...byIdentity(broken), ...named])]
      .map(([identity, differences]) => undoOf(identity, differences, expected, { live: catalog }))
      .filter(({ statements }) => statements.length > 0);
    if (groups.length === 0) break;
    const failed = await runRepairs(session, groups);
    if (failed.length === groups.length && isWithExtra) break;
    isWithExtra = failed.length > 0;
    ({ reading } = await readWithHistory(session, request.inputs.name));
  }
  return reading;
}

async function afterwards(session: Session, { names, now }: ManualPartitions) {
  return { names, partitions: { now, asked: await readPartitions(session, names) } };
}

interface Rehearsing {
  readonly before: Start["reading"];
  readonly run: FilesRun;
  readonly expected: Catalog;
}

/** Returns what was undone and files do: those statements would find it done already. */
function leftOutOf(
  { expected: former, reading, leftOut }: Start,
  { before, run, expected }: Rehearsing,
  { names, partitions }: Awaited<ReturnType<typeof afterwards>>,
) {
  const created = Object.keys(reading.catalog).filter(
    (identity) =>
      former[identity] === undefined &&
      before.catalog[identity] === undefined &&
      expected[identity] !== undefined,
  );
  const { now, asked } = partitions;
  const attributes = attributesDone({ former, live: reading.catalog, expected });
  const dropped = [
    ...Object.keys(former).filter(
      (identity) => reading.catalog[identity] === undefined && expected[identity] === undefined,
    ),
    ...attributes.dropped,
    ...names.filter((name) => !now.has(name) && !asked.has(name)).map((name) => `table ${name}`),
  ];
  const files = new Set(run.ran.map(({ path }) => path));
  const error = run.failure?.error;
  const failed = error instanceof SqlFileError ? error : undefined;
  return leftOut.afresh({
    files,
    failed,
    created: [...created, ...attributes.created],
    dropped,
    live: reading.catalog,
    expected,
    partitions,
  });
}

function expectationOf(
  start: Start,
  before: Start["reading"],
  run: FilesRun,
  { kept }: { readonly kept: readonly string[] },
): Catalog {
  const declared = new Set([...run.declared, ...kept]);
  return withoutHiddenLabels(expectationAfter(start.expected, before, run.after, { ...run, declared }));
}

/** Returns the objects, with the columns and constraints of those that are tables. */
function withParts(identities: readonly string[], live: Catalog): string[] {
  const tables = new Set(identities.map((identity) => partsOfIdentity(identity).name));
  const parts = Object.keys(live).filter((identity) => {
    const { kind, parent } = partsOfIdentity(identity);
    return (kind === "column" || kind === "constraint") && parent !== undefined && tables.has(parent);
  });
  return [...identities, ...parts];
}

/** Returns the files that state something that the expectation does not have yet. */
function statingFiles({ plan, history, request, skip, expected, reading }: Start): BundleFile[] {
  const { repeatables } = request.bundle;
  // What a file creates again gets the grants of the current default privileges.
  const isBornHere = diffCatalogs(expected, reading.catalog).some(
    ({ identity }) => partsOfIdentity(identity).kind === "default privileges",
  );
  const drifted = isBornHere
    ? driftedFiles(expected, reading.catalog, makersOf(history, repeatables))
    : new Map<string, string>();
  const { run } = planRepeatables(repeatables, history.files, { drifted });
  return [...plan.pending, ...run.map(({ file }) => file)].filter(({ path }) => !skip.has(path));
}

/**
 * Returns whether one of the files may affect an object: it names the object or its table, or does not name what it
 * acts on.
 */
export function relevanceTo(files: readonly BundleFile[]): (identity: string, live: Catalog) => boolean {
  let anything: boolean | undefined;
  return (identity, live) => {
    const { kind, parent, name: own } = partsOfIdentity(identity);
    if (kind === "applied file" || kind === "server") return false;
    anything ??= files.some(actsOnUnnamedObjects);
    if (anything) return true;
    // They determine the grants of a new object.
    if (kind === "default privileges") return files.some(dependsOnDefaults);
    // To a file, the index, the statistics and the sequence of a column are parts of the table.
    const names = [own, parent, relationOf(live[identity] ?? {})].flatMap((name) =>
      name === undefined ? [] : [bareName(name)],
    );
    return files.some((file) => names.some((name) => mentions(file, name)));
  };
}
