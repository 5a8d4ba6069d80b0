import type { Finding } from "./findings";

export interface AcceptedFinding {
  /** The names of the affected objects, without their schema. */
  readonly of: RegExp;
  readonly reason: string;
}

/** Findings of Supabase's advisors that this stack accepts, by name. All of them are informational. */
export const acceptedFindings: Readonly<Record<string, AcceptedFinding>> = {
  unused_index: {
    of: /^[a-z0-9_]+$/,
    reason: "An index counts as unused until a query of an application has used it.",
  },
  rls_enabled_no_policy: {
    of: /_(\d{4}_\d{2}|default)$/,
    reason: "A partition is read through its parent, which has the policies. A direct read returns no rows.",
  },
  no_primary_key: {
    of: /^ddl_log(_\d{4}_\d{2}|_default)?$/,
    reason: "A primary key could reject an entry of the log, and then the logged statement would fail.",
  },
};

/** Returns whether a finding is not accepted. */
export function isOpen(finding: Finding): boolean {
  return acceptanceOf(finding) === undefined;
}

/** Returns why a finding is accepted; undefined if it is not. */
export function acceptanceOf({ name, level, object }: Finding): AcceptedFinding | undefined {
  const accepted = acceptedFindings[name];
  return level === "info" && accepted?.of.test(object ?? "") === true ? accepted : undefined;
}
