import type { CallContext } from "../../../../host/provider";
import { catalogWouldChange, isLeft } from "../../../bundleMessages";
import { type ApplyResult, applyBundle } from "../apply/apply";
import { planMigrations, planRepeatables } from "../apply/plan";
import type { PlannedFile } from "../apply/request";
import { byIdentity } from "../catalog";
import type { BundleInputs, Connection } from "../inputs";
import { repairOf } from "../repair/repair";
import { DatabaseUnreachable, LoginRefused } from "../session/connection";
import type { LoadedBundle } from "../source/files";
import { inspectFiles } from "../source/inspect";
import { notCovered } from "../source/notCovered";
import { loadParser } from "../source/parser";
import { type Drift, driftAt, driftKinds, driftPaths } from "../state/drift";
import { withoutForeignTexts } from "../state/foreignTexts";
import { type BundleState, makersIn, rememberedBy } from "../state/state";
import { catalogChanges, describeChanges } from "./changes";
import { reporter } from "./reporter";
import { announceUpgrade } from "./upgrade";

/** Checks everything that can be known of the files without a database. Throws a UserError that lists all faults. */
export async function inspectBundle(bundle: LoadedBundle): Promise<void> {
  const [first] = [...bundle.migrations, ...bundle.repeatables];
  await loadParser(first?.serverMajor);
  inspectFiles(bundle);
}

export interface PreviewRequest {
  readonly inputs: BundleInputs;
  readonly bundle: LoadedBundle;
  readonly state: BundleState;
  /** The connection of the last deployment. */
  readonly former?: Connection | undefined;
  /** What the last refresh said becomes of the drift. */
  readonly outlook?: Drift;
}

/** Says what an up would do and, where asked for, does it in a transaction that is rolled back. */
export async function previewBundle(
  { inputs, bundle, state, former, outlook = {} }: PreviewRequest,
  context: CallContext,
): Promise<ApplyResult | undefined> {
  await inspectBundle(bundle);
  if (inputs.connection === undefined) {
    const plan = planFromState(inputs, bundle, state);
    announce(plan, bundle, context, notThereYet);
    if (former !== undefined) warnOfMissingDryRun(plan, requirementsChange, context);
    return undefined;
  }
  if (inputs.dryRun === "off") {
    announce(planFromState(inputs, bundle, state), bundle, context);
    announceDrift(state, outlook, context);
    return undefined;
  }
  try {
    const result = await asLetIn(inputs.connection, former, (connection) =>
      applyBundle({
        inputs,
        connection,
        bundle,
        commit: false,
        stateExpected: rememberedBy(state),
        signal: context.signal,
        report: reporter(context),
      }),
    );
    announceUpgrade(state.serverMajor, result.after, context);
    announceDryRun(result, inputs, bundle, context);
    return result;
  } catch (error) {
    if (!(error instanceof DatabaseUnreachable)) throw error;
    const plan = planFromState(inputs, bundle, state);
    announce(plan, bundle, context, notThereYet);
    if (former !== undefined) {
      warnOfMissingDryRun(plan, `${error.message} Make it reachable and preview again.`, context);
    }
    return undefined;
  }
}

/**
 * With the password that the server has. Where this deployment changes it, that is the former one until the deployment: it is
 * tried first, because hosted projects ban an address after a few refused logins.
 */
async function asLetIn<T>(
  now: Connection,
  former: Connection | undefined,
  run: (connection: Connection) => Promise<T>,
): Promise<T> {
  const passwordChanges =
    former !== undefined &&
    former.password !== now.password &&
    former.host === now.host &&
    former.port === now.port &&
    former.user === now.user;
  if (!passwordChanges) return await run(now);
  try {
    return await run({ ...now, password: former.password });
  } catch (error) {
    if (!(error instanceof LoginRefused)) throw error;
    return await run(now);
  }
}

const notThereYet =
  "not run: the database, or the roles and extensions that the files need, do not exist yet";

const requirementsChange =
  "A role or an extension that the SQL builds on is to be created or replaced first. Deploy that change alone, then preview the SQL.";

/** The database is there, so who reads this preview takes it for granted that the files were tried. */
function warnOfMissingDryRun(plan: readonly PlannedFile[], why: string, context: CallContext): void {
  if (plan.length === 0) return;
  context.log(
    "warning",
    `There was no dry run, so an error in ${files(plan.length)} would show only during the deployment. ${why}`,
  );
}

function planFromState(inputs: BundleInputs, bundle: LoadedBundle, state: BundleState): PlannedFile[] {
  const history = { files: state.files, versions: [], foreignPaths: [] };
  const { adopt, pending } = planMigrations(bundle.migrations, history, inputs);
  const drifted = driftedIn(state);
  const { run, removed } = planRepeatables(bundle.repeatables, state.files, { drifted });
  return [
    ...adopt.map((file) => ({ path: file.path, reason: "baseline" as const })),
    ...pending.map((file) => ({ path: file.path, reason: "new" as const })),
    ...run,
    ...removed.map((path) => ({ path, reason: "removed" as const })),
  ];
}

/** Path of a repeatable → what of its objects is not as it made it, as the last refresh found it. */
function driftedIn(state: BundleState): Map<string, string> {
  const makers = makersIn(state);
  return new Map(
    driftKinds(state.live)
      .filter(({ kind }) => kind !== "extra")
      .reverse()
      .flatMap(({ identity }): [string, string][] => {
        const path = makers.get(identity);
        return path === undefined ? [] : [[path, identity]];
      }),
  );
}

function announce(
  plan: readonly PlannedFile[],
  bundle: LoadedBundle,
  context: CallContext,
  note?: string,
): void {
  if (plan.length === 0) return;
  context.log(
    "info",
    [
      `${files(plan.length)} would run${note === undefined ? "" : ` (${note})`}:`,
      ...table(plan, bundle),
    ].join("\n"),
  );
}

