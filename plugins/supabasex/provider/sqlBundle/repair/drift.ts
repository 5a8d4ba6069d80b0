import { escapeControls, escapeInNames } from "../../../../../foundation/controlCharacters";
import { UserError } from "../../../../../foundation/userError";
import {
  type Addresses,
  byIdentity,
  type Catalog,
  type CatalogDifference,
  type CatalogReading,
} from "../catalog";
import type { Session } from "../session/session";
import { type Comparison, compare } from "./compare";
import { type Repair, repairOf } from "./repair";
import { type FailedRepair, runRepairs } from "./restore";

/** Identity → data that a manual change lost, and that is not restored with the object. */
export type Losses = ReadonlyMap<string, string>;

export interface FirstRepairs {
  /** Identities. */
  readonly repaired: readonly string[];
  readonly losses: Losses;
}

/**
 * Repairs objects that no repeatable creates, before any file runs, because migrations are written for the expected database.
 */
export async function repairUnowned(
  session: Session,
  { differences, traced }: Comparison,
  makers: ReadonlyMap<string, string>,
  { expected }: { readonly expected: Catalog },
): Promise<FirstRepairs> {
  const repairs = [...byIdentity(differences)]
    .filter(([identity]) => !identity.startsWith("applied file "))
    // A file repairs its object, but only the owner may replace it.
    .map(([identity, group]): [string, readonly CatalogDifference[]] => [
      identity,
      makers.has(identity)
        ? group.filter(({ kind, property }) => kind === "missing" || property === "owner")
        : group,
    ])
    .filter(([, group]) => group.length > 0)
    .map(([identity, group]) => {
      const repair = repairOf(identity, group, expected, { live: traced.catalog });
      const isMissing = makers.has(identity) && group[0]?.kind === "missing";
      return isMissing ? roomFor(repair) : repair;
    });
  const failed = await runRepairs(session, repairs);
  const done = succeeded(repairs, failed);
  return { repaired: done.map(({ identity }) => identity), losses: lossesOf(done) };
}

/** Returns what is left of a repair if a file creates the object. */
function roomFor({ makesRoom, otherwise: _, ...repair }: Repair): Repair {
  return { ...repair, statements: makesRoom === undefined ? [] : [makesRoom] };
}

function succeeded<R extends Pick<Repair, "identity" | "statements">>(
  repairs: readonly R[],
  failed: readonly FailedRepair[],
): R[] {
  const broken = new Set(failed.map(({ identity }) => identity));
  return repairs.filter(({ identity, statements }) => statements.length > 0 && !broken.has(identity));
}

function lossesOf(repairs: readonly Repair[]): Losses {
  return new Map(
    repairs.flatMap(({ identity, loss }): [string, string][] =>
      loss === undefined ? [] : [[identity, loss]],
    ),
  );
}

/** The number of passes: for instance, giving an object back to its owner removes grants, which are then missing. */
const repairRounds = 3;

/** What a deployment leaves. */
export interface Repaired extends FirstRepairs {
  readonly reading: CatalogReading;
  /** Differences that stay. */
  readonly remaining: readonly CatalogDifference[];
  readonly failed: readonly FailedRepair[];
}

/** Returns the state of a catalog that is not repaired. */
export async function unrepaired(
  session: Session,
  expected: Catalog,
  reading: CatalogReading,
  { addresses }: { readonly addresses: Addresses },
): Promise<Repaired & Comparison> {
  const found = await compare(session.work, expected, reading, { addresses });
  return {
    ...found,
    reading,
    remaining: found.differences,
    repaired: [],
    losses: new Map(),
    failed: [],
  };
}

export interface LastRepairs {
  readonly expected: Catalog;
  /** Read after the files ran. */
  readonly reading: CatalogReading;
  /** For objects that were manually renamed or dropped before the files ran. */
  readonly addresses: Addresses;
  readonly prune: "report" | "drop";
}

