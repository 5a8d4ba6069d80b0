import { escapeControls } from "../../../../foundation/controlCharacters";
import { UserError } from "../../../../foundation/userError";
import type { CallContext } from "../../../provider-host/provider";
import { type PropertyMap, unknown } from "../../../provider-host/values";
import { filesRan } from "../../bundleMessages";
import { hasBlocked } from "../../lockMessages";
import type { Resource } from "../resource";
import { type ApplyResult, applyBundle } from "./apply/apply";
import { diffManaged, digestsOf, readCatalogReading } from "./catalog";
import { type Declared, postureDigests, postureVersion } from "./catalog/posture";
import { withRedactedAccess, withRedactedValues } from "./catalog/redaction";
import { checkBundle } from "./check";
import { readAuthors } from "./history/ddlLog";
import { readHistory } from "./history/history";
import { historyCatalog } from "./history/historyCatalog";
import { readHistoryRecords, readPostureRecord, readRecordedAt } from "./history/postureRecord";
import { readAddresses, readRecord } from "./history/record";
import { type BundleInputs, bundleInputs, connectionOf } from "./inputs";
import { reportAccess, reportDrift } from "./preview/access";
import { announceLocks } from "./preview/locks";
import { reportForeign, reportLosses, reportTakenBack, warnOfRemaining } from "./preview/manualChanges";
import { table } from "./preview/plan";
import { previewBundle } from "./preview/preview";
import { reporter } from "./preview/reporter";
import { announceUpgrade } from "./preview/upgrade";
import { applicationName } from "./session/applicationName";
import { LoginRefused } from "./session/connection";
import { reading } from "./session/reading";
import { type LoadedBundle, loadBundle } from "./source/files";
import { Inspection } from "./source/inspection";
import { diffBundle } from "./state/diff";
import { type Drift, driftFrom, driftOf, driftPaths, withAuthors } from "./state/drift";
import { findDrift } from "./state/findDrift";
import { openTables } from "./state/openTables";
import { driftReadAt, withOutlook } from "./state/outlook";
import {
  type BundleState,
  newestVersion,
  noState,
  rememberedBy,
  type StateFile,
  serverOf,
  stateOf,
  stateOutputs,
  upgrade,
} from "./state/state";
import { targetMajor } from "./state/targetMajor";

