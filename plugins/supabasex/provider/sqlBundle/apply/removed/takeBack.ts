import { escapeControls, escapeInNames } from "../../../../../../foundation/controlCharacters";
import { canonicalJson, type JsonValue } from "../../../../../../foundation/json";
import { UserError } from "../../../../../../foundation/userError";
import {
  type Catalog,
  type CatalogDifference,
  type CatalogObject,
  diffManaged,
  partsOfIdentity,
} from "../../catalog";
import { isMadeByRepeatables } from "../../catalog/base";
import { dropStatement } from "../../catalog/objects";
import { dropOf } from "../../repair/place";
import { repairOf } from "../../repair/repair";
import { type RepairGroup, runRepairs } from "../../repair/restore";
import type { Session } from "../../session/session";
import type { DeclaredObject } from "../../source/declaredObjects";
import type { BundleFile } from "../../source/files";
import { relationsAbove } from "../statements/relationsAbove";
import type { StatedFacts } from "../statements/statedObjects";
import { lostBelow } from "./columnsBelow";
import type { LostFacts } from "./lostFacts";
import { redefining, restatingFiles, undoneFiles } from "./restatingFiles";
import { type KnownFacts, targetOf } from "./withoutStatements";

/** What is reverted before repeatables run. */
export interface TakeBack {
  /** Identity → the difference from the object without the removed statements. */
  readonly differences: ReadonlyMap<string, readonly CatalogDifference[]>;
  readonly groups: readonly RepairGroup[];
  /** Path of a file that may state the same again → identity: it must run afterwards. */
  readonly restating: ReadonlyMap<string, string>;
  /** Identities without removed statements: other default privileges apply to them. */
  readonly regranted: ReadonlySet<string>;
  /** Identity → how to drop and create an object whose definition the server may not be able to replace. */
  readonly replacements: ReadonlyMap<string, RepairGroup>;
  /**
   * Identities of what dynamic SQL created. They stay if something depends on them, because they may be created again.
   */
  readonly mayStay: ReadonlySet<string>;
}

export const nothingToTakeBack: TakeBack = {
  differences: new Map(),
  groups: [],
  restating: new Map(),
  regranted: new Set(),
  replacements: new Map(),
  mayStay: new Set(),
};

/** All properties of an object without separate statements. */
const definition: StatedFacts = { properties: undefined, grantees: undefined, isDynamic: false };
const grantsOfAll: StatedFacts = { properties: new Set(["grants"]), grantees: undefined, isDynamic: false };

/**
 * Plans how to revert what removed statements have set. It is reset to its state without repeatables: for an object of a
 * migration, to its state after the migrations; for an object of a repeatable, to what its `create` statement creates.
 * Files that state the same fact then run again, so the last one wins. Grants of an object to which other default
 * privileges apply now are computed in the same way.
 *
 * @param lost `undefined` if no statement was removed
 */
export function planTakeBack(
  lost: LostFacts | undefined,
  facts: KnownFacts,
  local: readonly BundleFile[],
): TakeBack {
  const { base, live, creators, bornOtherwise, noLongerRedefined, stale } = facts;
  const targets = new Map<string, CatalogObject | undefined>();
  for (const identity of new Set([...Object.keys(base), ...creators.keys()])) {
    const object = live[identity];
    const lostHere = lost?.of(identity, live) ?? [];
    const staleHere = stale.get(identity);
    const stated = [
      ...lostHere,
      ...(staleHere === undefined ? [] : [staleHere]),
      ...(bornOtherwise.has(identity) ? [grantsOfAll] : []),
      ...(noLongerRedefined.has(identity) ? [definition] : []),
    ];
    if (object === undefined || stated.length === 0) continue;
    targets.set(identity, targetOf(identity, stated, facts));
  }
  const wanted = { ...live };
  for (const [identity, target] of targets) {
    if (target === undefined) delete wanted[identity];
    else wanted[identity] = target;
  }
  const differences = new Map<string, readonly CatalogDifference[]>();
  const groups: RepairGroup[] = [];
  for (const identity of fromAbove([...targets.keys()], live)) {
    const found = differencesOf(identity, wanted[identity], live[identity] ?? {});
    if (found.length === 0) continue;
    differences.set(identity, found);
    groups.push(groupFor(identity, found, wanted, { live }));
    const reset = found.flatMap(({ property }) => property ?? []);
    for (const { identity: below, left } of lostBelow({ identity, reset }, wanted, live))
      groups.push(
        groupFor(below, differencesOf(below, wanted[below], left), wanted, {
          live: { ...live, [below]: left },
        }),
      );
  }
  const regranted = new Set(
    [...bornOtherwise].filter((identity) => (lost?.of(identity, live) ?? []).length === 0),
  );
  const replacements = new Map(
    groups.flatMap(({ identity }): [string, RepairGroup][] => {
      const object = noLongerRedefined.get(identity);
      const group = object === undefined ? undefined : replacementOf(identity, object, wanted, { live });
      return group === undefined ? [] : [[identity, group]];
    }),
  );
  const restating = new Map([
    ...undoneFiles(lost, local),
    ...redefining(lost, local),
    ...restatingFiles(differences, local, live),
  ]);
  // What a repeatable redefines is reset as a whole, so it must redefine it again.
  for (const identity of differences.keys()) {
    const maker = base[identity] === undefined ? undefined : facts.makers.get(identity);
    if (maker !== undefined && !noLongerRedefined.has(identity)) restating.set(maker, identity);
  }
  const mayStay = new Set([...targets.keys()].filter((one) => isMadeByRepeatables(one, base[one])));
  return { differences, groups, restating, regranted, replacements, mayStay };
}

