import * as z from "zod";
import { UserError } from "../../foundation/userError";
import type { StackProject } from "../stackProject";

/** A finding of Supabase's database linter, as the API returns it. */
const lint = z.looseObject({
  name: z.string(),
  title: z.string(),
  level: z.enum(["ERROR", "WARN", "INFO"]),
  detail: z.string(),
  remediation: z.string().default(""),
  cache_key: z.string(),
  metadata: z.looseObject({ name: z.string().optional() }).nullish(),
});
const answers = z.object({ lints: z.array(lint) });

const levels = { ERROR: "error", WARN: "warning", INFO: "info" } as const;

export interface Finding {
  /** What the linter looks for, such as `rls_disabled_in_public`. */
  readonly name: string;
  readonly title: string;
  readonly level: (typeof levels)[keyof typeof levels];
  /** What was found, and where. */
  readonly detail: string;
  /** The address of the page that explains the fix. */
  readonly remediation: string;
  /** Identical for the same finding at another time. */
  readonly key: string;
  /** The affected object, without its schema. */
  readonly object?: string;
}

/** Returns a value with the expected type. Throws a UserError if the linter's format has changed. */
function parsed<T>(schema: z.ZodType<T>, value: unknown): T {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  const place = issue?.path.map(String).join(".") ?? "";
  throw new UserError(
    `The response of Supabase's advisors has an unknown format (${[place, issue?.message].filter(Boolean).join(": ")}): use a newer version of this repository, or report it there.`,
  );
}

/** Parses the linter's output: a list of findings, the most severe first. */
export function findingsOf(lints: unknown): Finding[] {
  const found = parsed(z.array(lint), lints).map((entry): Finding => {
    const { name, title, level, detail, remediation, cache_key: key, metadata } = entry;
    const object = metadata?.name;
    return {
      ...{ name, title, level: levels[level], detail, remediation, key },
      ...(object === undefined ? {} : { object }),
    };
  });
  const unique = [...new Map(found.map((finding) => [finding.key, finding])).values()];
  const order = Object.values(levels);
  return unique.sort(
    (a, b) => order.indexOf(a.level) - order.indexOf(b.level) || (a.key < b.key ? -1 : Number(a.key > b.key)),
  );
}

/** Requests a project's findings from the advisors for security and performance. */
export async function readFindings({ api, path }: StackProject): Promise<Finding[]> {
  const ask = async (type: string) =>
    parsed(
      answers,
      await api.expectJson("GET", `${path}/advisors/${type}`, {
        status: 200,
        doing: `ask the ${type} advisor`,
      }),
    ).lints;
  return findingsOf([...(await ask("security")), ...(await ask("performance"))]);
}

/** Returns a finding for a terminal: a description, and below it the page that explains the fix. */
export function findingText(finding: Pick<Finding, "level" | "name" | "detail" | "remediation">): string {
  const { level, name, detail, remediation } = finding;
  const line = `${level.padEnd(7)} ${name}: ${detail}`;
  return remediation === "" ? line : `${line}\n        ${remediation}`;
}
