import { UserError } from "../../../../../foundation/userError";
import { byIdentity, type Catalog, type CatalogDifference, diffManaged, managedPart } from "../catalog";
import type { Session } from "../session/session";
import { repairOf } from "./repair";
import { type FailedRepair, runRepairs } from "./restore";

/** Puts right, before any file runs, what no repeatable makes: migrations are written for a database as it should be. */
export async function repairUnowned(
  session: Session,
  drift: readonly CatalogDifference[],
  makers: ReadonlyMap<string, string>,
  expected: Catalog,
  live: Catalog,
): Promise<string[]> {
  const repairs = [...byIdentity(drift)]
    .filter(([identity]) => !identity.startsWith("applied file "))
    // A file makes its object right, but only as the owner may it replace the object.
    .map(([identity, differences]): [string, readonly CatalogDifference[]] => [
      identity,
      makers.has(identity) ? differences.filter(({ property }) => property === "owner") : differences,
    ])
    .filter(([, differences]) => differences.length > 0)
    .map(([identity, differences]) => repairOf(identity, differences, expected, live));
  const failed = new Set((await runRepairs(session, repairs)).map(({ identity }) => identity));
  return repairs
    .filter(({ identity, statements }) => statements.length > 0 && !failed.has(identity))
    .map(({ identity }) => identity);
}

/** How often to look again: giving an object back to its owner, say, takes grants along that are then missing. */
const repairRounds = 3;

/** What a deploy leaves behind. */
export interface Repaired {
  readonly catalog: Catalog;
  /** The part of it that the bundle answers for. */
  readonly live: Catalog;
  /** Identities that were put right. */
  readonly repaired: readonly string[];
  /** Differences that stay. */
  readonly remaining: readonly CatalogDifference[];
  readonly failed: readonly FailedRepair[];
}

/** What there is to be said of a catalog that nothing is done about. */
export function unrepaired(expected: Catalog, catalog: Catalog): Repaired {
  const live = managedPart(expected, catalog);
  return { catalog, live, repaired: [], remaining: diffManaged(expected, live), failed: [] };
}

/**
 * Puts right what is still wrong after the files ran, and prunes where that is asked for.
 *
 * @param readAgain the catalog after a repair
 */
export async function repairRest(
  session: Session,
  expected: Catalog,
  catalog: Catalog,
  prune: "report" | "drop",
  readAgain: () => Promise<Catalog>,
): Promise<Repaired> {
  let now = unrepaired(expected, catalog);
  let failed: readonly FailedRepair[] = [];
  const repaired = new Set<string>();
  for (let round = 0; round < repairRounds; round++) {
    const active = [...byIdentity(now.remaining)]
      .map(([identity, differences]) => {
        const repair = repairOf(identity, differences, expected, now.catalog);
        return { ...repair, statements: [...repair.statements, ...(prune === "drop" ? repair.prune : [])] };
      })
      .filter(({ statements }) => statements.length > 0);
    if (active.length === 0) break;
    failed = await runRepairs(session, active);
    const broken = new Set(failed.map(({ identity }) => identity));
    const done = active.filter(({ identity }) => !broken.has(identity));
    if (done.length === 0) break;
    for (const { identity } of done) repaired.add(identity);
    now = unrepaired(expected, await readAgain());
  }
  return { ...now, repaired: [...repaired], failed };
}

/** Extra objects and grants are reported and left; anything missing or changed that is still so stops the deploy. */
export function refuseUnrepaired(
  remaining: readonly CatalogDifference[],
  expected: Catalog,
  live: Catalog,
  failed: readonly FailedRepair[],
): void {
  const lines: string[] = [];
  for (const [identity, differences] of byIdentity(remaining)) {
    const repair = repairOf(identity, differences, expected, live);
    const fault = failed.find((other) => other.identity === identity);
    for (const what of repair.impossible) lines.push(`  ${identity}: ${what}`);
    if (repair.statements.length > 0) {
      lines.push(
        `  ${identity}: ${fault?.statement ?? repair.statements[0]}${fault === undefined ? "" : `\n    ${fault.message}`}`,
      );
    }
  }
  if (lines.length === 0) return;
  throw new UserError(
    [
      "Somebody changed by hand what a deploy cannot put right by itself, so nothing was deployed:",
      ...lines,
      "  Run the statement named above, or undo the change in another way; then run the command again.",
    ].join("\n"),
  );
}
