/** A manual change and its expected report. */
export interface HandMadeChange {
  /** The change in the words of the report. */
  readonly name: string;
  /** The statement and its reverse. Both run as role postgres, unless `as` names another. */
  readonly change: string;
  readonly reverse: string;
  readonly as?: "supabase_admin";
  /** The highest severity in the report. */
  readonly severity: "opens" | "changes" | "extra";
  /** Every difference that a refresh prints, in order: its kind and its path in Pulumi's form. */
  readonly reports: readonly string[];
  /**
   * What brings the expected state back: plain `pulumi up`; `pulumi up` with `sql.prune: drop`, for something extra;
   * or a hand: because an up would lose data, or because something extra may be somebody's.
   */
  readonly repairedBy: "up" | "prune" | "hand";
  /** If it stops an up until it is repaired manually: the line in which the up reports it. */
  readonly refusal?: string;
}

export const changed = (identity: string, ...properties: string[]): string[] =>
  properties.map((property) => `changed live[${JSON.stringify(identity)}].${property}`);
export const missing = (...identities: string[]): string[] =>
  identities.map((identity) => `missing live[${JSON.stringify(identity)}]`);
export const extra = (...identities: string[]): string[] =>
  identities.map((identity) => `extra live[${JSON.stringify(identity)}]`);
