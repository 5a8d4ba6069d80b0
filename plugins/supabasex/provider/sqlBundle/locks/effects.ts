import type { HazardName } from "../../../hazards";
import type { Foreseen } from "./foreseen";
import { blocksWrites, isStronger, type LockMode } from "./modes";
import type { Relation, Relations } from "./relations";
import type { Snapshot } from "./snapshot";

/** What a statement did to a relation that was there before, or may do. */
export interface Effect {
  readonly relation: Relation;
  /** The strongest lock that the transaction has on it afterwards. */
  readonly lock: LockMode;
  /** Whether the statement took that lock; else an earlier one did. */
  readonly isTaken: boolean;
  readonly rewritten: boolean;
  /** Whether all rows were read. */
  readonly scanned: boolean;
  readonly dropped: boolean;
  /** Rows that were updated or deleted. */
  readonly changedRows: number;
}

export interface Hazard {
  readonly name: HazardName;
  readonly relation: Relation;
}

/** From so many changed rows on, one statement is worth splitting. */
export const manyRows = 10_000;

/** Returns what happened between two probes. */
export function effectsBetween(before: Snapshot, after: Snapshot, relations: Relations): Effect[] {
  return [...after.relations].flatMap(([oid, now]): Effect[] => {
    const relation = relations.get(oid);
    const former = before.relations.get(oid);
    if (relation === undefined || now.lock === undefined) return [];
    const isTable = relation.kind === "r" || relation.kind === "m";
    return [
      {
        relation,
        lock: now.lock,
        isTaken: isStronger(now.lock, former?.lock),
        rewritten: isTable && now.file !== undefined && now.file !== (former?.file ?? relation.file),
        scanned: isTable && now.scans > (former?.scans ?? 0),
        dropped: now.file === undefined && former?.isDropped !== true,
        changedRows: now.changes - (former?.changes ?? 0),
      },
    ];
  });
}

/** Returns what a statement's text lets expect, of relations that are there. */
export function foreseenEffects({ effects }: Foreseen, relations: Relations): Effect[] {
  return effects.flatMap(
    ({ relation: { schema, name }, lock, rewritten = false, scanned = false }): Effect[] => {
      const relation = relations.named(name, schema);
      if (relation === undefined) return [];
      return [{ relation, lock, isTaken: true, rewritten, scanned, dropped: false, changedRows: 0 }];
    },
  );
}

/** Returns the hazards of a statement: those of its text, and those that its effects show. Each once for a relation. */
export function hazardsOf(foreseen: Foreseen, effects: readonly Effect[], relations: Relations): Hazard[] {
  const hazards: Hazard[] = [];
  const add = (name: HazardName, relation: Relation) => {
    if (!hazards.some((other) => other.name === name && other.relation === relation))
      hazards.push({ name, relation });
  };
  const named = foreseen.effects.map(({ relation: { schema, name } }) => relations.named(name, schema));
  // What happens to partitions and to the other side of a foreign key is the named table's hazard.
  const subject = named.find((relation) => relation !== undefined);
  for (const [at, { hazards: own = [] }] of foreseen.effects.entries()) {
    const relation = named[at];
    if (relation !== undefined) for (const name of own) add(name, relation);
  }
  const isTruncated = foreseen.effects.some(({ hazards: own }) => own?.includes("data-loss") === true);
  for (const effect of effects) {
    const about = subject ?? effect.relation;
    if (effect.rewritten && !isTruncated) add(foreseen.rewriteHazard ?? "table-rewrite", about);
    else if (effect.scanned && blocksWrites(effect.lock))
      add(foreseen.scanHazard ?? "work-under-lock", about);
    if (effect.changedRows >= manyRows) add("row-changes", effect.relation);
    if (effect.dropped && effect.relation.kind === "r") add("data-loss", effect.relation);
  }
  return hazards;
}

/** Whether an effect is worth a line: others wait for it, or it takes long. */
export function isNotable({ relation, lock, isTaken, rewritten, scanned, changedRows }: Effect): boolean {
  if (relation.kind === "i" || relation.kind === "I") return isTaken && blocksWrites(lock);
  return rewritten || scanned || changedRows >= manyRows || (isTaken && blocksWrites(lock));
}