/**
 * Repairs what still differs after the files ran, and prunes if configured.
 *
 * @param readAgain reads the catalog after a repair
 */
export async function repairRest(
  session: Session,
  { expected, reading, addresses, prune }: LastRepairs,
  readAgain: () => Promise<CatalogReading>,
): Promise<Repaired & Comparison> {
  let now = await unrepaired(session, expected, reading, { addresses });
  let failed: readonly FailedRepair[] = [];
  const repaired = new Set<string>();
  const losses = new Map<string, string>();
  for (let round = 0; round < repairRounds; round++) {
    const active = [...byIdentity(now.remaining)]
      .map(([identity, differences]) => {
        const repair = repairOf(identity, differences, expected, { live: now.traced.catalog });
        return { ...repair, statements: [...repair.statements, ...(prune === "drop" ? repair.prune : [])] };
      })
      .filter(({ statements }) => statements.length > 0);
    if (active.length === 0) break;
    failed = await runRepairs(session, active);
    const done = succeeded(active, failed);
    if (done.length === 0) break;
    for (const { identity } of done) repaired.add(identity);
    for (const [identity, loss] of lossesOf(done)) losses.set(identity, loss);
    now = await unrepaired(session, expected, await readAgain(), { addresses });
  }
  return { ...now, repaired: [...repaired], losses, failed };
}

/** Stops the deployment if anything is still missing or changed. Extra objects and grants are reported and stay. */
export function refuseUnrepaired(
  { differences, traced }: Comparison,
  expected: Catalog,
  failed: readonly FailedRepair[] = [],
): void {
  const lines: string[] = [];
  for (const [identity, group] of byIdentity(differences)) {
    const repair = repairOf(identity, group, expected, { live: traced.catalog });
    const failure = failed.find((other) => other.identity === identity);
    for (const what of repair.impossible) lines.push(lineOf(identity, what));
    if (repair.statements.length > 0) {
      lines.push(
        `${lineOf(identity, failure?.statement ?? repair.statements[0] ?? "")}${failure === undefined ? "" : `\n    ${failure.message}`}`,
      );
    }
  }
  if (lines.length > 0) throw new ManualChanges(lines);
}

function lineOf(identity: string, what: string): string {
  return `  ${escapeControls(identity)}: ${escapeInNames(what)}`;
}

/** Manual changes that a deployment does not repair, because data is at risk or the server refuses. */
export class ManualChanges extends UserError {
  constructor(lines: readonly string[]) {
    super(
      [
        "Manual changes in the database cannot be repaired automatically, so the deployment stops:",
        ...lines,
        "  Run the statement named above, or undo the change in another way; then run the command again.",
      ].join("\n"),
    );
  }
}

/**
 * Stops if a manual change cannot be repaired, before any file runs.
 *
 * @param mayRepair whether a pending file may affect the object, so that only running it shows the result
 */
export function refuseHopeless(
  { differences, traced }: Comparison,
  expected: Catalog,
  makers: ReadonlyMap<string, string>,
  { mayRepair }: { readonly mayRepair: (identity: string) => boolean },
): void {
  const hopeless = hopelessOf({ differences, traced }, expected, makers).filter(
    ({ identity }) => !mayRepair(identity),
  );
  if (hopeless.length > 0)
    throw new ManualChanges(
      hopeless.flatMap(({ identity, impossible }) => impossible.map((what) => lineOf(identity, what))),
    );
}

/** Returns objects that neither our statements nor a repeatable can restore. */
export function hopelessOf(
  { differences, traced }: Comparison,
  expected: Catalog,
  makers: ReadonlyMap<string, string>,
): Repair[] {
  return (
    [...byIdentity(differences)]
      // The history's own rows are written again, and an upgrade of the server is recorded.
      .filter(([identity]) => !makers.has(identity) && !/^(applied file |server$)/.test(identity))
      .map(([identity, group]) => repairOf(identity, group, expected, { live: traced.catalog }))
      .filter(({ impossible }) => impossible.length > 0)
  );
}
