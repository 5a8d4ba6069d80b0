import type { Node, RangeVar } from "libpg-query";
import type { HazardName } from "../../../hazards";
import { type LockMode, stronger } from "./modes";

/** A relation as a statement names it. */
export interface Named {
  readonly schema?: string | undefined;
  readonly name: string;
}

/** The effect of a statement on one relation, as far as its text shows. */
export interface ForeseenEffect {
  readonly relation: Named;
  /** The lock that it takes; held until the transaction ends. */
  readonly lock: LockMode;
  /** For an index: the lock on its table. */
  readonly onTable?: LockMode | undefined;
  /** Whether it rewrites the table. */
  readonly rewritten?: boolean;
  /** Whether it reads all rows. */
  readonly scanned?: boolean;
  /** What applies regardless of the size of the relation. */
  readonly hazards?: readonly HazardName[];
}

/** What is known about a statement before it runs. Only PostgreSQL decides whether it rewrites or reads a table. */
export interface Foreseen {
  /** The statement's own relation first. */
  readonly effects: readonly ForeseenEffect[];
  /** The hazards if it reads all rows while others wait: one for each part that does. */
  readonly scanHazards?: readonly HazardName[];
  /** The hazard if it rewrites the table. */
  readonly rewriteHazard?: HazardName;
  /** Whether it empties the tables, so rewriting or reading them takes no time. */
  readonly empties?: boolean;
  /** Whether it may do less than expected: the catalog or the rows decide, such as a check that proves `not null`. */
  readonly isUncertain?: boolean;
  /** Whether it does its work on each relation separately: each has the hazard, not only the first. */
  readonly isPerRelation?: boolean;
  /** Hazards of the parts that do what is expected, if other parts may do less: one for each. */
  readonly certain?: readonly HazardName[];
}

/** Returns whether a hazard of a statement's text occurs in any case. */
export function isCertain({ isUncertain, certain = [], effects }: Foreseen, name: HazardName): boolean {
  if (isUncertain !== true || certain.includes(name)) return true;
  return effects.some(({ hazards = [] }) => hazards.includes(name));
}

export const nothing: Foreseen = { effects: [] };

/** Returns the relation of a parse tree's range variable as its only effect. */
export function effectOn(
  relation: RangeVar | undefined,
  effect: Omit<ForeseenEffect, "relation">,
): ForeseenEffect[] {
  const named = namedBy(relation);
  return named === undefined ? [] : [{ relation: named, ...effect }];
}

export function namedBy(relation: RangeVar | undefined): Named | undefined {
  return relation?.relname === undefined
    ? undefined
    : { schema: relation.schemaname, name: relation.relname };
}

/** Returns the relation of a list of names, `schema` and `table`; with fewer names, without a schema. */
export function namedByList(names: readonly Node[]): Named | undefined {
  const parts = names.flatMap((part) => ("String" in part ? [part.String.sval ?? ""] : []));
  const name = parts.at(-1);
  return name === undefined ? undefined : { schema: parts.at(-2), name };
}

/**
 * Returns the hazards of what a statement reads or rewrites in any case: one for each part, so a name may be there
 * twice.
 */
export function certainWork(foreseen: Foreseen): readonly HazardName[] {
  return foreseen.isUncertain === true ? (foreseen.certain ?? []) : hazardsOfWork(foreseen);
}

/** Returns the hazards of what a part reads or rewrites. */
function hazardsOfWork({
  effects,
  scanHazards = [],
  rewriteHazard = "table-rewrite",
}: Foreseen): HazardName[] {
  return [
    ...(effects.some(({ scanned }) => scanned === true) ? scanHazards : []),
    ...(effects.some(({ rewritten }) => rewritten === true) ? [rewriteHazard] : []),
  ];
}

/** Combines the effects of several parts of one statement: the strongest lock of each relation, all hazards. */
export function joined(parts: readonly Foreseen[]): Foreseen {
  const effects = new Map<string, ForeseenEffect>();
  for (const effect of parts.flatMap((part) => part.effects)) {
    const key = `${effect.relation.schema ?? ""}.${effect.relation.name}`;
    const known = effects.get(key);
    effects.set(key, {
      relation: effect.relation,
      lock: stronger(known?.lock, effect.lock) ?? effect.lock,
      onTable: stronger(known?.onTable, effect.onTable),
      rewritten: known?.rewritten === true || effect.rewritten === true,
      scanned: known?.scanned === true || effect.scanned === true,
      hazards: [...new Set([...(known?.hazards ?? []), ...(effect.hazards ?? [])])],
    });
  }
  const rewriteHazard = parts.find((part) => part.rewriteHazard !== undefined)?.rewriteHazard;
  // A part such as a `not valid` check reads nothing.
  const working = parts.filter((part) =>
    part.effects.some(({ scanned, rewritten }) => scanned === true || rewritten === true),
  );
  return {
    effects: [...effects.values()],
    isUncertain: parts.some((part) => part.isUncertain === true),
    certain: parts.flatMap(certainWork),
    scanHazards: [...new Set(working.flatMap((part) => part.scanHazards ?? []))],
    ...(rewriteHazard === undefined ? {} : { rewriteHazard }),
  };
}

/** Returns a lock on the relation that a list of names means as the only effect. */
export function onNames(names: readonly Node[], lock: LockMode): Foreseen {
  const relation = namedByList(names);
  return relation === undefined ? nothing : { effects: [{ relation, lock }] };
}
