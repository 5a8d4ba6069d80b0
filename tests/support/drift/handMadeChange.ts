/** A change that somebody makes by hand, past the stack, and what is to be heard of it. */
export interface HandMadeChange {
  /** In the words of a report. */
  readonly name: string;
  /** The statement, and the one that takes it back. Both as role postgres, unless `as` says otherwise. */
  readonly change: string;
  readonly reverse: string;
  readonly as?: "supabase_admin";
  /** The worst of what is reported. */
  readonly severity: "opens" | "changes" | "extra";
  /** Every difference that a refresh prints, in order: its kind and its path as Pulumi shows it. */
  readonly reports: readonly string[];
  /**
   * What brings the expected state back: plain `pulumi up`; `pulumi up` with `sql.prune: drop`, for something extra;
   * or a hand: because an up would lose data, or because something extra may be somebody's.
   */
  readonly repairedBy: "up" | "prune" | "hand";
  /** For what stops an up until a hand repairs it: the line in which the up names it. */
  readonly refusal?: string;
}

export const changed = (identity: string, ...properties: string[]): string[] =>
  properties.map((property) => `changed live[${JSON.stringify(identity)}].${property}`);
export const missing = (...identities: string[]): string[] =>
  identities.map((identity) => `missing live[${JSON.stringify(identity)}]`);
export const extra = (...identities: string[]): string[] =>
  identities.map((identity) => `extra live[${JSON.stringify(identity)}]`);
