import type { UserError } from "../../../../../foundation/userError";
import { type Addresses, type Catalog, type CatalogDifference, isSameObject, managedPart } from "../catalog";
import { recordAddresses } from "../history/addresses";
import { hasBegun } from "../history/begun";
import type { History } from "../history/history";
import { recordExpectation } from "../history/record";
import { LockWatch, type StatementLocks, type TooLarge } from "../locks/watch";
import type { Comparison } from "../repair/compare";
import { type Losses, type Repaired, refuseUnrepaired, repairRest, unrepaired } from "../repair/drift";
import { type RepairGroup, runRepairs } from "../repair/restore";
import type { Session } from "../session/session";
import type { Migration } from "../source/files";
import { type Access, accessAfter } from "./access";
import { borrowedByMigrations } from "./borrowed";
import { actsOfEventTriggers } from "./eventTriggers";
import { expectationAfter } from "./expected";
import { fileLinks } from "./fileLinks";
import { isUntouched, manualChanges, readState, repairFirst, takenOverBetween } from "./found";
import { knownFiles } from "./knownFiles";
import { LeftOut } from "./leftOut";
import { leftovers, refuseKept, refuseLeftovers } from "./leftovers";
import { nameOf } from "./orphans";
import { outsideError } from "./outsideError";
import { isFirstDeployment, planMigrations } from "./plan";
import { type Outcome, type Rehearsal, rehearse } from "./rehearsal";
import type { ApplyRequest, FileFailure, RanFile } from "./request";
import { type FilesRun, readWithHistory, runFiles } from "./runFiles";
import type { SequenceGuard } from "./sequenceGuard";
import { pendingOf, type Start } from "./start";
import {
  comesFirst,
  mayStayBehind,
  needsEarlierCommit,
  refuseWhatWorksOnlyHere,
  stoppedAlike,
} from "./stopped";

/** What a transaction did, whether it will be committed or not. */
export interface TransactionResult {
  readonly ran: readonly RanFile[];
  /** Paths of migrations that were recorded without running. */
  readonly adopted: readonly string[];
  /** Paths of repeatables that are not in the bundle any more. */
  readonly removed: readonly string[];
  /** Objects that no file creates any more. */
  readonly dropped: readonly string[];
  /** Identities of what was dropped because it does not exist after the files ran without the manual changes. */
  readonly leftoversDropped: readonly string[];
  /** What was reverted because no file states it any more, one line per object with its properties. */
  readonly takenBack: readonly string[];
  /** Objects with new grants because a migration changed default privileges, one line per object. */
  readonly regranted: readonly string[];
  /** Identities that were repaired without running a file. */
  readonly repaired: readonly string[];
  /** Data that manual changes lost and that the repair does not restore. */
  readonly losses: Losses;
  /** Identities of manual changes that a file states now, so they belong to the bundle. */
  readonly takenOver: readonly string[];
  /** Identities of manual changes that are gone because files replaced or dropped their object. */
  readonly undone: readonly string[];
  /** Identities that a rebuild dropped and recreated although no file creates them. */
  readonly recreatedForeign: readonly string[];
  /** Differences that stay, because nothing may or can repair them. */
  readonly remaining: readonly CatalogDifference[];
  readonly before: Catalog;
  readonly after: Catalog;
  /** Where objects were before and are after. */
  readonly addresses: { readonly before: Addresses; readonly after: Addresses };
  readonly expected: Catalog;
  readonly live: Catalog;
  readonly history: History;
  /** The access outside of the bundle; absent if only the bundle is watched. */
  readonly access?: Access;
  /** What the migrations locked, and what those that a dry run left out would lock. */
  readonly locks: readonly StatementLocks[];
  /** The next migration, which must run outside of a transaction; the rest follows it. */
  readonly next?: Migration;
  /** Whether migrations remain for another transaction. */
  readonly more: boolean;
  /** What stopped the files. */
  readonly failure?: FileFailure;
  /** Whether migrations ran whose work may be committed although a later one failed. */
  readonly progressed: boolean;
}

/** A dry run would block readers of large tables, so it must leave files out. None of them has run. */
export class TablesTooLarge extends Error {
  constructor(readonly files: readonly TooLarge[]) {
    super("a dry run would lock large tables");
  }
}

/** The files of a transaction, and what guards the sequences that they set. */
export interface Selection {
  readonly sequences: SequenceGuard;
  /** The number of migrations that may share the transaction. */
  readonly filesAtOnce: number;
  /** Paths of files that a dry run leaves out. */
  readonly skip: ReadonlySet<string>;
}

/**
 * Runs everything between `begin` and `commit`: read, plan, repair, rehearse, run the files, compute the expectation,
 * repair the rest, record. The caller has begun and will end the transaction.
 */
