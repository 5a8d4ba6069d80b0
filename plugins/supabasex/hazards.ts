/** A way in which a statement stops others or loses something. Each has a section in docs/locks.md. */
export interface HazardKind {
  readonly name: string;
  /** What happens, as a sentence. */
  readonly what: string;
  /** What to write instead, as a sentence. */
  readonly safeWay: string;
}

/** All hazards. Migrations use the names in `-- accepts:` lines, so renaming one breaks them. */
export const hazardKinds = [
  {
    name: "table-rewrite",
    what: "The statement rewrites the whole table, or rebuilds its indexes and checks all rows, while other sessions cannot read or write it.",
    safeWay:
      "Add a new column without a volatile default, fill it in batches, and let a later deployment switch to it.",
  },
  {
    name: "index-build",
    what: "An index is built while other sessions cannot write to the table.",
    safeWay:
      "Build it with `create index concurrently` or `reindex … concurrently`, alone in a migration with the header `-- no transaction`.",
  },
  {
    name: "index-drop",
    what: "Dropping an index waits for all readers of its table, and all other sessions wait behind it.",
    safeWay: "Use `drop index concurrently`, alone in a migration with the header `-- no transaction`.",
  },
  {
    name: "unique-build",
    what: "A constraint builds its index while other sessions cannot read or write the table.",
    safeWay:
      "Build a unique index concurrently first, then add the constraint with `unique using index` or `primary key using index`.",
  },
  {
    name: "check-scan",
    what: "A check reads all rows while other sessions cannot write to the table. With `alter table`, other sessions cannot read it either.",
    safeWay:
      "Add the check with `not valid`, then run `validate constraint` alone in a later migration with the header `-- no transaction`.",
  },
  {
    name: "not-null-scan",
    what: "`not null` reads all rows while other sessions cannot read or write the table.",
    safeWay:
      "Add `check (… is not null) not valid`, validate it in a later migration with the header `-- no transaction`, and set `not null` after that: PostgreSQL then reads no rows.",
  },
  {
    name: "foreign-key-scan",
    what: "A foreign key compares all rows while other sessions cannot write to either table.",
    safeWay:
      "Add it with `not valid`, then run `validate constraint` alone in a later migration with the header `-- no transaction`.",
  },
  {
    name: "partition-scan",
    what: "Attaching reads all rows of a partition while other sessions cannot read or write that partition.",
    safeWay:
      "Give the table a validated check of its bounds first, and the default partition one that excludes them.",
  },
  {
    name: "partition-detach",
    what: "Detaching or creating a partition locks the whole partitioned table against reads and writes.",
    safeWay:
      "Use `detach partition … concurrently`, alone in a migration with the header `-- no transaction`; create a table `like` the other one, then attach it.",
  },
  {
    name: "view-refresh",
    what: "The materialized view is computed while other sessions cannot read it.",
    safeWay: "Use `refresh materialized view concurrently`, which needs a unique index.",
  },
  {
    name: "work-under-lock",
    what: "The statement reads or writes many rows of a table that an earlier statement of the transaction locked.",
    safeWay:
      "Put it in a later migration with the header `-- no transaction`, or in a later deployment: the lock ends with the transaction.",
  },
  {
    name: "row-changes",
    what: "One statement changes very many rows: they stay locked until the end, and the old versions bloat the table.",
    safeWay:
      "Change them in batches, in a procedure that commits, called from a `-- no transaction` migration.",
  },
  {
    name: "explicit-lock",
    what: "`lock table` holds its lock until the transaction ends.",
    safeWay: "Remove it, or use a mode that allows writes.",
  },
  {
    name: "data-loss",
    what: "The statement deletes data permanently, and running clients that use it fail.",
    safeWay:
      "Deploy clients that do not use it first; take a backup (`npm run backup`), then drop it in a later deployment.",
  },
  {
    name: "client-break",
    what: "Running clients use the old name or type until their next deployment, and fail.",
    safeWay:
      "Add the new name beside the old one, deploy the clients, and remove the old one in a later deployment.",
  },
] as const satisfies readonly HazardKind[];

export type HazardName = (typeof hazardKinds)[number]["name"];

const byName: ReadonlyMap<string, HazardKind> = new Map(hazardKinds.map((kind) => [kind.name, kind]));

/** Returns the hazard with this name; `undefined` if there is none. */
export function hazardNamed(name: string): HazardKind | undefined {
  return byName.get(name);
}
