/** A violation that is accepted until a date. */
export interface Waiver {
  /** The name of the rule. */
  readonly rule: string;
  /** The logical name of the resource. */
  readonly resource: string;
  readonly reason: string;
  /** The person responsible for it. */
  readonly owner: string;
  /** The last day on which it applies, as YYYY-MM-DD in UTC. */
  readonly until: string;
}

/** All waivers. An expired one no longer applies, and an unused one is reported as advice. */
export const waivers: readonly Waiver[] = [];

/** Finds the waiver of a violation, expired or not. */
export function waiverOf(list: readonly Waiver[], rule: string, resource: string): Waiver | undefined {
  return list.find((waiver) => waiver.rule === rule && waiver.resource === resource);
}

/** Returns whether a waiver still applies at a moment. Its last day counts. */
export function holds({ until }: Waiver, now: Date): boolean {
  return now.toISOString().slice(0, 10) <= until;
}
