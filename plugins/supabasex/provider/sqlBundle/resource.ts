import { canonicalJson } from "../../../../foundation/json";
import { UserError } from "../../../../foundation/userError";
import type { CallContext } from "../../../host/provider";
import { type PropertyMap, unknown } from "../../../host/values";
import type { Resource } from "../resource";
import { type ApplyResult, applyBundle } from "./apply/apply";
import { type Catalog, diffCatalogs, managedPart, readCatalog } from "./catalog";
import { checkBundle } from "./check";
import { type History, historyCatalog, readHistory } from "./history/history";
import { type BundleInputs, bundleInputs, connectionOf } from "./inputs";
import { inspectBundle, previewBundle, table, warnOfRemaining } from "./preview/preview";
import { reporter } from "./preview/reporter";
import { LoginRefused } from "./session/connection";
import { reading } from "./session/reading";
import { type LoadedBundle, loadBundle } from "./source/files";
import { diffBundle } from "./state/diff";
import { withoutForeignTexts } from "./state/foreignTexts";
import {
  type BundleState,
  newestVersion,
  noState,
  type StateFile,
  stateOf,
  stateOutputs,
} from "./state/state";
import { targetMajor } from "./state/targetMajor";

/** Migrations and repeatables of one database, and what they have made there. */
export const sqlBundle: Resource = {
  check: async (request) => checkBundle(request),

  diff: async (request) => diffBundle(request),

  async create(request, context) {
    const inputs = bundleInputs(request.inputs);
    const id = inputs.name;
    if (!request.preview) return { id, outputs: await deploy(inputs, request.inputs, noState, context) };
    const result = await previewBundle(inputs, await load(inputs, noState, context.signal), noState, context);
    const outputs = shownInputs(request.inputs);
    if (result !== undefined) return { id, outputs: { ...outputs, ...stateOutputs(dryRunState(result)) } };
    return {
      id,
      outputs: { ...outputs, expected: unknown, live: unknown, appliedFiles: unknown, version: unknown },
    };
  },

  async update(request, context) {
    const inputs = bundleInputs(request.inputs);
    const state = stateOf(request.oldOutputs);
    if (!request.preview) return { outputs: await deploy(inputs, request.inputs, state, context) };
    const result = await previewBundle(
      inputs,
      await load(inputs, state, context.signal),
      state,
      context,
      connectionOf(request.oldInputs.connection),
    );
    const next = result === undefined ? { ...state, live: state.expected } : dryRunState(result);
    return { outputs: { ...shownInputs(request.inputs), ...stateOutputs(next) } };
  },

  /** Renews `live`, from what is in the state alone: neither the files nor the program are asked. */
  async read(request, context) {
    const connection = connectionOf(request.inputs.connection);
    if (connection === undefined || request.inputs.name === undefined) {
      throw new UserError(
        "A SqlBundle cannot be imported: declare it, with sql.baseline where the database has its migrations already.",
      );
    }
    const { name, limits } = bundleInputs(request.inputs);
    const state = stateOf(request.outputs);
    const options = {
      connection,
      bundle: name,
      limits,
      signal: context.signal,
      warn: reporter(context).warn,
    };
    const { catalog, history } = await asInState(() =>
      reading(options, async (client) => ({
        catalog: await readCatalog(client),
        history: await readHistory(client, name),
      })),
    );
    const found = liveOf(state.expected, { ...catalog, ...historyCatalog(history) }, history);
    const live = withoutForeignTexts(state.expected, found);
    return {
      id: request.id,
      inputs: withDrift(request.inputs, state.expected, live),
      outputs: { ...request.outputs, ...stateOutputs({ ...state, live }) },
    };
  },

  async delete(request, context) {
    const { name, deletable } = bundleInputs({ ...request.outputs, ...request.inputs });
    if (!deletable) {
      throw new UserError(
        `SQL bundle ${name} is not deleted, since its tables hold data: set deletable to forget it, which leaves the database as it is.`,
      );
    }
    context.log(
      "warning",
      `SQL bundle ${name} is forgotten; its schemas, tables and history stay in the database.`,
    );
  },
};

