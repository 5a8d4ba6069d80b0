import type { DiffRequest, DiffResponse, PropertyDiff } from "../../../../provider-host/provider";
import { isPropertyMap, type PropertyMap } from "../../../../provider-host/values";
import { differencePath } from "../catalog";
import { type BundleInputs, bundleInputs } from "../inputs";
import { driftPaths } from "./drift";
import { driftReadAt } from "./outlook";
import { stateOf } from "./state";

/**
 * Returns the differences: the files by path, the database by address, and what Read found in the database. The state
 * contains all of it, so the database is not read. The files' location, a new password, limits and switches are not
 * changes: the next operation uses them.
 */
export function diffBundle(request: DiffRequest): DiffResponse {
  const before = bundleInputs(request.oldInputs);
  const now = bundleInputs(request.inputs);
  const detailed: Record<string, PropertyDiff> = {};
  for (const path of [...new Set([...Object.keys(before.files), ...Object.keys(now.files)])].sort()) {
    const [former, latter] = [before.files[path], now.files[path]];
    if (former === latter) continue;
    const kind = former === undefined ? "add" : latter === undefined ? "delete" : "update";
    detailed[`files[${JSON.stringify(path)}]`] = { kind, inputDiff: true };
  }
  if (movedDatabase(before, now)) detailed.connection = { kind: "update", inputDiff: true };
  const { live, access } = stateOf(request.oldOutputs);
  // A state without a baseline comes from an earlier version, or only the bundle was watched. Check fills in the input,
  // so a refresh of such a state finds nothing.
  if (request.inputs.watch === "database" && access === undefined)
    detailed.access = { kind: "add", inputDiff: false };
  for (const { identity, property } of driftPaths(live)) {
    const kind = hasOutlook(request, identity, property) ? "update" : "delete";
    detailed[differencePath({ identity, property })] = { kind, inputDiff: false };
  }
  return { changes: Object.keys(detailed).length > 0, detailed };
}

/**
 * Returns whether the engine can show a new value. In a preview it can, because Check passes on what Read wrote into the inputs:
 * the drift as the old value, and what a deployment does about it as the new one. To show a refresh, the engine requests the
 * difference between Read's result and the previous inputs, and inverts it: a deletion becomes an addition, of which it only
 * shows the new value.
 */
function hasOutlook({ oldInputs, inputs }: DiffRequest, identity: string, property?: string): boolean {
  if (inputs[driftReadAt] === undefined || inputs[driftReadAt] !== oldInputs[driftReadAt]) return false;
  const outlook = mapOf(inputs.live)[identity];
  return property === undefined ? outlook !== undefined : mapOf(outlook)[property] !== undefined;
}

function mapOf(value: PropertyMap[string] | undefined): PropertyMap {
  return isPropertyMap(value) ? value : {};
}

function movedDatabase({ connection: former }: BundleInputs, { connection: latter }: BundleInputs): boolean {
  if (former === undefined || latter === undefined) return false;
  return former.host !== latter.host || former.port !== latter.port || former.database !== latter.database;
}
