import {
  type Addresses,
  byIdentity,
  type Catalog,
  type CatalogDifference,
  type CatalogReading,
  isSameObject,
} from "../../catalog";
import type { History } from "../../history/history";
import { restoreHistory, trustedExpectation } from "../../history/historyRepair";
import { openPostureRecords } from "../../history/postureRecord";
import { type BundleRecord, readRecord } from "../../history/record";
import { openHistory } from "../../history/tables";
import { type Comparison, compare } from "../../repair/compare";
import { refuseHopeless, repairUnowned } from "../../repair/drift";
import { renameBack } from "../../repair/renames";
import type { Session } from "../../session/session";
import { type AccessBefore, accessBefore } from "../access/access";
import { makersOf } from "../plan/makers";
import type { MigrationPlan } from "../plan/planMigrations";
import type { ApplyRequest } from "../request";
import { readWithHistory } from "../run/runFiles";
import { mayPendingRepair } from "./lookAhead";

/** The state of the database and its record before a deployment. */
export interface Found {
  readonly history: History;
  readonly record: BundleRecord;
  readonly expected: Catalog;
  /** Including the history's rows. */
  readonly reading: CatalogReading;
  readonly drift: readonly CatalogDifference[];
  readonly comparison: Comparison;
  readonly access: AccessBefore | undefined;
}

/** Returns whether no tool has ever deployed to the database, so nothing is expected. */
export function isUntouched({ history, expected, drift }: Found): boolean {
  const { files, versions } = history;
  return (
    files.size === 0 && versions.length === 0 && Object.keys(expected).length === 0 && drift.length === 0
  );
}

export async function readState(session: Session, request: ApplyRequest): Promise<Found> {
  const { inputs, stateExpected } = request;
  await openHistory(session.work, inputs.name);
  if (inputs.watch === "database") await openPostureRecords(session.work);
  const first = await readWithHistory(session, inputs.name);
  const record = await readRecord(session.work, inputs.name);
  const expected = trustedExpectation(record, stateExpected, first.reading.catalog);
  const comparison = await compare(session.work, expected, first.reading, { addresses: record.addresses });
  const drift = comparison.differences;
  const access = await accessBefore(session, request, { expected, live: comparison.traced.catalog });
  if (!(await restoreHistory(session.work, inputs.name, expected, { history: first.history }))) {
    return { ...first, record, expected, drift, comparison, access };
  }
  const { history } = await readWithHistory(session, inputs.name);
  return { reading: first.reading, history, record, expected, drift, comparison, access };
}

/**
 * Reverts manual renames, and repairs what no repeatable repairs by running again, because migrations are written for
 * the expected database. Stops if that is not possible and no pending file can help.
 */
export async function repairFirst(
  session: Session,
  { bundle, inputs }: ApplyRequest,
  { history, record, expected, ...found }: Found,
  { plan }: { readonly plan: MigrationPlan },
) {
  const makers = makersOf(history, bundle.repeatables);
  const readAgain = async () => (await readWithHistory(session, inputs.name)).reading;
  const { addresses } = record;
  const renamed = await renameBack(session, { expected, reading: found.reading, addresses }, { readAgain });
  const comparison =
    renamed.repaired.length === 0
      ? found.comparison
      : await compare(session.work, expected, renamed.reading, { addresses: record.addresses });
  refuseHopeless(comparison, expected, makers, {
    mayRepair: mayPendingRepair({ bundle, history, expected, comparison, plan }),
  });
  const { repaired, losses } = await repairUnowned(session, comparison, makers, { expected });
  const changed =
    repaired.length > 0 || found.drift.some(({ identity }) => identity.startsWith("applied file "));
  return {
    repaired: [...renamed.repaired, ...repaired],
    losses,
    reading: changed ? await readAgain() : renamed.reading,
    addresses: addressesOfManualChanges(found.drift, record.addresses),
  };
}

/**
 * Returns the addresses of manual changes only, because renames and drops by files must not count as manual changes
 * later.
 */
function addressesOfManualChanges(drift: readonly CatalogDifference[], addresses: Addresses): Addresses {
  return new Map(
    drift.flatMap(({ identity }): [string, string][] => {
      const address = addresses.get(identity);
      return address === undefined ? [] : [[identity, address]];
    }),
  );
}

/**
 * Returns manual changes that stayed as they were, and are expected now.
 *
 * @param changes identities
 */
export function takenOverBetween(
  { expected: former, reading }: Found,
  changes: readonly string[],
  { expected, live }: Record<"expected" | "live", Catalog>,
): string[] {
  return changes.filter(
    (identity) =>
      !isSameObject(former[identity], expected[identity]) &&
      isSameObject(reading.catalog[identity], live[identity]),
  );
}

/** Returns the identities of manual changes, without the rows of the history. */
export function manualChanges(drift: readonly CatalogDifference[]): string[] {
  return [...byIdentity(drift).keys()].filter(
    (identity) => !identity.startsWith("applied file ") && identity !== "server",
  );
}
