import type { RepairGroup } from "../../repair/restore";
import type { Session } from "../../session/session";
import type { BundleFile } from "../../source/files";
import { type PartitionStep, partitionSteps } from "../../source/partitionSteps";
import type { MigrationPlan } from "../plan/planMigrations";
import type { ApplyRequest } from "../request";

/** The table to which a partition belongs, and for which rows. */
export interface Partition {
  readonly parent: string;
  /** As the server prints it. */
  readonly bound: string;
}

/** Name of a table as files write it → its place; `null` for a table that is no partition. Others do not exist. */
export type Partitions = ReadonlyMap<string, Partition | null>;

/** How to undo manual changes to partitions. */
export interface ManualPartitions {
  readonly groups: readonly RepairGroup[];
  /** The tables that the pending files attach, create as partitions, detach or drop. */
  readonly names: readonly string[];
  readonly now: Partitions;
}

interface Deployment {
  readonly session: Session;
  readonly request: Pick<ApplyRequest, "bundle">;
  readonly plan: MigrationPlan;
}

export const noPartitions: ManualPartitions = { groups: [], names: [], now: new Map() };

/**
 * Finds the partitions of pending files that were already attached, created, detached or dropped manually. Partitions
 * that match their parent are not in the catalog, because jobs create and drop them, so a comparison does not find
 * these changes.
 *
 * @param files the pending files
 */
export async function manualPartitions(
  { session, request, plan }: Deployment,
  files: readonly BundleFile[],
): Promise<ManualPartitions> {
  const steps = firstSteps(files);
  if (steps.size === 0) return noPartitions;
  const pending = new Set<BundleFile>(plan.pending);
  const former = lastSteps(request.bundle.migrations.filter((file) => !pending.has(file)));
  const names = [...steps.keys()].filter(
    (name) => steps.get(name)?.does !== "drop" || former.get(name)?.bound !== undefined,
  );
  if (names.length === 0) return noPartitions;
  const now = await readPartitions(session, names);
  const groups = names.flatMap((name): RepairGroup[] => {
    const statement = undoOf(steps.get(name), former.get(name), now);
    return statement === undefined ? [] : [{ identity: `table ${name}`, statements: [statement] }];
  });
  return { groups, names, now };
}

/** Returns the places of the tables, which are named as in files. */
export async function readPartitions(session: Session, names: readonly string[]): Promise<Partitions> {
  const { rows } = await session.work.query<{ name: string; parent: string | null; bound: string | null }>(
    `select n.name, quote_ident(s.nspname) || '.' || quote_ident(p.relname) as parent, pg_get_expr(c.relpartbound, c.oid) as bound
     from unnest($1::text[]) as n (name)
     join pg_class c on c.oid = to_regclass(n.name)
     left join pg_inherits i on i.inhrelid = c.oid and c.relispartition
     left join pg_class p on p.oid = i.inhparent
     left join pg_namespace s on s.oid = p.relnamespace`,
    [names],
  );
  return new Map(
    rows.map(({ name, parent, bound }) => [
      name,
      bound === null || parent === null ? null : { parent, bound },
    ]),
  );
}

/** Returns the first step about each table that fails if it is done already. */
function firstSteps(files: readonly BundleFile[]): Map<string, PartitionStep> {
  const steps = new Map<string, PartitionStep>();
  for (const step of files.flatMap(partitionSteps)) if (!steps.has(step.child)) steps.set(step.child, step);
  return new Map([...steps].filter(([, { ifNeeded }]) => !ifNeeded));
}

/** Returns the last step about each table. */
function lastSteps(files: readonly BundleFile[]): Map<string, PartitionStep> {
  return new Map(files.flatMap(partitionSteps).map((step) => [step.child, step]));
}

/**
 * Returns the statement that makes a partition what it was before a manual change; `undefined` without such a change.
 *
 * @param former the last step of the files that ran
 */
function undoOf(
  step: PartitionStep | undefined,
  former: PartitionStep | undefined,
  now: Partitions,
): string | undefined {
  if (step === undefined) return undefined;
  const { does, child } = step;
  const place = now.get(child);
  if (does === "attach" || does === "create") {
    const isOfFiles = former?.bound !== undefined;
    return place && !isOfFiles ? `alter table ${place.parent} detach partition ${child}` : undefined;
  }
  if (former?.parent === undefined || former.bound === undefined || place) return undefined;
  return place === undefined
    ? `create table ${child} partition of ${former.parent} ${former.bound}`
    : `alter table ${former.parent} attach partition ${child} ${former.bound}`;
}

/** Returns whether a table belongs to the same parent for the same rows, or in both cases to none or does not exist. */
export function isSamePlace(one: Partition | null | undefined, other: Partition | null | undefined): boolean {
  return one?.parent === other?.parent && one?.bound === other?.bound;
}

/** Returns in one sentence how the place of a table differs from the one that a file asks for, and what to do. */
export function otherPlace(child: string, now: Partition | null, { parent, bound }: Partition): string {
  if (now === null) return `It was created manually, and is not a partition of ${parent}: drop or rename it.`;
  return `${child} was manually made a partition of ${now.parent} ${now.bound}, not of ${parent} ${bound}: detach it (alter table ${now.parent} detach partition ${child}).`;
}
