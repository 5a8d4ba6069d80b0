import { escapeControls, escapeInNames } from "../../../../../../foundation/controlCharacters";
import { UserError } from "../../../../../../foundation/userError";
import {
  type Catalog,
  type CatalogReading,
  parentIdentities,
  partsOfIdentity,
  touchedProperties,
} from "../../catalog";
import { holdsNoData, isMereFact } from "../../catalog/base";
import { dropExtra } from "../../repair/dropExtra";
import type { FailedRepair, RepairGroup } from "../../repair/restore";
import type { Session } from "../../session/session";

/** The database before the deployment, and what the bundle had created in it. */
interface Former {
  readonly expected: Catalog;
  readonly reading: CatalogReading;
}

/**
 * Returns how to drop what exists although it does not after the files ran without the manual changes:
 * - what this transaction created beside a manual object, such as an unnamed index, which gets another name, or an index
 *   that a constraint uses now and a repair created again;
 * - what the bundle had created and files drop, if the statement was left out.
 *
 * Manual objects stay, also those that another session creates meanwhile. None of these objects holds data.
 */
export async function leftovers(
  session: Pick<Session, "existingElsewhere">,
  expected: Catalog,
  former: Former,
  { after }: { readonly after: CatalogReading },
): Promise<RepairGroup[]> {
  const known = new Set(former.reading.addresses.values());
  const isRecorded = (identity: string) => {
    const recorded = former.expected[identity];
    return recorded !== undefined && touchedProperties(recorded) === undefined;
  };
  const isNew = (identity: string) => {
    const address = after.addresses.get(identity);
    const wasThere = former.expected[identity] ?? former.reading.catalog[identity];
    return wasThere === undefined && address !== undefined && !known.has(address);
  };
  const candidates = Object.keys(after.catalog).filter(
    (identity) =>
      expected[identity] === undefined && holdsNoData(identity) && (isRecorded(identity) || isNew(identity)),
  );
  const addresses = candidates.filter(isNew).flatMap((identity) => after.addresses.get(identity) ?? []);
  const ofOthers = await session.existingElsewhere(addresses);
  return candidates
    .filter((identity) => isRecorded(identity) || !ofOthers.has(after.addresses.get(identity) ?? ""))
    .map((identity) => dropExtra(identity, expected, after.catalog))
    .filter(({ statements }) => statements.length > 0);
}

/** Refuses leftovers that the server does not drop, because otherwise they would count as manual from now on. */
export function refuseLeftovers(failed: readonly FailedRepair[], { catalog }: CatalogReading): void {
  // Some are gone with another one.
  const left = failed.filter(({ identity }) => catalog[identity] !== undefined);
  if (left.length === 0) return;
  throw new UserError(
    [
      "Without the manual changes in this database, these objects do not exist after the files; here they cannot be dropped:",
      ...left.map(({ identity, message, detail = message }) => {
        const lines = escapeInNames(detail).replaceAll("\n", "\n    ");
        return `  ${escapeControls(identity)}\n    ${lines}`;
      }),
      "  Undo the manual changes that depend on them; then run the command again.",
    ].join("\n"),
  );
}

/** Kinds of entries that are not objects of a bundle: rows of its history, and the database server. */
const records: ReadonlySet<string> = new Set(["applied file", "history record", "migration record"]);

/** Returns whether only a person decides about what stayed: it may hold data, contain others, or be used from elsewhere. */
function isKept(identity: string, object: Catalog[string]): boolean {
  if (holdsNoData(identity) || isMereFact(identity, object) || identity === "server") return false;
  // A partition is only listed if it differs from its table.
  return !records.has(partsOfIdentity(identity).kind) && object.partitionOf === undefined;
}

/** Refuses files that drop what a deployment does not drop itself, and that did not here because of a manual change. */
export function refuseKept(expected: Catalog, former: Former, { catalog }: CatalogReading): void {
  const identities = Object.entries(former.expected).flatMap(([identity, recorded]) => {
    const object = catalog[identity];
    if (object === undefined || expected[identity] !== undefined) return [];
    return touchedProperties(recorded) === undefined && isKept(identity, object) ? [identity] : [];
  });
  const parents = new Set(identities);
  const whole = identities.filter((identity) => {
    const { parent } = partsOfIdentity(identity);
    return parent === undefined || !parentIdentities(parent).some((one) => parents.has(one));
  });
  if (whole.length === 0) return;
  throw new UserError(
    [
      "Without the manual changes in this database, the files drop these objects; here they did not:",
      ...whole.map((identity) => `  ${escapeControls(identity)}`),
      "  Undo the manual change on which the file depends, or write the file so that it always drops them.",
    ].join("\n"),
  );
}
