import type { Client } from "pg";
import { type Catalog, readCatalogReading } from "../../catalog";
import { checkBaseline } from "../../history/baseline";
import { type History, readHistory } from "../../history/history";
import { historyCatalog } from "../../history/historyCatalog";
import { restoredHistory, trustedExpectation } from "../../history/historyRepair";
import { readRecord } from "../../history/record";
import { type Comparison, compare } from "../../repair/compare";
import { hopelessOf, refuseHopeless } from "../../repair/drift";
import type { BundleFile, LoadedBundle } from "../../source/files";
import { mayReachDependents } from "../../source/mentions";
import { loadParser } from "../../source/parser";
import { fileLinks } from "../plan/fileLinks";
import { driftedFiles, makersOf } from "../plan/makers";
import { type MigrationPlan, planMigrations } from "../plan/planMigrations";
import { planRepeatables, type RepeatablePlan } from "../plan/planRepeatables";
import { relevanceTo } from "../rehearsal/rehearsal";
import type { ApplyRequest } from "../request";

/** What is known before any file runs. */
export interface Look {
  readonly bundle: LoadedBundle;
  readonly history: History;
  readonly expected: Catalog;
  readonly comparison: Comparison;
  readonly plan: MigrationPlan;
}

/** What an up would do, as far as that is known without executing a file. */
export interface LookAhead extends Look {
  readonly repeatables: RepeatablePlan;
  /** Identity → the repeatable that creates it. */
  readonly makers: ReadonlyMap<string, string>;
  /** Manual changes that stop the up unless a pending file repairs them. */
  readonly undecided: ReadonlySet<string>;
}

/**
 * Reads the catalog and the database's record, and stops where an up would stop before it runs a file: contradictions
 * between files and history, an edited record, a missing baseline, manual changes that cannot be repaired.
 */
export async function lookAhead(
  client: Client,
  { inputs, bundle, stateExpected }: Pick<ApplyRequest, "inputs" | "bundle" | "stateExpected">,
): Promise<LookAhead> {
  // Texts are compared by their tokens, and names in statements are quoted according to the parser's keywords.
  await loadParser();
  const { catalog, addresses } = await readCatalogReading(client);
  const found = await readHistory(client, inputs.name);
  const live = { ...catalog, ...historyCatalog(found) };
  const record = await readRecord(client, inputs.name);
  const expected = trustedExpectation(record, stateExpected, live);
  const history = restoredHistory(expected, found);
  const plan = planMigrations(bundle.migrations, history, inputs);
  await checkBaseline(client, plan.adopt, live);
  const comparison = await compare(
    client,
    expected,
    { catalog: live, addresses },
    { addresses: record.addresses },
  );
  const makers = makersOf(history, bundle.repeatables);
  const look: Look = { bundle, history, expected, comparison, plan };
  refuseHopeless(comparison, expected, makers, { mayRepair: mayPendingRepair(look) });
  const undecided = new Set(hopelessOf(comparison, expected, makers).map(({ identity }) => identity));
  return { ...look, repeatables: repeatablesOf(look), makers, undecided };
}

function repeatablesOf({ bundle, history, expected, comparison }: Look): RepeatablePlan {
  const makers = makersOf(history, bundle.repeatables);
  const drifted = driftedFiles(expected, comparison.traced.catalog, makers);
  return planRepeatables(bundle.repeatables, history.files, { drifted, links: fileLinks });
}

/** Returns the files that an up runs, except those that only its migrations turn out to affect. */
function pendingFiles(look: Look): BundleFile[] {
  return [...look.plan.pending, ...repeatablesOf(look).run.map(({ file }) => file)];
}

/**
 * Returns a predicate that tells whether one of the files that an up runs may repair an object. The files are only read when
 * needed.
 */
export function mayPendingRepair(look: Look): (identity: string) => boolean {
  let ofFiles: ((identity: string) => boolean) | undefined;
  return (identity) => {
    ofFiles ??= mayRepair(pendingFiles(look), look.comparison.traced.catalog);
    return ofFiles(identity);
  };
}

/**
 * Returns a predicate that tells whether one of the pending files may repair an object, or make it unexpected. Only running them
 * shows
 * it.
 */
export function mayRepair(files: readonly BundleFile[], live: Catalog): (identity: string) => boolean {
  if (files.some(mayReachDependents)) return () => true;
  const isRelevant = relevanceTo(files);
  return (identity) => isRelevant(identity, live);
}
