import * as z from "zod";
import {
  bundleAcceptance,
  bundleBaseline,
  bundleChoices,
  bundleLimits,
  bundleSwitches,
  type LimitName,
} from "../../plugins/supabasex/bundleArguments";
import { distinct, integer, matching } from "../fields";

function limit(name: LimitName) {
  const { minimum, maximum, default: otherwise, description } = bundleLimits[name];
  return integer(minimum, maximum).default(otherwise).meta({ description });
}

/** How the SQL bundle is previewed and applied. */
export const sqlSchema = z.strictObject({
  directory: matching(
    /^(?![/~])(?!.*\.\.)[A-Za-z0-9._/-]{1,200}$/,
    "must be a relative path inside the project",
  )
    .default("sql")
    .meta({ description: "Folder with `migrations/` and `repeatable/`, relative to the project." }),
  dryRun: z
    .enum(bundleChoices.dryRun.values)
    .default(bundleChoices.dryRun.values[0])
    .meta({ description: bundleChoices.dryRun.description }),
  prune: z
    .enum(bundleChoices.prune.values)
    .default(bundleChoices.prune.values[0])
    .meta({ description: bundleChoices.prune.description }),
  hazards: z
    .enum(bundleChoices.hazards.values)
    .default(bundleChoices.hazards.values[0])
    .meta({ description: bundleChoices.hazards.description }),
  watch: z
    .enum(bundleChoices.watch.values)
    .default(bundleChoices.watch.values[0])
    .meta({ description: bundleChoices.watch.description }),
  accept: distinct(matching(bundleAcceptance.pattern, bundleAcceptance.reason))
    .default([])
    .meta({ description: bundleAcceptance.description, example: bundleAcceptance.example }),
  lockWaitSeconds: limit("lockWaitSeconds"),
  lockTimeoutSeconds: limit("lockTimeoutSeconds"),
  lockRetries: limit("lockRetries"),
  statementTimeoutSeconds: limit("statementTimeoutSeconds"),
  dryRunStatementTimeoutSeconds: limit("dryRunStatementTimeoutSeconds"),
  dryRunMaxTableMegabytes: limit("dryRunMaxTableMegabytes"),
  baseline: matching(bundleBaseline.pattern, bundleBaseline.reason)
    .optional()
    .meta({ description: bundleBaseline.description, example: bundleBaseline.example }),
  allowAhead: z.boolean().default(false).meta({ description: bundleSwitches.allowAhead.description }),
});
