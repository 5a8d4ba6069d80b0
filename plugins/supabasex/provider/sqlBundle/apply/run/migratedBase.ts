import type { Catalog, CatalogReading } from "../../catalog";
import type { BaseFacts } from "../../catalog/base";
import type { FollowedRenames } from "../../catalog/renames";
import type { History } from "../../history/history";
import { type StatingStatement, statingStatements } from "../../source/statedFacts";
import { type Copies, formerCopies } from "../removed/formerCopies";
import { ownedByRepeatables } from "../removed/redefined";
import { includesFact, StatementIndex } from "../statements/statedObjects";
import { baseUnder, withStated } from "./baseRehearsal";
import type { Start } from "./start";

/** The catalog after migrations. */
export interface AfterMigrations {
  readonly reading: CatalogReading;
  readonly history: History;
  /** What they created that a repeatable has created before, in its state without the repeatable. */
  readonly created: BaseFacts;
  /** What they renamed. */
  readonly renames: FollowedRenames;
}

interface RanMigrations {
  readonly stated: readonly StatingStatement[];
  /** The catalog without repeatables, if the statements do not show what they state. */
  readonly rehearsed: Catalog | undefined;
  /** What tables had because of those above them. */
  readonly above: Copies;
}

/** Returns the base facts after migrations ran, and which of them are of copies that belong to no table above any more. */
export async function migratedBase(
  { session, record, reading: before, request: { bundle } }: Start,
  { reading: after, history, created, renames }: AfterMigrations,
  { stated, rehearsed, above }: RanMigrations,
): Promise<{ readonly base: BaseFacts; readonly copies: BaseFacts }> {
  const base = {
    ...baseUnder(record.base, { before, after, renames, stated, rehearsed }),
    // What they have created themselves.
    ...withStated(created, after, stated),
  };
  const ofMigrations = new StatementIndex(bundle.migrations.flatMap((file) => statingStatements(file)));
  const copies = await formerCopies(session, above, {
    base,
    before,
    after,
    owned: ownedByRepeatables(history),
    isStated: (identity, property) =>
      ofMigrations
        .statedOf(identity)
        .some((facts) => facts.properties !== undefined && includesFact(facts, property)),
  });
  return { base: { ...base, ...copies }, copies };
}
