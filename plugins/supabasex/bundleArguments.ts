/**
 * The settings of a SQL bundle, declared once: the stack's configuration, the component, the SDK and the provider take
 * names, bounds, defaults and descriptions from here.
 */

interface Limit {
  readonly default: number;
  readonly minimum: number;
  readonly maximum: number;
  readonly description: string;
}

/** Limits of a deployment and of its dry run; the unit is in the name. */
export const bundleLimits = {
  lockWaitSeconds: {
    default: 60,
    minimum: 0,
    maximum: 3600,
    description: "How long to wait for another deployment.",
  },
  lockTimeoutSeconds: {
    default: 5,
    minimum: 1,
    maximum: 600,
    description: "`lock_timeout` of each statement.",
  },
  lockRetries: {
    default: 5,
    minimum: 0,
    maximum: 20,
    description: "Retries after a lock timeout or a deadlock.",
  },
  statementTimeoutSeconds: {
    default: 600,
    minimum: 1,
    maximum: 86_400,
    description: "`statement_timeout`.",
  },
  dryRunStatementTimeoutSeconds: {
    default: 60,
    minimum: 1,
    maximum: 86_400,
    description:
      "`statement_timeout` of a dry run. A file with a statement that runs longer is left out of the dry run, and the preview says so.",
  },
  dryRunMaxTableMegabytes: {
    default: 1000,
    minimum: 0,
    maximum: 10_000_000,
    description:
      "A dry run leaves out a migration that would take ACCESS EXCLUSIVE on a table above this size, because its readers would wait until the rollback. The preview says what is left out.",
  },
} as const satisfies Record<string, Limit>;

export type LimitName = keyof typeof bundleLimits;

/** A value for each limit. */
export type BundleLimits = { readonly [Name in LimitName]: number };

/** The limits of a bundle that sets none. */
export const defaultLimits: BundleLimits = {
  lockWaitSeconds: bundleLimits.lockWaitSeconds.default,
  lockTimeoutSeconds: bundleLimits.lockTimeoutSeconds.default,
  lockRetries: bundleLimits.lockRetries.default,
  statementTimeoutSeconds: bundleLimits.statementTimeoutSeconds.default,
  dryRunStatementTimeoutSeconds: bundleLimits.dryRunStatementTimeoutSeconds.default,
  dryRunMaxTableMegabytes: bundleLimits.dryRunMaxTableMegabytes.default,
};

/** Settings with a choice of values; the first is the default. */
export const bundleChoices = {
  dryRun: {
    values: ["live", "off"],
    description:
      "`live`: a preview runs the SQL in a transaction and rolls it back; `off`: it reads the catalog, lists the files, and fails if an up would fail before it runs a file.",
  },
  prune: {
    values: ["report", "drop"],
    description:
      "What happens to undeclared policies, grants, functions, triggers and publication members on managed tables.",
  },
  hazards: {
    values: ["report", "refuse"],
    description:
      "What happens if a migration blocks others or loses data (docs/locks.md), unless it has a line `-- accepts: <hazard> <relation>: <reason>`. `report`: previews and deployments warn; `refuse`: both stop, and nothing is changed.",
  },
  watch: {
    values: ["database", "bundle"],
    description:
      "What refresh compares in addition to the bundle's objects. `database`: access anywhere in the database, compared with the last deployment; `bundle`: nothing else, for a database that others deploy to.",
  },
  sslMode: {
    values: ["disable", "require", "verify-full"],
    description:
      "As in libpq: `require` encrypts, `verify-full` also verifies the server's certificate and name.",
  },
} as const;

export type Choice<Name extends keyof typeof bundleChoices> = (typeof bundleChoices)[Name]["values"][number];

/** The version of a migration: the first 14 digits of its file name. */
export const bundleBaseline = {
  pattern: /^\d{14}$/,
  reason: "must be the version of a migration: the 14 digits that its file name begins with",
  description:
    "Version (14 digits) of the newest migration that an existing database already has. Migrations up to it are recorded as applied, and do not run.",
  example: "20260131093000",
} as const;

/** One change outside of the bundle, accepted by name. */
export const bundleAcceptance = {
  pattern: /^.+ @ [A-Za-z0-9_-]{6,16}$/s,
  reason: "must be an entry as a refresh or a preview prints it: `role reporting @ 1a2b3c4d5e6f7081`",
  description:
    "Changes outside of the bundle to add to the baseline at the next deployment, as a refresh prints them. An entry applies to that change only.",
  example: "role reporting @ 1a2b3c4d5e6f7081",
} as const;

/** Settings that are on or off; off is the default. */
export const bundleSwitches = {
  allowAhead: {
    description: "Apply repeatables even if the database has newer migrations than this checkout.",
  },
  deletable: {
    description: "Let `destroy` forget the bundle. The database is not changed either way.",
  },
} as const;

/** How a bundle is previewed and applied. */
export interface BundleSettings {
  readonly dryRun: Choice<"dryRun">;
  readonly prune: Choice<"prune">;
  readonly hazards: Choice<"hazards">;
  readonly baseline?: string | undefined;
  readonly watch: Choice<"watch">;
  readonly accept: readonly string[];
  readonly allowAhead: boolean;
}
