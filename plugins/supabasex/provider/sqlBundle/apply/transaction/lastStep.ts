import type { Addresses, Catalog } from "../../catalog";
import type { Comparison } from "../../repair/compare";
import { type Repaired, refuseUnrepaired, repairRest, unrepaired } from "../../repair/drift";
import { type RepairGroup, runRepairs } from "../../repair/restore";
import { refuseLeftovers } from "../rehearsal/leftovers";
import { type FilesRun, readWithHistory } from "../run/runFiles";
import type { Start } from "../run/start";

/** What the last step of a transaction brings the database to. */
export interface LastStep {
  readonly expected: Catalog;
  /** Drops what the files should have dropped. */
  readonly left: readonly RepairGroup[];
  /** Of manual changes. */
  readonly addresses: Addresses;
}

/** Drops what this transaction should have dropped. Manual changes stay: the rest of the files may state them. */
export async function dropLeft(
  { session, request: { inputs } }: Start,
  run: FilesRun,
  { expected, left, addresses }: LastStep,
): Promise<Repaired & Comparison> {
  const failed = await runRepairs(session, left);
  const reading = left.length === 0 ? run.after : (await readWithHistory(session, inputs.name)).reading;
  refuseLeftovers(failed, reading);
  return await unrepaired(session, expected, reading, { addresses });
}

/** Drops what this transaction should have dropped, and repairs what neither the files nor the first repair did. */
export async function repairLast(
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
