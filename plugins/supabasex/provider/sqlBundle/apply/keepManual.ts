import { type Catalog, parentIdentities, partsOfIdentity } from "../catalog";
import { grantStatements, grantTarget, surplusGrants } from "../repair/grants";
import { repairOf } from "../repair/repair";
import { type RepairGroup, runRepairs } from "../repair/restore";
import type { Session } from "../session/session";
import type { BundleFile } from "../source/files";
import { mentions } from "../source/mentions";
import { type StatingStatement, statingStatements } from "../source/statedFacts";
import { bareName } from "./affectedFiles";
import { includesFact, StatementIndex } from "./statedObjects";

interface Catalogs {
  /** What the bundle has created. */
  readonly expected: Catalog;
  /** Before the files ran. */
  readonly before: Catalog;
  /** After they ran. */
  readonly now: Catalog;
}

/**
 * Recreates what was made manually on objects that files have dropped and created again: grants, and parts such as the index
 * of a materialized view. What the files may have revoked or dropped themselves stays so. Returns the identities.
 */
export async function keepManual(
  session: Session,
  catalogs: Catalogs,
  files: readonly BundleFile[],
): Promise<string[]> {
  const statements = files.flatMap((file) => statingStatements(file));
  if (statements.some(({ isDynamic }) => isDynamic)) return [];
  const groups = [...lostGrants(catalogs, statements), ...lostParts(catalogs, files)];
  const failed = new Set((await runRepairs(session, groups)).map(({ identity }) => identity));
  return groups.map(({ identity }) => identity).filter((identity) => !failed.has(identity));
}

function lostGrants(
  { expected, before, now }: Catalogs,
  statements: readonly StatingStatement[],
): RepairGroup[] {
  const revokes = new StatementIndex(statements.filter(({ text }) => /^revoke\b/i.test(text)));
  return Object.entries(now).flatMap(([identity, is]): RepairGroup[] => {
    const [was, should] = [before[identity], expected[identity]];
    if (was?.grants === undefined || should === undefined || was.owner !== is.owner) return [];
    const revoked = revokes.statedOf(identity);
    const manual = [...surplusGrants(should.grants, was.grants)].filter(
      ([grantee]) => grantee !== is.owner && !revoked.some((facts) => includesFact(facts, "grants", grantee)),
    );
    const lost = Object.fromEntries(surplusGrants(is.grants, Object.fromEntries(manual)));
    if (Object.keys(lost).length === 0) return [];
    const owner = typeof is.owner === "string" ? { owner: is.owner } : {};
    const target = grantTarget(partsOfIdentity(identity), is);
    return [{ identity, ...owner, statements: grantStatements(lost, {}, target).missing }];
  });
}

function lostParts({ expected, before, now }: Catalogs, files: readonly BundleFile[]): RepairGroup[] {
  const gone = Object.keys(before).filter(
    (identity) => expected[identity] === undefined && now[identity] === undefined,
  );
  return gone.flatMap((identity): RepairGroup[] => {
    const { parent, name } = partsOfIdentity(identity);
    const object = before[identity];
    const holder = parent ?? object?.table;
    if (typeof holder !== "string" || !parentIdentities(holder).some((one) => now[one] !== undefined))
      return [];
    if (files.some((file) => mentions(file, bareName(name)))) return [];
    return [repairOf(identity, [{ identity, kind: "missing", expected: object }], before, { live: now })];
  });
}