export async function runTransaction(
  session: Session,
  request: ApplyRequest,
  selection: Selection,
): Promise<TransactionResult> {
  const found = await readState(session, request);
  // Only on an empty database does nothing depend on the files' content.
  if (isUntouched(found)) linkAhead(request);
  else await request.inspection.whole;
  const plan = planMigrations(request.bundle.migrations, found.history, request.inputs);
  const allowed = request.inspection.allow(plan.pending);
  if (!isUntouched(found)) await allowed;
  const first = await repairFirst(session, request, found, { plan });
  const isFirst = isFirstDeployment(found.history, plan);
  const locks = await watchLocks(session, request, { plan, ...selection, isFirst });
  const leftOut = plan.pending.filter((file) => selection.skip.has(file.path));
  const known = await knownFiles(session, request, { ...found, plan, live: first.reading.catalog });
  // In a dry run, the locks of the files before it are still held.
  const separate = request.commit
    ? []
    : pendingOf({ plan, ...selection }).filter((file) => file.noTransaction && !known.inside.has(file));
  const unrehearsed: Start = {
    leftOut: new LeftOut(known),
    session,
    request,
    plan,
    ...found,
    reading: first.reading,
    ...selection,
    locks,
  };

  const rehearsal = await rehearse(unrehearsed);
  const start: Start = { ...unrehearsed, leftOut: rehearsal?.leftOut ?? unrehearsed.leftOut };
  const borrowed = await borrowedByMigrations(start);
  const triggered = await actsOfEventTriggers(start);
  const run = await runFiles(start, rehearsal?.effects);
  const unfinished = run.failure !== undefined || run.next !== undefined || run.more;
  const result = {
    ...summary(run, plan.adopt),
    locks: [
      ...((await locks?.finish(session.work)) ?? []).filter(
        ({ file }) => !separate.some(({ path }) => path === file.path),
      ),
      ...[...leftOut, ...separate].flatMap((file) => locks?.expected(file) ?? []),
    ],
    before: found.reading.catalog,
    addresses: { before: found.reading.addresses, after: found.reading.addresses },
    leftoversDropped: [],
    repaired: [],
    losses: new Map(),
    takenOver: [],
    undone: [],
    recreatedForeign: [],
  };
  if (run.failure !== undefined && !run.migrated) {
    return {
      ...result,
      remaining: found.drift,
      after: found.reading.catalog,
      expected: found.expected,
      live: {},
      history: found.history,
    };
  }
  // Manual changes are repaired where a file asks for something else; the rehearsal does not include them.
  const rehearsed = stoppedAlike(rehearsal?.failure, run.failure) ? rehearsal?.outcome : undefined;
  const { contradiction } = rehearsed === undefined ? run : { ...rehearsal };
  if (contradiction !== undefined) throw contradiction;
  refuseWhatWorksOnlyHere(rehearsal?.failure?.error, run.failure);
  refuseWhatWorksOnlyHere(await errorOnlyThere(start, run, rehearsal), run.failure);
  if (borrowed !== undefined && comesFirst(borrowed, run.failure)) throw borrowed;
  if (triggered !== undefined && mayStayBehind(run.failure)) throw triggered;

  const isQuiet = run.after === start.reading && found.drift.length === 0;
  const { expected, base } = isQuiet
    ? { expected: found.expected, base: run.base }
    : (rehearsed ?? outcomeOf(start, run, rehearsal));
  const isCompared = rehearsed !== undefined && mayStayBehind(run.failure);
  if (isCompared) refuseKept(expected, found, run.after);
  const left = isCompared ? await leftovers(session, expected, found, { after: run.after }) : [];
  const leftoversDropped = left.map(({ identity }) => identity);
  const step = { expected, left, addresses: first.addresses };
  const last = unfinished ? await dropLeft(start, run, step) : await repairLast(start, run, step);
  if (!isQuiet || found.expected !== found.record.expected) {
    await recordExpectation(session.work, request.inputs.name, { expected, base });
  }
  if (request.commit) {
    const addresses = { former: found.record.addresses, now: last.reading.addresses };
    await recordAddresses(session.work, request.inputs.name, expected, addresses);
  }
  const access = await accessAfter(session, request, found.access, {
    end: {
      expected,
      live: last.traced.catalog,
      mayRepair: !unfinished,
      readAgain: async () => (await readWithHistory(session, request.inputs.name)).reading.catalog,
    },
  });
  const foreign = (rehearsal?.beside ?? []).filter((identity) => expected[identity] !== undefined);
  const changes = [...new Set([...manualChanges(found.drift), ...foreign])];
  const live = last.reading.catalog;
  const lostManual = new Set(run.lostManual);
  const takenOver = [...takenOverBetween(found, changes, { expected, live }), ...run.takenOver];
  const repairs = [...new Set([...first.repaired, ...last.repaired])].filter(
    (name) => !takenOver.includes(name) && !leftoversDropped.includes(name),
  );
  const named = new Set([...takenOver, ...repairs, ...run.ran.map(({ because }) => because)]);
  for (const { identity } of last.remaining) named.add(identity);
  return {
    ...result,
    leftoversDropped,
    repaired: repairs.sort(),
    losses: new Map([...first.losses, ...last.losses]),
    takenOver,
    // What is as it was is only not compared any more, such as a manual job beside the last one of the bundle.
    undone: [
      ...changes.filter(
        (name) =>
          !named.has(name) && !lostManual.has(name) && !isSameObject(found.reading.catalog[name], live[name]),
      ),
      ...lostManual,
    ],
    recreatedForeign: [...run.recreated].filter((name) => found.expected[name] === undefined).sort(),
    remaining: last.remaining,
    after: last.reading.catalog,
    addresses: { before: found.reading.addresses, after: last.reading.addresses },
    expected,
    live: managedPart(expected, last.reading.catalog),
    history: run.history,
    ...(access === undefined ? {} : { access }),
  };
}