/** Returns the identities in such an order that what a statement about a table changes elsewhere comes after the table. */
function fromAbove(identities: readonly string[], live: Catalog): string[] {
  const depths = new Map(identities.map((one) => [one, relationsAbove(one, live).length]));
  return [...identities].sort((one, other) => (depths.get(one) ?? 0) - (depths.get(other) ?? 0));
}

/** Runs the plan in the open transaction. Throws a UserError with what the server refuses. */
export async function takeBack(session: Session, { groups, replacements, mayStay }: TakeBack): Promise<void> {
  const refused = await runRepairs(session, groups);
  const again = refused.flatMap(({ identity }) => replacements.get(identity) ?? []);
  const failed = [
    ...refused.filter(({ identity }) => !replacements.has(identity) && !mayStay.has(identity)),
    ...(await runRepairs(session, again)),
  ];
  if (failed.length === 0) return;
  throw new UserError(
    [
      "These statements revert what no file states any more, but the server refuses them:",
      ...failed.map(
        ({ identity, statement, message }) =>
          `  ${escapeControls(identity)}: ${escapeInNames(statement)}\n    ${message}`,
      ),
      "  Revert it in a migration, or restore the removed statement.",
    ].join("\n"),
  );
}

/** Returns what no file has stated again, one line per object with its properties. */
export function takenBackFrom({ differences, regranted }: TakeBack, live: Catalog): string[] {
  return changedBy(new Map([...differences].filter(([identity]) => !regranted.has(identity))), live);
}

/** Returns the objects with new grants because of default privileges, one line per object. */
export function regrantedBy({ differences, regranted }: TakeBack, live: Catalog): string[] {
  return changedBy(new Map([...differences].filter(([identity]) => regranted.has(identity))), live);
}

/** Returns what still differs from before, one line per object with its properties. */
function changedBy(differences: TakeBack["differences"], live: Catalog): string[] {
  return [...differences]
    .flatMap(([identity, group]) => {
      const lost = group.filter(({ kind, property = "", live: former }) => {
        const now = live[identity];
        if (kind === "extra") return now === undefined;
        return (
          canonicalJson(now?.[property] ?? null) !== canonicalJson((former as JsonValue | undefined) ?? null)
        );
      });
      if (lost.length === 0) return [];
      const properties = lost.flatMap(({ property }) => property ?? []);
      return [properties.length === 0 ? identity : `${identity}: ${properties.join(", ")}`];
    })
    .sort();
}

function differencesOf(
  identity: string,
  target: CatalogObject | undefined,
  live: CatalogObject,
): CatalogDifference[] {
  if (target === undefined) return [{ identity, kind: "extra", live }];
  return diffManaged({ [identity]: target }, { [identity]: live });
}

function groupFor(
  identity: string,
  differences: readonly CatalogDifference[],
  wanted: Catalog,
  { live }: { readonly live: Catalog },
): RepairGroup {
  // As the new owner, revokes the privileges that the former one granted.
  const inOrder = [...differences].sort(
    (one, other) => Number(other.property === "owner") - Number(one.property === "owner"),
  );
  const { statements, prune, impossible, owner } = repairOf(identity, inOrder, wanted, { live });
  if (impossible.length > 0) {
    throw new UserError(
      `No file states this about ${escapeControls(identity)} any more, and a deployment cannot revert it: ${impossible.join("; ")}. Change it in a migration.`,
    );
  }
  const all = [...statements, ...prune];
  // For manual objects, most kinds are only reported; here dynamic SQL of a file has created the object.
  if (all.length === 0 && wanted[identity] === undefined)
    all.push(dropOf({ object: partsOfIdentity(identity), expected: wanted, live }));
  return { identity, statements: all, ...(owner === undefined ? {} : { owner }) };
}

/** Drops the object if nothing depends on it, and creates it with the wanted definition. */
function replacementOf(
  identity: string,
  object: DeclaredObject,
  wanted: Catalog,
  { live }: { readonly live: Catalog },
): RepairGroup | undefined {
  const drop = dropStatement(object);
  const { [identity]: _former, ...others } = live;
  const missing: CatalogDifference = { identity, kind: "missing" };
  const { statements, impossible, owner } = repairOf(identity, [missing], wanted, { live: others });
  if (drop === undefined || impossible.length > 0) return undefined;
  return { identity, statements: [drop, ...statements], ...(owner === undefined ? {} : { owner }) };
}
