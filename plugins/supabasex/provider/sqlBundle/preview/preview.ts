import type { ClientBase } from "pg";
import { escapeControls } from "../../../../../foundation/controlCharacters";
import type { CallContext } from "../../../../provider-host/provider";
import { catalogWouldChange, notInDryRun } from "../../../bundleMessages";
import { type ApplyResult, applyBundle } from "../apply/apply";
import { fileLinks } from "../apply/fileLinks";
import { type LookAhead, lookAhead } from "../apply/lookAhead";
import {
  isFirstDeployment,
  type MigrationPlan,
  planMigrations,
  planRepeatables,
  type RepeatablePlan,
  withoutRenamed,
} from "../apply/plan";
import type { PlannedFile } from "../apply/request";
import { diffTraced, managedPart } from "../catalog";
import type { Declared } from "../catalog/posture";
import { withRedactedTexts } from "../catalog/redaction";
import { readHistoryRecords, readPostureRecord } from "../history/postureRecord";
import type { BundleInputs, Connection } from "../inputs";
import { refuseHazards } from "../locks/refusal";
import { LockWatch } from "../locks/watch";
import { DatabaseUnreachable, LoginRefused } from "../session/connection";
import { reading } from "../session/reading";
import { isDatabaseError } from "../source/errors";
import type { LoadedBundle } from "../source/files";
import { Inspection } from "../source/inspection";
import { notCovered } from "../source/notCovered";
import { type AccessDrift, accessDriftOf, noAccessDrift } from "../state/accessDrift";
import { type Drift, driftKinds, driftOf } from "../state/drift";
import { outlookOf, pruned } from "../state/outlook";
import { type BundleState, makersIn, rememberedBy } from "../state/state";
import { reportAccess } from "./access";
import { catalogChanges, describeChanges } from "./changes";
import { announceLocks } from "./locks";
import {
  announceDrift,
  reportForeign,
  reportLosses,
  reportTakenBack,
  type ShownDrift,
  warnOfRemaining,
} from "./manualChanges";
import { announce, files } from "./plan";
import { reporter } from "./reporter";
import { announceUpgrade } from "./upgrade";

export interface PreviewRequest {
  readonly inputs: BundleInputs;
  readonly bundle: LoadedBundle;
  readonly state: BundleState;
  /** The connection of the last deployment. */
  readonly former?: Connection | undefined;
  /** What the last deployment declared outside of its SQL. */
  readonly formerlyDeclared?: Declared;
  /** What happens to the drift, according to the last refresh. */
  readonly outlook?: Drift;
}

/** Reports what an up would do and, if configured, does it in a transaction that is rolled back. */
export async function previewBundle(
  { inputs, bundle, state, former, formerlyDeclared, outlook = {} }: PreviewRequest,
  context: CallContext,
): Promise<ApplyResult | undefined> {
  const inspection = new Inspection(bundle, { ...state, baseline: inputs.baseline });
  if (inputs.connection === undefined || inputs.dryRun === "off") await inspection.whole;
  if (inputs.connection === undefined) {
    const plan = await planFromState({ inputs, bundle, state }, inspection);
    announce(plan, bundle, context, { note: notThereYet });
    if (former !== undefined) warnOfMissingDryRun(plan, requirementsChange, context);
    return undefined;
  }
  if (inputs.dryRun === "off") {
    await previewWithoutDryRun(
      { inputs, bundle, state, former, outlook, inspection },
      inputs.connection,
      context,
    );
    return undefined;
  }
  try {
    const result = await withAcceptedPassword(inputs.connection, former, (connection) =>
      applyBundle({
        inputs,
        connection,
        bundle,
        inspection,
        commit: false,
        stateExpected: rememberedBy(state),
        stateAccess: state.access,
        formerlyDeclared,
        signal: context.signal,
        report: reporter(context),
      }),
    );
    announceUpgrade(state.serverMajor, result.after, context);
    announceDryRun(result, inputs, bundle, context);
    if (inputs.hazards === "refuse") refuseHazards(result.locks);
    return result;
  } catch (error) {
    if (!(error instanceof DatabaseUnreachable)) throw error;
    const plan = await planFromState({ inputs, bundle, state }, inspection);
    announce(plan, bundle, context, { note: notThereYet });
    if (former !== undefined) {
      warnOfMissingDryRun(plan, `${error.message} Make it reachable and preview again.`, context);
    }
    return undefined;
  }
}

