import { UserError } from "../../foundation/userError";
import { exitCodes } from "../exitCodes";
import { applyPolicy, type DatedRun, newestNeighbours, type RetentionPolicy } from "./policy";

export interface Rules {
  readonly policy: RetentionPolicy;
  /** The number of intact backups that stay regardless of their age. */
  readonly minimum: number;
  readonly now: Date;
  /** Reads a whole backup. */
  readonly inspect: (run: string) => Promise<"intact" | "damaged" | "could not check">;
}

export interface DecidedFate {
  readonly run: string;
  readonly isDeleted: boolean;
  readonly reason: string;
}

/**
 * Decides which backups are deleted. A backup is deleted only if the ones that stay instead were read and are intact:
 * the newest ones up to the minimum, and the newest of its week and month. One that is not intact does not count, and
 * the decision is repeated without it; it stays for inspection. If nothing is deleted, nothing is read.
 *
 * @throws UserError if backups would be deleted, and fewer than the minimum are intact because others are not
 */
export async function decide(runs: readonly DatedRun[], rules: Rules): Promise<DecidedFate[]> {
  const { policy, minimum, now, inspect } = rules;
  const intact = new Set<string>();
  const defective = new Map<string, string>();
  for (;;) {
    const counted = runs.filter(({ name }) => !defective.has(name));
    const past = counted
      .filter(({ start }) => start <= now)
      .sort((a, b) => b.start.getTime() - a.start.getTime() || (a.name < b.name ? 1 : -1));
    const decided = applyPolicy(counted, policy, now);
    const stays = new Set(decided.flatMap(({ run, reasons }) => (reasons.length > 0 ? [run] : [])));
    const going = past.filter(({ name }) => !stays.has(name));
    const kept = past.filter(({ name }) => stays.has(name));
    const newest = past.slice(0, minimum);
    const needed =
      going.length === 0 ? [] : [...newest, ...going.flatMap((run) => newestNeighbours(kept, run))];
    const unread = needed.find(({ name }) => !intact.has(name));
    if (unread !== undefined) {
      const verdict = await inspect(unread.name);
      if (verdict === "intact") intact.add(unread.name);
      else defective.set(unread.name, verdict);
      continue;
    }
    // If all are intact, all of them stay, because they are fewer than the minimum.
    if (going.length > 0 && newest.length < minimum && defective.size > 0) {
      const others = [...defective].map(([run, verdict]) => `${run} (${verdict})`);
      throw new UserError(
        `${newest.length} backups are intact, and at least ${minimum} must remain; not intact: ${others.join(", ")}.`,
        [...defective.values()].includes("damaged") ? exitCodes.damaged : exitCodes.couldNotCheck,
      );
    }
    const minimal = new Set(newest.map(({ name }) => name));
    return [
      ...decided.map(({ run, reasons }) => {
        if (reasons.length > 0) return { run, isDeleted: false, reason: reasons.join(", ") };
        return minimal.has(run)
          ? { run, isDeleted: false, reason: `one of the newest ${minimum} that are intact` }
          : { run, isDeleted: true, reason: "older than the policy keeps" };
      }),
      ...[...defective].map(([run, verdict]) => ({
        run,
        isDeleted: false,
        reason: `kept for inspection: ${verdict}`,
      })),
    ];
  }
}