function files(count: number): string {
  return count === 1 ? "1 file" : `${count} files`;
}

/** One line per file: path, and why. */
export function table(plan: readonly PlannedFile[], bundle: LoadedBundle): string[] {
  const displays = new Map(
    [...bundle.migrations, ...bundle.repeatables].map((file) => [file.path, file.display]),
  );
  const width = Math.max(...plan.map(({ path }) => (displays.get(path) ?? path).length));
  return plan.map(({ path, reason, because }) => {
    const why = because === undefined ? reason : `${reason}: ${because}`;
    return `  ${(displays.get(path) ?? path).padEnd(width)}  ${why}`;
  });
}

/** Without a dry run, what the last refresh knows of the drift, and what becomes of it. */
function announceDrift(state: BundleState, outlook: Drift, context: CallContext): void {
  // What a file makes is listed with the file.
  const makers = makersIn(state);
  const rerun = driftKinds(state.live).filter(
    ({ identity, kind }) => kind !== "extra" && makers.has(identity),
  );
  const inFiles = new Set(rerun.map(({ identity }) => identity));
  const repaired: string[] = [];
  const left: string[] = [];
  for (const { identity, property } of driftPaths(state.live)) {
    if (inFiles.has(identity)) continue;
    const change = driftAt(state.live, identity, property);
    const what = driftAt(outlook, identity, property);
    const lines = [`  ${identity}: ${property === undefined ? "" : `${property} `}${change}`];
    if (what !== undefined) lines.push(`    ${what}`);
    (what === undefined || isLeft(what) ? left : repaired).push(...lines);
  }
  if (repaired.length > 0) context.log("info", ["Drift would be repaired:", ...repaired].join("\n"));
  if (left.length > 0)
    context.log("warning", ["Drift that a deploy leaves or cannot repair:", ...left].join("\n"));
}

function announceDryRun(
  result: ApplyResult,
  inputs: BundleInputs,
  bundle: LoadedBundle,
  context: CallContext,
): void {
  const plan: PlannedFile[] = [
    ...result.adopted.map((path) => ({ path, reason: "baseline" as const })),
    ...result.ran,
    ...result.skipped.map(({ file, why }) => ({
      path: file.path,
      reason: "new" as const,
      because: `not in the dry run, since ${why}`,
    })),
  ];
  if (plan.length > 0) announce(plan, bundle, context, "dry run: executed and rolled back");
  const changes = describeChanges(
    catalogChanges(withoutForeignTexts(result.after, result.before), result.after),
  );
  if (changes.length > 0) context.log("info", [catalogWouldChange, ...changes].join("\n"));
  if (result.takenBack.length > 0) context.log("info", takenBackLines(result).join("\n"));
  const ran = new Set(result.ran.map(({ path }) => path));
  const uncovered = [...bundle.migrations, ...bundle.repeatables]
    .filter((file) => ran.has(file.path))
    .flatMap(notCovered);
  for (const name of result.moved ?? [])
    uncovered.push(`  sequence ${name} has moved on, and does not go back`);
  if (result.bodies?.unchecked === true)
    uncovered.push(
      "  bodies of PL/pgSQL functions: this server lacks plpgsql_check, so they are only parsed",
    );
  if (uncovered.length > 0) {
    context.log("info", ["The dry run does not cover:", ...uncovered].join("\n"));
  }
  const doubts = result.bodies?.warnings ?? [];
  if (doubts.length > 0) context.log("warning", ["Calls of these may fail:", ...doubts].join("\n"));
  reportForeign(result, context);
  warnOfRemaining(result, inputs, context);
}

/** What removed statements had set, under its title. */
export function takenBackLines({ takenBack }: ApplyResult): string[] {
  return ["Taken back, since no file states it any more:", ...takenBack.map((line) => `  ${line}`)];
}

/** What became of objects that no file made: which are the bundle's now, and which a rebuild touched. */
export function reportForeign(
  { takenOver, undone, recreatedForeign }: ApplyResult,
  context: CallContext,
): void {
  const listed = (title: string, identities: readonly string[]) =>
    [title, ...identities.map((identity) => `  ${identity}`)].join("\n");
  if (takenOver.length > 0) {
    const title = "Manual changes that a file states now, so that they belong to the bundle:";
    context.log("info", listed(title, takenOver));
  }
  if (undone.length > 0) {
    context.log(
      "warning",
      listed("Manual changes that are gone, because a file replaces what they were on:", undone),
    );
  }
  if (recreatedForeign.length > 0) {
    const title =
      "Dropped and recreated, because they depend on what a file replaces (not made by the bundle, and still not its own):";
    context.log("warning", listed(title, recreatedForeign));
  }
}

/** Drift that stays after an up: extra objects under `prune: report`, and what nothing can repair. */
export function warnOfRemaining(result: ApplyResult, inputs: BundleInputs, context: CallContext): void {
  const lines = [...byIdentity(result.remaining)].flatMap(([identity, differences]) => {
    const { prune, impossible, statements } = repairOf(identity, differences, result.expected, result.after);
    const all = [...impossible, ...statements, ...prune];
    return all.length === 0
      ? [`  ${identity}`]
      : all.map((what) => `  ${identity}: ${what.split("\n", 1)[0]}`);
  });
  if (lines.length === 0) return;
  const hint =
    inputs.prune === "report"
      ? " (sql.prune: drop would drop extra policies, grants, functions, triggers and publication members)"
      : "";
  context.log("warning", [`Not made by the bundle, and left as it is${hint}:`, ...lines].join("\n"));
}
