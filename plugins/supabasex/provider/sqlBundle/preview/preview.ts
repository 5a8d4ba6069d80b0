import type { ClientBase } from "pg";
import { sqlStates } from "../../../../../foundation/sqlStates";
import type { CallContext } from "../../../../provider-host/provider";
import { type ApplyResult, applyBundle } from "../apply/apply";
import { isFirstDeployment } from "../apply/plan/planMigrations";
import type { PlannedFile } from "../apply/request";
import { type LookAhead, lookAhead } from "../apply/transaction/lookAhead";
import type { Declared } from "../catalog/posture";
import { withRedactedValues } from "../catalog/redaction";
import { readGoneFunctions } from "../history/goneFunctions";
import { readHistoryRecords, readPostureRecord } from "../history/postureRecord";
import type { BundleInputs, Connection } from "../inputs";
import { refuseHazards } from "../locks/refusal";
import { LockWatch } from "../locks/watch";
import { DatabaseUnreachable } from "../session/connection";
import { reading } from "../session/reading";
import { isDatabaseError } from "../source/errors";
import type { LoadedBundle } from "../source/files";
import { Inspection } from "../source/inspection";
import { type AccessDrift, accessDriftOf, noAccessDrift } from "../state/accessDrift";
import { type Drift, driftOf } from "../state/drift";
import { outlookOf, pruned } from "../state/outlook";
import { type BundleState, makersIn, rememberedBy } from "../state/state";
import { withAcceptedPassword } from "./acceptedPassword";
import { announceDryRun } from "./dryRun";
import { announceLocks } from "./locks";
import { announceDrift, type ShownDrift } from "./manualChanges";
import { announce, files } from "./plan";
import { listed, planFromState } from "./plannedFiles";
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
  return isDatabaseError(cause) && cause.code === sqlStates.insufficientPrivilege
    ? `${cause.message} (42501).`
    : undefined;
}

/** Returns the changes outside of the bundle, except those that the configuration accepts. */
async function accessAhead(
  client: ClientBase,
  { inputs, state, look }: { inputs: BundleInputs; state: BundleState; look: LookAhead },
): Promise<AccessDrift> {
  if (inputs.watch === "bundle" || state.access === undefined) return noAccessDrift;
  const rows = await readHistoryRecords(client, inputs.name);
  const { catalog } = look.comparison.traced;
  const record = await readPostureRecord(client, inputs.name);
  const live = { ...catalog, ...rows, ...(await readGoneFunctions(client, record?.posture ?? {}, catalog)) };
  return accessDriftOf(state.access, { live, expected: look.expected }, record, { accepted: inputs.accept });
}

function shownDrift(
  { comparison, expected, makers, undecided }: LookAhead,
  access: AccessDrift,
  inputs: BundleInputs,
): ShownDrift {
  const { catalog } = comparison.traced;
  const outlook = {
    ...access.outlook(),
    ...outlookOf(comparison.differences, makers, expected, { live: catalog }),
  };
  return {
    drift: { ...access.drift, ...driftOf(withRedactedValues(comparison.differences)) },
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
