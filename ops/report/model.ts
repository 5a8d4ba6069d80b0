import * as z from "zod";

/**
 * The version of the report's format. Adding a field keeps it; removing a field or changing its meaning increases it.
 */
export const reportVersion = 1;

const text = z.string();

const resource = z.strictObject({
  urn: text,
  type: text.describe("For example `aws:s3/bucket:Bucket`."),
  name: text.describe("The name that the program gives the resource."),
});

const value = z.json().describe("A secret is the text `[secret]`.");

const property = z.strictObject({
  path: text.describe('For example `policy` or `tags["Owner"]`.'),
  change: z.enum(["add", "delete", "update"]),
  replaces: z.boolean().describe("Whether this property is why the resource is replaced."),
  from: value.optional(),
  to: value.optional().describe("Missing if it is known only after the deployment; see `unknown`."),
  unknown: z.boolean().optional().describe("Whether the new value is known only after the deployment."),
});

const change = z.strictObject({
  resource,
  operation: z.enum(["replace", "delete", "create", "update", "import", "read", "forget"]),
  properties: z.array(property),
});

const drift = z.strictObject({
  resource,
  object: text
    .optional()
    .describe("In the database: the object, for example `policy shared.customers own_tenant`."),
  property: text.optional().describe("The property that differs; missing if everything differs."),
  what: z.enum(["changed", "missing", "extra"]),
  severity: z
    .enum(["high", "medium", "low"])
    .describe("`high`: affects access; `low`: descriptions and tags."),
  description: text.describe("What differs, in words."),
  author: text.optional().describe("Who made the change, from where and when, if the database recorded it."),
  outcome: z
    .enum(["repaired", "kept", "blocks", "overwritten"])
    .describe(
      "What a deployment does: repair it, keep it, stop because of it, or set another value that the code has changed as well.",
    ),
  repair: text.optional().describe("How it is repaired: the statement, the file that runs, or the command."),
  waiver: z
    .strictObject({ reason: text, owner: text, until: text.describe("The last day, as YYYY-MM-DD.") })
    .optional()
    .describe("Who accepted it, until when, and why. Missing if it is not accepted or no longer accepted."),
});

const bundle = z.strictObject({
  resource,
  files: z.array(
    z.strictObject({
      path: text,
      reason: text.describe("`new`, `changed`, `affected`, `drifted`, …"),
      because: text.optional(),
      milliseconds: z.number().optional().describe("How long it ran in a deployment."),
    }),
  ),
  objects: z.array(
    z.strictObject({
      object: text,
      change: z.enum(["created", "dropped", "changed"]),
      details: text.describe("The changed properties; empty for an object that is created or dropped."),
      isRepair: z
        .boolean()
        .describe("Whether it reverts a manual change, so that it is not part of the change under review."),
    }),
  ),
  locks: z
    .array(
      z.strictObject({
        place: text.describe("File and line of the statement."),
        statement: text.describe("On one line, truncated if long."),
        relation: text,
        lock: text.describe("As PostgreSQL names it, for example `ACCESS EXCLUSIVE`."),
        blocks: text.describe("Who waits, in words."),
        heldSeconds: z
          .number()
          .optional()
          .describe(
            "From the statement to the end of the transaction; missing if the statement did not run.",
          ),
        rewritten: z.boolean().describe("Whether all rows are rewritten."),
        scanned: z.boolean().describe("Whether all rows are read."),
        rows: z.number().optional().describe("As the statistics estimate; missing without statistics."),
        bytes: z.number().describe("Size of the table without its indexes."),
      }),
    )
    .default([])
    .describe("Existing relations that migrations lock, scan or rewrite."),
  hazards: z
    .array(
      z.strictObject({
        hazard: text.describe("A name in docs/locks.md."),
        relation: text,
        place: text.describe("File and line of the statement."),
        text: text.describe("The hazard and the safe way; the reason if it is accepted."),
        isAccepted: z.boolean().describe("Whether the migration has an `-- accepts:` line for it."),
      }),
    )
    .default([]),
  foreign: z
    .array(
      z.strictObject({
        object: text,
        change: z
          .enum(["takenOver", "undone", "recreated"])
          .describe(
            "`takenOver`: a file declares it now; `undone`: it was part of an object that a file replaces; `recreated`: it depends on an object that a file replaces, and stays foreign.",
          ),
      }),
    )
    .default([])
    .describe("What happens to objects that no file made."),
  uncovered: z.array(text).default([]).describe("What the dry run does not cover."),
  notices: z.array(
    z.strictObject({ severity: z.enum(["info", "warning"]), title: text, lines: z.array(text) }),
  ),
});