/**
 * Connects with the server's current password. If this deployment changes the password, the former one is valid until
 * the deployment. It is tried first, because hosted projects ban an address after a few refused logins.
 */
async function withAcceptedPassword<T>(
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

/**
 * Reports, without a dry run, what the catalog and the database's record show, without executing a file. If they cannot
 * be read, it uses the state.
 */
async function previewWithoutDryRun(
  {
    inputs,
    bundle,
    state,
    former,
    outlook = {},
    inspection,
  }: PreviewRequest & { readonly inspection: Inspection },
  connection: Connection,
  context: CallContext,
): Promise<void> {
  try {
    const options = { bundle: inputs.name, limits: inputs.limits, signal: context.signal };
    const stateExpected = rememberedBy(state);
    const { found, access, locks } = await withAcceptedPassword(connection, former, (known) =>
      reading({ ...options, connection: known, warn: reporter(context).warn }, async (client) => {
        const look = await lookAhead(client, { inputs, bundle, stateExpected });
        const { pending } = look.plan;
        await inspection.allow(pending);
        const watch =
          pending.length === 0
            ? undefined
            : await LockWatch.begin(client, pending, isFirstDeployment(look.history, look.plan));
        return {
          found: look,
          access: await accessAhead(client, { inputs, state, look }),
          locks: pending.flatMap((file) => watch?.expected(file) ?? []),
        };
      }),
    );
    const plan = listed(found.plan, found.repeatables);
    announce(plan, bundle, context);
    announceDrift(shownDrift(found, access, inputs), context);
    announceLocks(locks, context);
    if (plan.length > 0) context.log("info", notExecuted);
    if (inputs.hazards === "refuse") refuseHazards(locks);
  } catch (error) {
    const why = whyNotRead(error);
    if (why === undefined) throw error;
    const plan = await planFromState({ inputs, bundle, state }, inspection);
    announce(plan, bundle, context);
    announceDrift({ drift: state.live, outlook, makers: makersIn(state), undecided: new Set() }, context);
    if (former !== undefined || !(error instanceof DatabaseUnreachable))
      context.log(
        "warning",
        `The database could not be read, so this preview cannot tell whether the deployment would stop: ${why}`,
      );
  }
}

const notExecuted =
  "Not checked without a dry run: whether the files run, whether the rows and the role's privileges allow each repair, and what `do` blocks and functions lock.";

/** Returns why this preview cannot read the database, if the deployment may still succeed. */
function whyNotRead(error: unknown): string | undefined {
  if (error instanceof DatabaseUnreachable) return error.message;
  const cause = error instanceof Error ? (error.cause ?? error) : error;
  return isDatabaseError(cause) && cause.code === "42501" ? `${cause.message} (42501).` : undefined;
}

/** Returns the changes outside of the bundle, except those that the configuration accepts. */
async function accessAhead(
  client: ClientBase,
  { inputs, state, look }: { inputs: BundleInputs; state: BundleState; look: LookAhead },
): Promise<AccessDrift> {
  if (inputs.watch === "bundle" || state.access === undefined) return noAccessDrift;
  const rows = await readHistoryRecords(client, inputs.name);
  const live = { ...look.comparison.traced.catalog, ...rows };
  const record = await readPostureRecord(client, inputs.name);
  return accessDriftOf(state.access, { live, expected: look.expected }, record, { accepted: inputs.accept });
}

function shownDrift(
  { comparison, expected, makers, undecided }: LookAhead,
  access: AccessDrift,
  inputs: BundleInputs,
): ShownDrift {
  const { catalog } = comparison.traced;
  const shown = diffTraced(
    expected,
    comparison.traced,
    withRedactedTexts(expected, managedPart(expected, catalog)),
  );
  const outlook = {
    ...access.outlook(),
    ...outlookOf(comparison.differences, makers, expected, { live: catalog }),
  };
  return {
    drift: { ...access.drift, ...driftOf(shown) },
    outlook: inputs.prune === "drop" ? pruned(outlook) : outlook,
    makers,
    undecided,
  };
}

const notThereYet =
  "not run: the database, or the roles and extensions that the files need, do not exist yet";

const requirementsChange =
  "A role or an extension that the SQL needs must be created or replaced first. Deploy that change alone, then preview the SQL.";

/** Warns that the files did not run: with a database available, the reader of this preview expects that they did. */
function warnOfMissingDryRun(plan: readonly PlannedFile[], why: string, context: CallContext): void {
  if (plan.length === 0) return;
  context.log(
    "warning",
    `There was no dry run, so an error in ${files(plan.length)} would show only during the deployment. ${why}`,
  );
}

async function planFromState(
  { inputs, bundle, state }: PreviewRequest,
  inspection: Inspection,
): Promise<PlannedFile[]> {
  const history = { files: state.files, versions: [], foreignPaths: [], pushed: new Map() };
  const { adopt, pending } = planMigrations(bundle.migrations, history, inputs);
  await inspection.allow(pending);
  const repeatables = planRepeatables(bundle.repeatables, state.files, {
    drifted: driftedIn(state),
    links: fileLinks,
  });
  return listed({ adopt, pending }, repeatables);
}

function listed({ adopt, pending }: MigrationPlan, { run, removed }: RepeatablePlan): PlannedFile[] {
  return [
    ...adopt.map((file) => ({ path: file.path, reason: "baseline" as const })),
    ...pending.map((file) => ({ path: file.path, reason: "new" as const })),
    ...run,
    ...removedFiles(withoutRenamed(removed, run)),
  ];
}

function removedFiles(paths: readonly string[]): PlannedFile[] {
  return paths.map((path) => ({ path, reason: "removed" as const }));
}

/** Returns path of a repeatable → which of its objects differ from the file, according to the last refresh. */
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

function announceDryRun(
  result: ApplyResult,
  inputs: BundleInputs,
  bundle: LoadedBundle,
  context: CallContext,
): void {
  const plan: PlannedFile[] = [
    ...result.adopted.map((path) => ({ path, reason: "baseline" as const })),
    ...result.ran,
    ...removedFiles(result.removed),
    ...result.skipped.map(({ file, why }) => ({
      path: file.path,
      reason: "new" as const,
      because: `not in the dry run, because ${why}`,
    })),
  ];
  if (plan.length > 0) announce(plan, bundle, context, { note: "dry run: executed and rolled back" });
  const changes = describeChanges(
    catalogChanges(
      { catalog: result.before, addresses: result.addresses.before },
      { catalog: result.after, addresses: result.addresses.after },
    ),
  );
  if (changes.length > 0) context.log("info", [catalogWouldChange, ...changes].join("\n"));
  announceLocks(result.locks, context);
  reportTakenBack(result, context);
  const ran = new Set(result.ran.map(({ path }) => path));
  const uncovered = [...bundle.migrations, ...bundle.repeatables]
    .filter((file) => ran.has(file.path))
    .flatMap(notCovered);
  for (const name of result.moved?.advanced ?? [])
    uncovered.push(`  sequence ${escapeControls(name)} has advanced, and the rollback does not reset it`);
  for (const name of result.moved?.restored ?? [])
    uncovered.push(`  sequence ${escapeControls(name)} was set back and then restored`);
  if (result.bodies?.unchecked === true)
    uncovered.push(
      "  bodies of PL/pgSQL functions: this server lacks plpgsql_check, so they are only parsed",
    );
  if (uncovered.length > 0) {
    context.log("info", [notInDryRun, ...uncovered].join("\n"));
  }
  const doubts = result.bodies?.warnings ?? [];
  if (doubts.length > 0) context.log("warning", ["Calls of these may fail:", ...doubts].join("\n"));
  reportForeign(result, context);
  reportLosses(result, context);
  warnOfRemaining(result, inputs, context);
  reportAccess(result, context);
}
