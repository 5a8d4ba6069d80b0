import type { DiffRequest, DiffResponse, PropertyDiff } from "../../../../host/provider";
import { diffCatalogs, differencePath } from "../catalog";
import { type BundleInputs, bundleInputs } from "../inputs";
import { stateOf } from "./state";

/**
 * What differs: the files by path, the database by address, and the live catalog from what the bundle made. The state
 * says it all, so nothing is asked of the database. Where the files lie, a new password, limits and switches are no
 * change: the next operation uses them.
 */
export function diffBundle(request: DiffRequest): DiffResponse {
  const before = bundleInputs(request.oldInputs);
  const now = bundleInputs(request.inputs);
  const detailed: Record<string, PropertyDiff> = {};
  for (const path of [...new Set([...Object.keys(before.files), ...Object.keys(now.files)])].sort()) {
    const [former, latter] = [before.files[path], now.files[path]];
    if (former?.sha256 === latter?.sha256 && former?.kind === latter?.kind) continue;
    const kind = former === undefined ? "add" : latter === undefined ? "delete" : "update";
    detailed[`files[${JSON.stringify(path)}]`] = { kind, inputDiff: true };
  }
  if (movedDatabase(before, now)) detailed.connection = { kind: "update", inputDiff: true };
  const { expected, live } = stateOf(request.oldOutputs);
  for (const difference of diffCatalogs(expected, live)) {
    detailed[differencePath(difference)] = {
      kind: kindOf(difference),
      inputDiff: false,
    };
  }
  return { changes: Object.keys(detailed).length > 0, detailed };
}

/** In the direction of the repair: what is missing will be added, what is extra is not wanted. */
function kindOf({ kind, expected, live }: ReturnType<typeof diffCatalogs>[number]): PropertyDiff["kind"] {
  if (kind === "missing") return "add";
  if (kind === "extra") return "delete";
  return expected === undefined ? "delete" : live === undefined ? "add" : "update";
}

function movedDatabase({ connection: former }: BundleInputs, { connection: latter }: BundleInputs): boolean {
  if (former === undefined || latter === undefined) return false;
  return former.host !== latter.host || former.port !== latter.port || former.database !== latter.database;
}