/** A refresh has the password of the last deployment, and no way to learn of another. */
async function asInState<T>(read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (error) {
    if (!(error instanceof LoginRefused)) throw error;
    throw new UserError(
      `${error.message} A refresh uses the password of the last deployment: if it was changed elsewhere since, set the configuration's to it and run \`pulumi up --refresh=false\` once.`,
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
  state: BundleState,
  context: CallContext,
): Promise<PropertyMap> {
  const { connection } = inputs;
  if (connection === undefined)
    throw new UserError(`SQL bundle ${inputs.name}: the connection is not known.`);
  const bundle = await load(inputs, state, context.signal);
  await inspectBundle(bundle);
  const result = await applyBundle({
    inputs,
    connection,
    bundle,
    commit: true,
    stateExpected: state.expected,
    signal: context.signal,
    report: reporter(context),
  });
  report(result, inputs, bundle, context);
  return { ...shownInputs(properties), ...stateOutputs(appliedState(result)) };
}

function report(result: ApplyResult, inputs: BundleInputs, bundle: LoadedBundle, context: CallContext): void {
  if (result.ran.length > 0) context.log("info", ["Applied:", ...timings(result, bundle)].join("\n"));
  if (result.adopted.length > 0) {
    context.log(
      "info",
      ["Adopted without running them:", ...result.adopted.map((path) => `  ${path}`)].join("\n"),
    );
  }
  if (result.dropped.length > 0) {
    context.log(
      "info",
      ["Dropped, since no file makes them any more:", ...result.dropped.map((name) => `  ${name}`)].join(
        "\n",
      ),
    );
  }
  if (result.repaired.length > 0) {
    context.log("info", ["Repaired:", ...result.repaired.map((identity) => `  ${identity}`)].join("\n"));
  }
  warnOfRemaining(result, inputs, context);
}

/** More files than anybody reads are summed up by folder; the preview has named each. */
const mostListed = 40;

function timings({ ran }: ApplyResult, bundle: LoadedBundle): string[] {
  if (ran.length <= mostListed) {
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
    expected: result.expected,
    live: withoutForeignTexts(result.expected, result.live),
  };
}

/** After a preview everything is as it should be. */
function dryRunState(result: ApplyResult): BundleState {
  return { ...appliedState(result), live: result.expected };
}

/**
 * The inputs, with what is expected of the objects that have drifted. When the engine shows a preview it takes the old
 * side of a difference from the outputs and the new side from the inputs: without this, one drifted policy reads as if
 * all of `live` went away.
 */
function withDrift(inputs: PropertyMap, expected: Catalog, live: Catalog): PropertyMap {
  const { live: _former, ...own } = inputs;
  const drifted = new Set(diffCatalogs(expected, live).map(({ identity }) => identity));
  if (drifted.size === 0) return own;
  const wanted = Object.entries(expected).filter(([identity]) => drifted.has(identity));
  return { ...own, live: Object.fromEntries(wanted) as unknown as PropertyMap };
}

/** The connection stays an input: outputs are shown, exported and copied around. */
function shownInputs(properties: PropertyMap): PropertyMap {
  const { connection: _secret, live: _drift, ...shown } = properties;
  return shown;
}

/**
 * What is there of the bundle's. Not counted as extra is what the database's own record knows to be a file's: a deploy
 * that failed half-way, or another stack's, has put it there.
 */
function liveOf(expected: Catalog, catalog: Catalog, history: History): Catalog {
  const live = managedPart(expected, catalog);
  if (!history.intact) return live;
  return Object.fromEntries(
    Object.entries(live).filter(([identity, object]) => {
      const recorded = history.expected[identity];
      const surplus = expected[identity] === undefined && recorded !== undefined;
      return !(surplus && canonicalJson({ ...recorded }) === canonicalJson({ ...object }));
    }),
  );
}