const policy = z.strictObject({
  pack: text,
  policy: text,
  level: z.enum(["mandatory", "advisory"]),
  resource: resource.optional(),
  message: text,
});

const finding = z.strictObject({
  name: text.describe("What the advisor looks for, for example `rls_disabled_in_public`."),
  title: text,
  level: z.enum(["error", "warning", "info"]),
  detail: text.describe("What it found, and where."),
  remediation: text.describe("URL of the page that explains the fix; empty if there is none."),
});

const advisors = z.strictObject({
  added: z.array(finding).describe("Findings that exist only with the change, the most severe first."),
  resolved: z.array(finding).describe("Findings that exist only without the change."),
  unchanged: z.number().int().nonnegative().describe("Number of findings with and without the change."),
});

const cost = z.strictObject({
  after: z.number().describe("With the configuration under review."),
  before: z.number().optional().describe("With the configuration of the base; missing if there is none."),
  lines: z
    .array(z.strictObject({ component: text, what: text, before: z.number(), after: z.number() }))
    .describe("What differs, the largest difference first."),
});

const problem = z.strictObject({
  source: z
    .enum(["configuration", "resource", "policy", "program", "command"])
    .describe("`command`: the CLI itself, for example because there is no such stack."),
  resource: resource.optional(),
  message: text,
});

export const reportSchema = z
  .strictObject({
    version: z.literal(reportVersion),
    kind: z.enum(["preview", "up", "drift"]),
    stack: text,
    commit: text.optional(),
    durationSeconds: z.number().nonnegative(),
    verdict: z.strictObject({
      status: z
        .enum(["unchanged", "changes", "refused", "failed", "cancelled"])
        .describe("`refused`: because of the configuration or a policy; nothing was changed."),
      sentence: text,
    }),
    errors: z.array(problem),
    changes: z
      .array(change)
      .describe(
        "What the change does; replacements and deletions first. In a search for drift: the code that was not deployed.",
      ),
    consequences: z
      .array(change)
      .describe("Updates whose new values come only from resources that repairs create again."),
    drift: z
      .array(drift)
      .describe("What was changed outside of Pulumi since the last deployment, the most severe first."),
    bundles: z.array(bundle).describe("The SQL bundles that would run files or print messages."),
    advisors: advisors
      .optional()
      .describe(
        "What Supabase's advisors find in a copy before and after the change was deployed to it, without accepted findings. Missing if they did not run.",
      ),
    cost: cost
      .optional()
      .describe(
        "USD a month, as estimated from the configuration (docs/cost.md). Missing for a stack without an estimate.",
      ),
    policies: z.array(policy),
    warnings: z.array(problem),
    unchangedResources: z.number().int().nonnegative(),
  })
  .describe("What a preview, a deployment or a search for drift found.");

export type Report = z.output<typeof reportSchema>;
export type ReportedResource = Report["changes"][number]["resource"];
export type Change = Report["changes"][number];
export type PropertyChange = Change["properties"][number];
export type DriftItem = Report["drift"][number];
export type Bundle = Report["bundles"][number];
export type LockEntry = Bundle["locks"][number];
export type HazardEntry = Bundle["hazards"][number];
export type Problem = Report["errors"][number];
export type ReportedFinding = NonNullable<Report["advisors"]>["added"][number];
export type ReportedCost = NonNullable<Report["cost"]>;
export type PolicyResult = Report["policies"][number];

/** Returns whether an operation loses what a resource contains. */
export function isDestructive({ operation }: Change): boolean {
  return operation === "replace" || operation === "delete";
}
