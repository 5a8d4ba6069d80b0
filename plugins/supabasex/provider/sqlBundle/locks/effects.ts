import type { HazardName } from "../../../hazards";
import { certainWork, type Foreseen } from "./foreseen";
import { blocksReads, blocksWrites, isStronger, type LockMode } from "./modes";
import type { Relation, Relations } from "./relations";
import type { Snapshot } from "./snapshot";

/** What a statement did, or may do, to a relation that existed before. */
export interface Effect {
  readonly relation: Relation;
  /** The strongest lock that the transaction has on it afterwards. */
  readonly lock: LockMode;
  /** Whether the statement took that lock; otherwise an earlier one did. */
  readonly isTaken: boolean;
  readonly rewritten: boolean;
  /** Whether all rows were read. */
  readonly scanned: boolean;
  /** How often; 0 for what the text shows. */
  readonly scans: number;
  readonly dropped: boolean;
  /** Whether all rows were removed at once. */
  readonly emptied: boolean;
  /** Rows that were updated or deleted. */
  readonly changedRows: number;
}

export interface Hazard {
  readonly name: HazardName;
  readonly relation: Relation;
}

/** From this number of changed rows on, a statement should be split. */
export const manyRows = 10_000;

/**
 * Returns what happened between two probes, for the relations that changed.
 *
 * @param empties - whether the statement empties tables: they have a new file then, but no rows were read or rewritten
 */
export function effectsBetween(
  {
    before,
    after,
    empties,
  }: { readonly before: Snapshot; readonly after: Snapshot; readonly empties: boolean },
  relations: Relations,
): Effect[] {
  return [...after.relations].flatMap(([oid, now]): Effect[] => {
    const former = before.relations.get(oid);
    if (former === now) return [];
    const relation = relations.get(oid);
    if (relation === undefined || now.lock === undefined) return [];
    const hasFile = relation.kind === "r" || relation.kind === "m";
    const hasNewFile = hasFile && now.file !== undefined && now.file !== (former?.file ?? relation.file);
    return [
      {
        relation,
        lock: now.lock,
        isTaken: isStronger(now.lock, former?.lock),
        rewritten: hasNewFile && !empties,
        scanned: hasFile && !empties && now.scans > (former?.scans ?? 0),
        scans: now.scans - (former?.scans ?? 0),
        dropped: now.file === undefined && former?.isDropped !== true,
        emptied: hasNewFile && empties,
        changedRows: now.changes - (former?.changes ?? 0),
      },
    ];
  });
}

/** Returns the expected effects of a statement's text on existing relations. */
export function foreseenEffects({ effects }: Foreseen, relations: Relations): Effect[] {
  const none = {
    isTaken: true,
    rewritten: false,
    scanned: false,
    scans: 0,
    dropped: false,
    emptied: false,
    changedRows: 0,
  };
  return effects.flatMap(({ relation: { schema, name }, onTable, ...effect }): Effect[] => {
    const relation = relations.named(name, schema);
    if (relation === undefined) return [];
    const { lock, rewritten = false, scanned = false } = effect;
    const own = { ...none, relation, lock, rewritten, scanned };
    const table = relation.table === undefined ? undefined : relations.get(relation.table);
    return table === undefined || onTable === undefined
      ? [own]
      : [own, { ...none, relation: table, lock: onTable }];
  });
}

/**
 * Returns the hazards of a statement: those of its text, and those of its effects. Each once per relation.
 *
 * @param isObserved - whether the effects were observed; otherwise the text shows them
 */
export function hazardsOf(
  foreseen: Foreseen,
  effects: readonly Effect[],
  { relations, isObserved }: { readonly relations: Relations; readonly isObserved: boolean },
): Hazard[] {
  const hazards: Hazard[] = [];
  const add = (name: HazardName, relation: Relation) => {
    if (!hazards.some((other) => other.name === name && other.relation === relation))
      hazards.push({ name, relation });
  };
  const named = foreseen.effects.map(({ relation: { schema, name } }) => relations.named(name, schema));
  // Effects on partitions and on the other side of a foreign key belong to the named table's hazard.
  const subject = named.find((relation) => relation !== undefined);
  for (const [at, { hazards: own = [] }] of foreseen.effects.entries()) {
    const relation = named[at];
    if (relation !== undefined) for (const name of own) add(name, relation);
  }
  /** Returns the named table to which a partition belongs, else the relation itself. */
  const ownerOf = (relation: Relation): Relation => {
    if (named.includes(relation) || relation.partitionOf === undefined) return relation;
    const owner = relations.get(relation.partitionOf);
    return owner === undefined ? relation : ownerOf(owner);
  };
  const isOfSubject = ({ relation }: Effect) => relation === subject;
  const inOrder = [...effects.filter(isOfSubject), ...effects.filter((effect) => !isOfSubject(effect))];
  for (const effect of inOrder) {
    const owner = ownerOf(effect.relation);
    const isOwn = foreseen.isPerRelation === true && named.includes(owner);
    const about = isOwn ? owner : (subject ?? effect.relation);
    if (effect.rewritten) add(foreseen.rewriteHazard ?? "table-rewrite", about);
    if (effect.scanned && keepsWaiting(effect))
      for (const name of scanHazards(foreseen, effect, isObserved)) add(name, about);
    if (effect.changedRows >= manyRows) add("row-changes", owner);
    if ((effect.dropped && effect.relation.kind === "r") || effect.emptied) add("data-loss", owner);
  }
  return hazards;
}

/** Returns why all rows are read: the parts that read them. */
function scanHazards(foreseen: Foreseen, effect: Effect, isObserved: boolean): readonly HazardName[] {
  const all = foreseen.scanHazards ?? [];
  const certain = certainWork(foreseen).filter((name) => all.includes(name));
  // A rewrite reads the rows, too.
  if (effect.rewritten) return isObserved ? certain : all;
  if (all.length === 0) return ["work-under-lock"];
  if (!isObserved || certain.length === 0) return all;
  return effect.scans > passesFor(certain) ? all : certain;
}

/** Hazards of work that PostgreSQL does for all parts together, in one pass. */
const shared: readonly HazardName[] = ["check-scan", "not-null-scan"];

/** Returns how often parts read a table. */
function passesFor(certain: readonly HazardName[]): number {
  const separate = certain.filter((name) => !shared.includes(name));
  return separate.length + (separate.length < certain.length ? 1 : 0);
}

/** Returns whether other sessions wait for the lock. No session writes to a materialized view. */
function keepsWaiting({ relation, lock }: Effect): boolean {
  return relation.kind === "m" ? blocksReads(lock) : blocksWrites(lock);
}

/** Returns whether an effect is reported: others wait for it, or it takes long. */
export function isNotable({ relation, lock, isTaken, rewritten, scanned, changedRows }: Effect): boolean {
  if (relation.kind === "i" || relation.kind === "I") return isTaken && blocksWrites(lock);
  return rewritten || scanned || changedRows >= manyRows || (isTaken && blocksWrites(lock));
}
