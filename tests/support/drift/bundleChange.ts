/** A manual change and its expected report. */
export interface BundleChange {
  /** The change, as docs/drift.md names it. */
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
   * What restores the expected state: plain `pulumi up`; `pulumi up` with `sql.prune: drop`, for an extra object;
   * or only a person, because an up would lose data or because an extra object may belong to another application.
   */
  readonly repairedBy: "up" | "prune" | "hand";
  /** The line in which an up reports the change, if it stops deployments until it is repaired manually. */
  readonly refusal?: string;
}

export const changed = (identity: string, ...properties: string[]): string[] =>
  properties.map((property) => {
    const member = property.includes(".") ? `[${JSON.stringify(property)}]` : `.${property}`;
    return `changed live[${JSON.stringify(identity)}]${member}`;
  });
export const missing = (...identities: string[]): string[] =>
  identities.map((identity) => `missing live[${JSON.stringify(identity)}]`);
export const extra = (...identities: string[]): string[] =>
  identities.map((identity) => `extra live[${JSON.stringify(identity)}]`);