/** Migrations and repeatables of one database, and what they have created there. */
export const sqlBundle: Resource = {
  check: async (request) => checkBundle(request),

  diff: async (request) => diffBundle(request),

  async create(request, context) {
    const inputs = bundleInputs(request.inputs, request.urn);
    const id = inputs.name;
    if (!request.preview)
      return { id, outputs: await deploy(inputs, request.inputs, { state: noState, context }) };
    const bundle = await load(inputs, noState, context.signal);
    const result = await previewBundle({ inputs, bundle, state: noState }, context);
    const outputs = shownInputs(request.inputs);
    if (result !== undefined) return { id, outputs: { ...outputs, ...stateOutputs(dryRunState(result)) } };
    return {
      id,
      outputs: { ...outputs, expected: unknown, live: unknown, appliedFiles: unknown, version: unknown },
    };
  },

  async update(request, context) {
    const inputs = bundleInputs(request.inputs, request.urn);
    const state = stateOf(request.oldOutputs);
    const formerlyDeclared = bundleInputs(request.oldInputs).declared;
    if (!request.preview) {
      return { outputs: await deploy(inputs, request.inputs, { state, context, formerlyDeclared }) };
    }
    const former = connectionOf(request.oldInputs.connection);
    const outlook = driftFrom(request.inputs.live);
    const bundle = await load(inputs, state, context.signal);
    const result = await previewBundle({ inputs, bundle, state, former, formerlyDeclared, outlook }, context);
    const next = result === undefined ? { ...state, live: {} } : dryRunState(result);
    return { outputs: { ...shownInputs(request.inputs), ...stateOutputs(next) } };
  },

  /** Updates `live` from the state alone, without the files or the program. */
  async read(request, context) {
    const connection = connectionOf(request.inputs.connection);
    if (connection === undefined || request.inputs.name === undefined) {
      throw new UserError(
        "A SqlBundle cannot be imported: declare it, with sql.baseline if the database already has its migrations.",
      );
    }
    const { name, limits, stack } = bundleInputs(request.inputs, request.urn);
    const state = stateOf(request.outputs);
    const options = {
      connection,
      bundle: name,
      stack,
      limits,
      signal: context.signal,
      warn: reporter(context).warn,
    };
    const { catalog, drift, outlook } = await asInState(() =>
      reading(options, async (client) => {
        const { catalog, addresses } = await readCatalogReading(client);
        const files = historyCatalog(await readHistory(client, name));
        const isWatched = state.access !== undefined;
        const rows = isWatched ? await readHistoryRecords(client, name) : {};
        const found = await findDrift(
          client,
          state,
          { catalog, addresses, files, rows },
          {
            records: {
              bundle: () => readRecord(client, name),
              addresses: () => readAddresses(client, name),
              posture: async () => (isWatched ? await readPostureRecord(client, name) : undefined),
            },
          },
        );
        const authors = await readAuthors(client, driftPaths(found.drift), {
          tables: state.expected.keys(),
          application: applicationName(name, stack, {}),
          deployedAt: () => readRecordedAt(client, name),
        });
        return { catalog, drift: withAuthors(found.drift, authors), outlook: found.outlook };
      }),
    );
    reportDrift(drift, context);
    announceUpgrade(state.serverMajor, catalog, context);
    return {
      id: request.id,
      inputs: withOutlook(request.inputs, outlook, new Date()),
      outputs: {
        ...upgrade(request.outputs),
        ...stateOutputs({ ...state, live: drift, ...serverOf(catalog) }),
      },
    };
  },

  async delete(request, context) {
    const { name, deletable } = bundleInputs({ ...request.outputs, ...request.inputs });
    if (!deletable) {
      throw new UserError(
        `SQL bundle ${name} is not deleted, because its tables hold data: set deletable to forget it, which does not change the database.`,
      );
    }
    context.log(
      "warning",
      `SQL bundle ${name} is forgotten; its schemas, tables and history stay in the database.`,
    );
  },
};

/** Connects with the password of the last deployment, because a refresh cannot know another one. */
async function asInState<T>(read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (error) {
    if (!(error instanceof LoginRefused)) throw error;
    throw new UserError(
      `${error.message} A refresh uses the password of the last deployment: if it was changed elsewhere since then, set it in the configuration and run \`pulumi up --refresh=false\` once.`,
      1,
      { cause: error },
    );
  }
}

async function load(inputs: BundleInputs, state: BundleState, signal: AbortSignal): Promise<LoadedBundle> {
  return loadBundle(inputs.directory, inputs.files, await targetMajor(inputs, state, signal));
}

async function deploy(
  inputs: BundleInputs,
  properties: PropertyMap,
  {
    state,
    context,
    formerlyDeclared,
  }: {
    readonly state: BundleState;
    readonly context: CallContext;
    readonly formerlyDeclared?: Declared | undefined;
  },
): Promise<PropertyMap> {
  const { connection } = inputs;
  if (connection === undefined)
    throw new UserError(`SQL bundle ${inputs.name}: the connection is not known.`);
  const bundle = await load(inputs, state, context.signal);
  const result = await applyBundle({
    inputs,
    connection,
    bundle,
    inspection: new Inspection(bundle, { ...state, baseline: inputs.baseline }),
    commit: true,
    stateExpected: rememberedBy(state),
    stateAccess: state.access,
    formerlyDeclared,
    signal: context.signal,
    report: reporter(context),
  });
  report(result, inputs, bundle, context);
  return { ...shownInputs(properties), ...stateOutputs(appliedState(result)) };
}

