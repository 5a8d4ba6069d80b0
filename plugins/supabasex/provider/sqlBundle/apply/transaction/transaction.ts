import type { UserError } from "../../../../../../foundation/userError";
import { isSameObject } from "../../catalog";
import { recordAddresses } from "../../history/addresses";
import { hasBegun } from "../../history/begun";
import { recordExpectation } from "../../history/record";
import { LockWatch, type StatementLocks, type TooLarge } from "../../locks/watch";
import type { Session } from "../../session/session";
import type { Migration } from "../../source/files";
import { accessAfter } from "../access/access";
import { knownFiles } from "../existing/knownFiles";
import { LeftOut } from "../existing/leftOut";
import { refuseOtherTypes } from "../existing/otherContent";
import { fileLinks } from "../plan/fileLinks";
import { isFirstDeployment, planMigrations } from "../plan/planMigrations";
import { borrowedByMigrations } from "../rehearsal/borrowed";
import { actsOfEventTriggers } from "../rehearsal/eventTriggers";
import { leftovers, refuseKept } from "../rehearsal/leftovers";
import { type Outcome, type Rehearsal, rehearse } from "../rehearsal/rehearsal";
import type { ApplyRequest } from "../request";
import { expectationAfter } from "../run/expected";
import { outsideError } from "../run/outsideError";
import { type FilesRun, readWithHistory, runFiles } from "../run/runFiles";
import { pendingOf, type Start } from "../run/start";
import type { SequenceGuard } from "../send/sequenceGuard";
import { withoutDroppedPartitions } from "./droppedPartitions";
import { isUntouched, readState, repairFirst } from "./found";
import { dropLeft, repairLast } from "./lastStep";
import { outcomeFor, summaryOf, type TransactionResult, unchanged } from "./result";
import {
  comesFirst,
  mayStayBehind,
  needsEarlierCommit,
  refuseWhatWorksOnlyHere,
  stoppedAlike,
} from "./stopped";

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
  const { found, first, ...prepared } = await prepare(session, request, selection);
  const rehearsal = await rehearse(prepared.start);
  const start: Start = { ...prepared.start, leftOut: rehearsal?.leftOut ?? prepared.start.leftOut };
  const foreseen = {
    borrowed: await borrowedByMigrations(start),
    triggered: await actsOfEventTriggers(start),
  };
  const run = await runFiles(start, rehearsal?.effects);
  const summary = { ...summaryOf(run, start.plan.adopt), locks: await locksOf(start, prepared) };
  if (run.failure !== undefined && !run.migrated) return { ...summary, ...unchanged(found) };

  // Manual changes are repaired where a file asks for something else; the rehearsal does not include them.
  const rehearsed = stoppedAlike(rehearsal?.failure, run.failure) ? rehearsal?.outcome : undefined;
  const { contradiction } = rehearsed === undefined ? run : { ...rehearsal };
  if (contradiction !== undefined) throw contradiction;
  await refuseOtherOutcome(start, run, { rehearsal, ...foreseen });

  const isQuiet = run.after === start.reading && found.drift.length === 0;
  const { expected, base } = isQuiet
    ? { expected: found.expected, base: run.base }
    : (rehearsed ?? outcomeOf(start, run, rehearsal));
  const isCompared = rehearsed !== undefined && mayStayBehind(run.failure);
  if (isCompared) {
    refuseKept(expected, found, run.after);
    refuseOtherTypes(expected, found, run.after);
  }
  const left = isCompared ? await leftovers(session, expected, found, { after: run.after }) : [];
  const isUnfinished = run.failure !== undefined || run.next !== undefined || run.more;
  const step = { expected, left, addresses: first.addresses };
  const last = isUnfinished ? await dropLeft(start, run, step) : await repairLast(start, run, step);
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
      mayRepair: !isUnfinished,
      readAgain: async () => (await readWithHistory(session, request.inputs.name)).reading.catalog,
    },
  });
  const beside = rehearsal?.beside ?? [];
  const leftoversDropped = left.map(({ identity }) => identity);
  return {
    ...summary,
    ...outcomeFor(found, { first, run, last, beside, expected, leftoversDropped, access }),
  };
}

/** Reads the state, plans the migrations, and repairs what they must find as it should be. */
async function prepare(session: Session, request: ApplyRequest, selection: Selection) {
  const state = await readState(session, request);
  // Only on an empty database does nothing depend on the files' content.
  if (isUntouched(state)) linkAhead(request);
  else await request.inspection.whole;
  const plan = planMigrations(request.bundle.migrations, state.history, request.inputs);
  const found = withoutDroppedPartitions(state, plan.pending);
  const allowed = request.inspection.allow(plan.pending);
  if (!isUntouched(found)) await allowed;
  const first = await repairFirst(session, request, found, { plan });
  const isFirst = isFirstDeployment(found.history, plan);
  const locks = await watchLocks(session, request, { plan, ...selection, isFirst });
  const known = await knownFiles(session, request, { ...found, plan, live: first.reading.catalog });
  // In a dry run, the locks of the files before it are still held.
  const separate = request.commit
    ? []
    : pendingOf({ plan, ...selection }).filter((file) => file.noTransaction && !known.inside.has(file));
  const { reading } = first;
  const leftOut = new LeftOut(known);
  const start: Start = { session, request, plan, ...found, reading, ...selection, leftOut, locks };
  return { found, first, start, separate };
}

/** Returns the locks of the files that ran, and what the others would lock. */
async function locksOf(
  { session, plan, skip, locks }: Start,
  { separate }: { readonly separate: readonly Migration[] },
): Promise<StatementLocks[]> {
  if (locks === undefined) return [];
  const taken = await locks.finish(session.work);
  const notRun = [...plan.pending.filter((file) => skip.has(file.path)), ...separate];
  return [
    ...taken.filter(({ file }) => !separate.some(({ path }) => path === file.path)),
    ...notRun.flatMap((file) => locks.expected(file)),
  ];
}

interface Foreseen {
  readonly rehearsal: Rehearsal | undefined;
  /** Why the migrations only work with manual changes that the deployment reverts. */
  readonly borrowed: UserError | undefined;
  /** What event triggers would do to the objects of the files. */
  readonly triggered: UserError | undefined;
}

/** Throws if the files work here only because of manual changes, or if event triggers change their work. */
async function refuseOtherOutcome(
  start: Start,
  run: FilesRun,
  { rehearsal, borrowed, triggered }: Foreseen,
): Promise<void> {
  refuseWhatWorksOnlyHere(rehearsal?.failure?.error, run.failure);
  refuseWhatWorksOnlyHere(await errorOnlyThere(start, run, rehearsal), run.failure);
  if (borrowed !== undefined && comesFirst(borrowed, run.failure)) throw borrowed;
  if (triggered !== undefined && mayStayBehind(run.failure)) throw triggered;
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
