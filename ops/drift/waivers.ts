import { UserError } from "../../foundation/userError";
import type { DriftItem, Problem } from "../report/model";

/** A difference that is accepted until a date. */
export interface DriftWaiver {
  readonly stack: string;
  /** The database object (`policy shared.customers rogue`), or the name of the resource in the program. */
  readonly subject: string;
  /** One property of it. Default: all of them. */
  readonly property?: string;
  readonly reason: string;
  /** The person responsible for it. */
  readonly owner: string;
  /** The last day on which it applies, as YYYY-MM-DD in UTC. */
  readonly until: string;
}

/** All waivers. The search for drift reports an expired one until it is renewed or removed. */
export const waivers: readonly DriftWaiver[] = [];

export interface WaivedDrift {
  readonly drift: DriftItem[];
  /** Waivers that have expired or are no longer needed. */
  readonly warnings: Problem[];
  /** Number of waivers that have expired. */
  readonly expired: number;
}

/** Marks differences that are waived. A difference with an expired waiver counts again, and the waiver is reported. */
export function applyWaivers(
  drift: readonly DriftItem[],
  list: readonly DriftWaiver[],
  { stack, now }: { readonly stack: string; readonly now: Date },
): WaivedDrift {
  const own = list.filter((waiver) => waiver.stack === stack);
  for (const waiver of own) requireDay(waiver);
  const today = now.toISOString().slice(0, 10);
  const expired = own.filter(({ until }) => until < today);
  const holding = own.filter(({ until }) => until >= today);
  const unused = holding.filter((waiver) => !drift.some((item) => isAbout(waiver, item)));
  return {
    drift: drift.map((item) => {
      const waiver = holding.find((each) => isAbout(each, item));
      if (waiver === undefined) return item;
      const { reason, owner, until } = waiver;
      return { ...item, waiver: { reason, owner, until } };
    }),
    warnings: [
      ...expired.map((waiver) =>
        warning(waiver, `expired on ${waiver.until}: renew it in ops/drift/waivers.ts, or remove it.`),
      ),
      ...unused.map((waiver) => warning(waiver, "is no longer needed: remove it from ops/drift/waivers.ts.")),
    ],
    expired: expired.length,
  };
}

function requireDay({ subject, until }: DriftWaiver): void {
  const time = /^\d{4}-\d{2}-\d{2}$/.test(until) ? Date.parse(until) : Number.NaN;
  const isDay = !Number.isNaN(time) && new Date(time).toISOString().startsWith(until);
  if (!isDay) {
    throw new UserError(
      `The waiver of ${subject} in ops/drift/waivers.ts: until must be a date (YYYY-MM-DD), but is ${JSON.stringify(until)}.`,
    );
  }
}

function isAbout({ subject, property }: DriftWaiver, item: DriftItem): boolean {
  const isSubject = subject === (item.object ?? item.resource.name);
  return isSubject && (property === undefined || property === item.property);
}

function warning({ subject, property, owner, reason }: DriftWaiver, what: string): Problem {
  const about = property === undefined ? subject : `${subject}, ${property}`;
  return { source: "program", message: `The waiver of ${about} (${owner}: ${reason}) ${what}` };
}
