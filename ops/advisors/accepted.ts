import type { Finding } from "./findings";

export interface AcceptedFinding {
  /** The name of the objects that it may be about, without their schema. */
  readonly of: RegExp;
  readonly reason: string;
}

/** What Supabase's advisors find in this stack and what stays as it is, by the finding's name. Only informations are. */
export const acceptedFindings: Readonly<Record<string, AcceptedFinding>> = {
  unused_index: {
    of: /^[a-z0-9_]+$/,
    reason: "An index counts as unused until a query of an application has used it.",
  },
  rls_enabled_no_policy: {
    of: /_(\d{4}_\d{2}|default)$/,
    reason: "A partition is read through its parent, which has the policies; read directly it shows nothing.",
  },
  no_primary_key: {
    of: /^ddl_log(_\d{4}_\d{2}|_default)?$/,
    reason: "No constraint may refuse an entry of the log: it would fail the statement that is logged.",
  },
};

/** Whether nobody has accepted a finding. */
export function isOpen(finding: Finding): boolean {
  return acceptanceOf(finding) === undefined;
}

/** Returns why a finding stays; undefined where nobody has accepted it. */
export function acceptanceOf({ name, level, object }: Finding): AcceptedFinding | undefined {
  const accepted = acceptedFindings[name];
  return level === "info" && accepted?.of.test(object ?? "") === true ? accepted : undefined;
}