function report(result: ApplyResult, inputs: BundleInputs, bundle: LoadedBundle, context: CallContext): void {
  if (result.ran.length > 0) context.log("info", [filesRan, ...timings(result, bundle)].join("\n"));
  if (result.adopted.length > 0) {
    context.log(
      "info",
      ["Adopted without running them:", ...result.adopted.map((path) => `  ${path}`)].join("\n"),
    );
  }
  if (result.dropped.length > 0) {
    context.log(
      "info",
      [
        "Dropped, because no file creates them any more:",
        ...result.dropped.map((name) => `  ${escapeControls(name)}`),
      ].join("\n"),
    );
  }
  if (result.leftoversDropped.length > 0) {
    context.log(
      "info",
      [
        "Dropped, because the files do not leave them on a database without the manual changes:",
        ...result.leftoversDropped.map((identity) => `  ${escapeControls(identity)}`),
      ].join("\n"),
    );
  }
  announceLocks(result.locks, context, hasBlocked);
  reportTakenBack(result, context);
  if (result.repaired.length > 0) {
    context.log(
      "info",
      ["Repaired:", ...result.repaired.map((identity) => `  ${escapeControls(identity)}`)].join("\n"),
    );
  }
  reportForeign(result, context);
  reportLosses(result, context);
  warnOfRemaining(result, inputs, context);
  reportAccess(result, context);
}

/** More files than this are summarized by folder; the preview has listed each one. */
const maxListed = 40;

function timings({ ran }: ApplyResult, bundle: LoadedBundle): string[] {
  if (ran.length <= maxListed) {
    return table(ran, bundle).map((line, at) => `${line}  ${ran[at]?.durationMilliseconds ?? 0} ms`);
  }
  const folders = new Map<string, { files: number; milliseconds: number }>();
  for (const { path, durationMilliseconds } of ran) {
    const folder = path.slice(0, path.lastIndexOf("/"));
    const { files, milliseconds } = folders.get(folder) ?? { files: 0, milliseconds: 0 };
    folders.set(folder, { files: files + 1, milliseconds: milliseconds + durationMilliseconds });
  }
  return [...folders].map(
    ([folder, { files, milliseconds }]) => `  ${folder}: ${files} files, ${milliseconds} ms`,
  );
}

function appliedState(result: ApplyResult): BundleState {
  const files = [...result.history.files.values()].map(
    ({ path, kind, sha256, objects, dependsOn }): StateFile => ({
      path,
      kind,
      sha256,
      makes: objects.flatMap(({ identity }) => identity ?? []),
      dependsOn,
    }),
  );
  return {
    version: newestVersion(files),
    files: new Map(files.map((file) => [file.path, file])),
    expected: digestsOf(result.expected),
    openTables: openTables(result.expected),
    ...serverOf(result.after),
    live: {
      ...accessDrift(result),
      ...driftOf(withRedactedValues(diffManaged(result.expected, result.live))),
    },
    ...(result.access === undefined
      ? {}
      : { access: { digests: postureDigests(result.access.baseline), coverage: postureVersion } }),
  };
}

function accessDrift({ access }: ApplyResult): Drift {
  return access === undefined ? {} : driftOf(withRedactedAccess(access.differences));
}

/** Returns the state after a preview: everything is as expected, and files that it left out count as applied. */
function dryRunState(result: ApplyResult): BundleState {
  const state = appliedState(result);
  const version = newestVersion([...state.files.values(), ...result.skipped.map(({ file }) => file)]);
  return { ...state, version, live: {} };
}

/**
 * Returns the outputs. The connection stays an input, because outputs are shown, exported and copied. The files are in
 * `appliedFiles`.
 */
function shownInputs(properties: PropertyMap): PropertyMap {
  const { connection: _secret, files: _files, live: _outlook, [driftReadAt]: _time, ...shown } = properties;
  return shown;
}
