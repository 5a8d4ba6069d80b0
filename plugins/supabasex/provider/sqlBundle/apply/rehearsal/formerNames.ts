import {
  type Catalog,
  type CatalogReading,
  partsOfIdentity,
  printIdentity,
  traceObjects,
} from "../../catalog";
import { holderOfName } from "../../repair/holderOfName";
import { renameBack } from "../../repair/renames";
import { runRepairs } from "../../repair/restore";
import { undoOf } from "../../repair/undo";
import { readWithHistory } from "../run/runFiles";
import type { Start } from "../run/start";

/**
 * Renames back, in a rehearsal, what a deployment does not rename: what the bundle did not create, and what something else
 * has the name of now. The files may state these renames.
 *
 * @param isRelevant returns whether the files may affect an object
 */
export async function withFormerNames(
  { session, expected, request, reading: found, record: { addresses } }: Start,
  isRelevant: (identity: string, live: Catalog) => boolean,
): Promise<CatalogReading> {
  const renamed = [...traceObjects(expected, found, addresses).renamed].filter(([identity, name]) =>
    [identity, printIdentity({ ...partsOfIdentity(identity), name })].some((one) =>
      isRelevant(one, found.catalog),
    ),
  );
  if (renamed.length === 0) return found;
  const readAgain = async () => (await readWithHistory(session, request.inputs.name)).reading;
  const holders = renamed
    .flatMap(([identity]) => holderOfName(partsOfIdentity(identity), expected[identity], found.catalog) ?? [])
    .map(printIdentity)
    .filter((holder) => expected[holder] === undefined)
    .map((holder) => {
      const extra = { identity: holder, kind: "extra" as const, live: found.catalog[holder] };
      return undoOf(holder, [extra], expected, { live: found.catalog });
    });
  await runRepairs(session, holders);
  const reading = holders.length === 0 ? found : await readAgain();
  const identities = new Set(renamed.map(([identity]) => identity));
  const options = { readAgain, foreign: (identity: string) => identities.has(identity) };
  return (await renameBack(session, { expected, reading, addresses }, options)).reading;
}
