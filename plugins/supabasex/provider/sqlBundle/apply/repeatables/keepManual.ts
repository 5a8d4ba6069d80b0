import type { JsonObject, JsonValue } from "../../../../../../foundation/json";
import {
  type Catalog,
  type CatalogObject,
  type CatalogReading,
  parentIdentities,
  partsOfIdentity,
} from "../../catalog";
import { relationOf } from "../../catalog/scope";
import { grantStatements, grantTarget, surplusGrants } from "../../repair/grants";
import { repairOf } from "../../repair/repair";
import { type RepairGroup, runRepairs } from "../../repair/restore";
import type { Session } from "../../session/session";
import type { BundleFile } from "../../source/files";
import { bareName } from "../../source/identifiers";
import { mentions } from "../../source/mentions";
import { statingStatements } from "../../source/statedFacts";
import { Revocations } from "../access/revocations";

interface Readings {
  /** What the bundle has created. */
  readonly expected: Catalog;
  /** Before the migrations of the same transaction. */
  readonly start: CatalogReading;
  /** Before the files ran. */
  readonly before: CatalogReading;
  /** After they ran. */
  readonly now: CatalogReading;
}

/** Identities of manual changes on objects that were recreated. */
export interface Manual {
  readonly kept: readonly string[];
  /** Those that are gone, at least in part. */
  readonly lost: readonly string[];
}

/** A manual change that is gone. */
interface Lost {
  readonly group: RepairGroup;
  /** Whether the statements recreate all of it. */
  readonly isWhole: boolean;
}

/**
 * Recreates what was made manually on objects that files have dropped and created again: grants, and parts such as the index
 * of a materialized view. What the files may have revoked or dropped themselves stays so.
 */
export async function keepManual(
  session: Session,
  readings: Readings,
  files: readonly BundleFile[],
): Promise<Manual> {
  const revocations = new Revocations(files);
  const all = [...lostGrants(readings, revocations), ...lostParts(readings, files, revocations)];
  const isDynamic = files.some((file) => statingStatements(file).some((statement) => statement.isDynamic));
  const groups = isDynamic
    ? []
    : all.map(({ group }) => group).filter(({ statements }) => statements.length > 0);
  const failed = new Set((await runRepairs(session, groups)).map(({ identity }) => identity));
  const kept = new Set(groups.map(({ identity }) => identity).filter((identity) => !failed.has(identity)));
  const lost = all.filter(({ group, isWhole }) => !isWhole || !kept.has(group.identity));
  return { kept: [...kept], lost: lost.map(({ group }) => group.identity) };
}

function lostGrants({ expected, start, before, now }: Readings, revocations: Revocations): Lost[] {
  return Object.entries(now.catalog).flatMap(([identity, is]): Lost[] => {
    const [first, was] = [start.catalog[identity], before.catalog[identity]];
    if (first?.grants === undefined || was === undefined) return [];
    const holders = holdersOf(identity, is);
    if (!isRecreated(holders, before, now)) return [];
    const owned = holders.find((one) => now.catalog[one] !== undefined) ?? identity;
    if (expected[owned] === undefined) return [];
    const owner = now.catalog[owned]?.owner;
    const manual = without(first.grants, expected[identity]?.grants);
    const gone = Object.entries(without(manual, is.grants)).filter(([grantee]) => grantee !== owner);
    if (gone.length === 0) return [];
    const lost = Object.fromEntries(gone);
    // A migration may have revoked some.
    const revoked = without(first.grants, was.grants);
    const isSameOwner = before.catalog[owned]?.owner === owner;
    const wanted = isSameOwner
      ? revocations.keptGrants(identity, without(lost, revoked), before.catalog)
      : {};
    const target = grantTarget(partsOfIdentity(identity), is);
    const group = {
      identity,
      ...(typeof owner === "string" ? { owner } : {}),
      statements: grantStatements(wanted, {}, target).missing,
    };
    return [{ group, isWhole: Object.keys(without(lost, wanted)).length === 0 }];
  });
}

/** Returns the grants that others do not include. */
function without(grants: JsonValue | undefined, others: JsonValue | undefined): JsonObject {
  return Object.fromEntries(surplusGrants(others, grants));
}

function lostParts(
  { expected, start, before, now }: Readings,
  files: readonly BundleFile[],
  revocations: Revocations,
): Lost[] {
  // What migrations of the same transaction created is not manual.
  const gone = Object.entries(before.catalog).filter(
    ([identity]) =>
      expected[identity] === undefined &&
      start.catalog[identity] !== undefined &&
      now.catalog[identity] === undefined,
  );
  return gone.flatMap(([identity, was]): Lost[] => {
    const holders = holdersOf(identity, was);
    if (holders.includes(identity) || !isRecreated(holders, before, now)) return [];
    const { name } = partsOfIdentity(identity);
    const isSame = start.addresses.get(identity) === before.addresses.get(identity);
    const object = revocations.without(identity, was, before.catalog);
    if (!isSame || object === undefined || files.some((file) => mentions(file, bareName(name))))
      return [{ group: { identity, statements: [] }, isWhole: false }];
    const difference = { identity, kind: "missing" as const, expected: object };
    const wanted = { ...before.catalog, [identity]: object };
    const group = repairOf(identity, [difference], wanted, { live: now.catalog });
    return [{ group, isWhole: object === was }];
  });
}

/** Returns the identities of the object itself or, for a part, those that its table or view can have. */
function holdersOf(identity: string, object: CatalogObject): string[] {
  const { parent = relationOf(object) } = partsOfIdentity(identity);
  return parent === undefined ? [identity] : parentIdentities(parent);
}

/** Returns whether an object is at another address now. */
function isRecreated(identities: readonly string[], before: CatalogReading, now: CatalogReading): boolean {
  const addressIn = ({ addresses }: CatalogReading) =>
    identities.map((one) => addresses.get(one)).find((address) => address !== undefined);
  const [former, present] = [addressIn(before), addressIn(now)];
  return former !== undefined && present !== undefined && former !== present;
}
