/** A violation that somebody has accepted, for a time. */
export interface Waiver {
  /** Name of the rule. */
  readonly rule: string;
  /** Logical name of the resource. */
  readonly resource: string;
  readonly reason: string;
  /** Who answers for it. */
  readonly owner: string;
  /** The last day on which it holds, as YYYY-MM-DD in UTC. */
  readonly until: string;
}

/** All waivers. An expired one no longer holds, and one that nothing needs is reported as advice. */
export const waivers: readonly Waiver[] = [];

/** Finds the waiver of a violation, expired or not. */
export function waiverOf(list: readonly Waiver[], rule: string, resource: string): Waiver | undefined {
  return list.find((waiver) => waiver.rule === rule && waiver.resource === resource);
}

/** Whether a waiver still holds at a moment: through the whole of its last day. */
export function holds({ until }: Waiver, now: Date): boolean {
  return now.toISOString().slice(0, 10) <= until;
}