/**
 * Returns why the next migration, which runs outside of the transaction, fails without the manual changes, if it would
 * succeed with them. What an interrupted run of it left is not a manual change.
 */
async function errorOnlyThere(
  { session, expected, request }: Start,
  { next }: FilesRun,
  rehearsal: Rehearsal | undefined,
): Promise<UserError | undefined> {
  if (next === undefined || rehearsal?.outside === undefined) return undefined;
  if (await hasBegun(session.work, request.inputs.name)) return undefined;
  const here = await outsideError(session, next, { expected, inTransaction: true });
  return here === undefined ? rehearsal.outside : undefined;
}

/** Starts to watch the migrations. Throws TablesTooLarge for what a dry run must not do. */
async function watchLocks(
  session: Session,
  { inputs, commit }: ApplyRequest,
  selected: Pick<Start, "plan" | "skip"> & { readonly isFirst: boolean },
): Promise<LockWatch | undefined> {
  const { pending } = selected.plan;
  if (pending.length === 0) return undefined;
  const locks = await LockWatch.begin(session.work, pending, selected.isFirst);
  const maxMegabytes = inputs.limits.dryRunMaxTableMegabytes;
  const tooLarge = commit ? [] : locks.tooLarge(pendingOf(selected), maxMegabytes);
  if (tooLarge.length > 0) throw new TablesTooLarge(tooLarge);
  return locks;
}

/**
 * Determines the repeatables' dependencies while the server runs migrations: on an empty database all of them run next.
 */
function linkAhead({ inspection, bundle }: ApplyRequest): void {
  inspection.whole.then(() => fileLinks(bundle.repeatables)).catch(() => {});
}

function summary(run: FilesRun, adopted: readonly Migration[]) {
  return {
    ran: run.ran,
    adopted: adopted.map((file) => file.path),
    removed: run.removed,
    dropped: run.dropped.map(nameOf),
    takenBack: run.takenBack,
    regranted: run.regranted,
    progressed: run.migrated && mayStayBehind(run.failure),
    more: run.more,
    ...(run.next === undefined ? {} : { next: run.next }),
    ...(run.failure === undefined ? {} : { failure: run.failure }),
  };
}

function outcomeOf(start: Start, run: FilesRun, rehearsal: Rehearsal | undefined): Outcome {
  const { expected: former, reading } = start;
  // A new enum label cannot be used in the rehearsal. Here it can, because it was already added manually.
  const isCommitted = run.failure === undefined && needsEarlierCommit(rehearsal?.failure?.error);
  const stated = isCommitted ? (rehearsal?.outcome?.expected ?? {}) : {};
  const equal = Object.entries(stated).filter(([identity, object]) =>
    isSameObject(object, reading.catalog[identity]),
  );
  const expected = { ...former, ...Object.fromEntries(equal) };
  return { expected: expectationAfter(expected, reading, run.after, run), base: run.base };
}

interface LastStep {
  readonly expected: Catalog;
  /** Drops what the files should have dropped. */
  readonly left: readonly RepairGroup[];
  /** Of manual changes. */
  readonly addresses: Addresses;
}

/** Drops what this transaction should have dropped. Manual changes stay: the rest of the files may state them. */
async function dropLeft(
  { session, request: { inputs } }: Start,
  run: FilesRun,
  { expected, left, addresses }: LastStep,
): Promise<Repaired & Comparison> {
  const failed = await runRepairs(session, left);
  const reading = left.length === 0 ? run.after : (await readWithHistory(session, inputs.name)).reading;
  refuseLeftovers(failed, reading);
  return await unrepaired(session, expected, reading, { addresses });
}

async function repairLast(
  { session, request: { inputs } }: Start,
  run: FilesRun,
  { expected, left, addresses }: LastStep,
): Promise<Repaired & Comparison> {
  const readAgain = async () => (await readWithHistory(session, inputs.name)).reading;
  const { prune } = inputs;
  const failed = new Set((await runRepairs(session, left)).map(({ identity }) => identity));
  const reading = left.length === 0 ? run.after : await readAgain();
  const last = await repairRest(session, { expected, reading, addresses, prune }, readAgain);
  refuseUnrepaired(last, expected, last.failed);
  // A repair may have removed what depended on them, or pruned them.
  const again = left.filter(
    ({ identity }) => failed.has(identity) && last.reading.catalog[identity] !== undefined,
  );
  if (again.length === 0) return last;
  const refused = await runRepairs(session, again);
  const now = await unrepaired(session, expected, await readAgain(), { addresses });
  refuseLeftovers(refused, now.reading);
  return { ...now, repaired: last.repaired, losses: last.losses };
}
