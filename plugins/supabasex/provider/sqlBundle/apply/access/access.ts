import { byIdentity, type Catalog, type CatalogDifference, diffManaged, managedPart } from "../../catalog";
import {
  type Acceptance,
  accept,
  acceptancesOf,
  adoptDeclared,
  apiRolesOf,
  coverageOf,
  diffPostures,
  extendBaseline,
  groupAcceptance,
  type PostureVersion,
  postureDigests,
  postureFrom,
  postureGroup,
  postureOf,
  postureVersion,
  postureWithout,
  withNewCoverage,
} from "../../catalog/posture";
import { serverIdentity } from "../../catalog/serverVersion";
import { readGoneFunctions } from "../../history/goneFunctions";
import { readHistoryRecords, readPostureRecord, recordPosture } from "../../history/postureRecord";
import { postureRepairOf } from "../../repair/postureRepair";
import { runRepairs } from "../../repair/restore";
import type { Session } from "../../session/session";
import type { ApplyRequest } from "../request";

/** The access before a transaction ran its files. */
export interface AccessBefore {
  /** As of the last deployment, with what was accepted since; `undefined` if there was none. */
  readonly baseline: Catalog | undefined;
  /** Groups of it that are missing from both the record and the database. */
  readonly unknown: ReadonlySet<string>;
  /** The access before the files, with the coverage of the baseline. */
  readonly posture: Catalog;
  readonly coverage: PostureVersion;
}

/** The access after a deployment, outside of the bundle. */
export interface Access {
  readonly baseline: Catalog;
  readonly posture: Catalog;
  /** Whether this deployment recorded the baseline. */
  readonly isFirst: boolean;
  /** Differences from the baseline that are not accepted. */
  readonly differences: readonly CatalogDifference[];
  readonly acceptances: readonly Acceptance[];
  /** Identities that `prune: drop` reverted. */
  readonly repaired: readonly string[];
  /** What a baseline of an older version did not cover, recorded as it is now. */
  readonly adopted: readonly CatalogDifference[];
}

/**
 * Reads the access in the open transaction, before any file runs. `undefined` if only the bundle is watched.
 *
 * @param live a whole catalog
 */
export async function accessBefore(
  session: Session,
  { inputs, stateAccess }: ApplyRequest,
  { expected, live }: { readonly expected: Catalog; readonly live: Catalog },
): Promise<AccessBefore | undefined> {
  if (inputs.watch === "bundle") return undefined;
  const record = await readPostureRecord(session.work, inputs.name);
  const recorded = record?.posture ?? {};
  const coverage = stateAccess?.coverage ?? coverageOf(recorded);
  const taken = async (apiRoles?: ReadonlySet<string>) =>
    await postureNow(session, inputs.name, { expected, live, recorded, apiRoles, coverage });
  if (record === undefined && stateAccess === undefined) {
    return { baseline: undefined, unknown: new Set(), posture: await taken(), coverage };
  }
  const posture = await taken(record === undefined ? undefined : apiRolesOf(recorded));
  if (stateAccess === undefined) return { baseline: recorded, unknown: new Set(), posture, coverage };
  const found = postureFrom(stateAccess.digests, recorded, posture);
  return { baseline: found.posture, unknown: found.unknown, posture, coverage };
}

/** The input of the comparison in {@link accessAfter}. */
export interface AccessEnd {
  readonly expected: Catalog;
  /** A whole catalog, after the files. */
  readonly live: Catalog;
  /** Whether `prune: drop` may revert what is not accepted. */
  readonly mayRepair: boolean;
  readonly readAgain: () => Promise<Catalog>;
}

/**
 * Returns what remains to be reported after the files ran, and records the baseline: the previous one with the changes
 * of the files, the declarations of the stack, and what the configuration accepts by name. Everything else still
 * differs from it.
 */
export async function accessAfter(
  session: Session,
  request: ApplyRequest,
  before: AccessBefore | undefined,
  { end }: { readonly end: AccessEnd },
): Promise<Access | undefined> {
  if (before === undefined) return undefined;
  const { inputs, formerlyDeclared } = request;
  const { expected } = end;
  const apiRoles = before.baseline === undefined ? undefined : apiRolesOf(before.baseline);
  const recorded = before.baseline ?? {};
  const subject = { expected, live: end.live, recorded, apiRoles };
  let posture = await postureNow(session, inputs.name, subject);
  const isFirst = before.baseline === undefined;
  let baseline = posture;
  let adopted: readonly CatalogDifference[] = [];
  if (before.baseline !== undefined) {
    baseline = withoutManaged(before.baseline, expected, end.live);
    const { coverage } = before;
    const former =
      coverage === postureVersion
        ? posture
        : await postureNow(session, inputs.name, { ...subject, coverage });
    baseline = extendBaseline(baseline, before.posture, former);
    if (former !== posture) {
      // An entry that a refresh printed identifies the change as the baseline covers it.
      baseline = accept(baseline, former, acceptancesOf(diffPostures(baseline, former)), {
        names: inputs.accept,
      });
      const extended = withNewCoverage(baseline, former, posture);
      adopted = diffManaged(baseline, extended).filter(
        ({ identity, kind }) => kind !== "missing" && identity !== serverIdentity,
      );
      baseline = extended;
    }
    const applied = Object.keys(expected)
      .filter((identity) => identity.startsWith("applied file "))
      .map((identity) => identity.slice("applied file ".length));
    const { declared } = inputs;
    baseline = adoptDeclared(baseline, posture, {
      declared,
      former: formerlyDeclared ?? declared,
      applied: new Set(applied),
    });
    baseline = accept(baseline, posture, acceptancesOf(diffPostures(baseline, posture)), {
      names: inputs.accept,
    });
    baseline = acceptGroups(baseline, posture, before.unknown, { names: inputs.accept });
  }
  let differences = diffPostures(baseline, posture);
  const repaired: string[] = [];
  if (inputs.prune === "drop" && end.mayRepair) {
    const repairs = [...byIdentity(differences)].map(([identity, group]) => {
      const { safe, ...repair } = postureRepairOf(identity, group, baseline, { live: posture });
      return { ...repair, statements: safe };
    });
    const failed = new Set((await runRepairs(session, repairs)).map(({ identity }) => identity));
    const done = repairs.filter(({ identity, statements }) => statements.length > 0 && !failed.has(identity));
    if (done.length > 0) {
      repaired.push(...done.map(({ identity }) => identity));
      posture = await postureNow(session, inputs.name, { ...subject, live: await end.readAgain() });
      differences = diffPostures(baseline, posture);
    }
  }
  await recordPosture(session.work, inputs.name, baseline);
  return {
    baseline,
    posture,
    isFirst,
    differences,
    acceptances: acceptancesOf(differences),
    repaired,
    adopted,
  };
}

async function postureNow(
  session: Session,
  bundle: string,
  {
    expected,
    live,
    recorded,
    apiRoles,
    coverage = postureVersion,
  }: {
    readonly expected: Catalog;
    readonly live: Catalog;
    /** The posture of the last deployment. */
    readonly recorded: Catalog;
    readonly apiRoles?: ReadonlySet<string> | undefined;
    readonly coverage?: PostureVersion;
  },
): Promise<Catalog> {
  const records = await readHistoryRecords(session.work, bundle);
  const gone = await readGoneFunctions(session.work, recorded, live);
  return postureOf({
    live: { ...live, ...records, ...gone },
    expected,
    managed: managedPart(expected, live),
    apiRoles,
    coverage,
  });
}

/**
 * Returns the baseline without objects that belong to the bundle from now on: they are compared with its expectation
 * instead.
 */
function withoutManaged(baseline: Catalog, expected: Catalog, live: Catalog): Catalog {
  return postureWithout(baseline, { expected, managed: managedPart(expected, live) });
}

/** Accepts a group whose record is lost as a whole, by its name. */
function acceptGroups(
  baseline: Catalog,
  posture: Catalog,
  unknown: ReadonlySet<string>,
  { names }: { readonly names: readonly string[] },
): Catalog {
  const digests = postureDigests(posture);
  const accepted = [...unknown].filter((group) => names.includes(groupAcceptance(group, digests)));
  if (accepted.length === 0) return baseline;
  const members = Object.entries(posture).filter(([identity]) => accepted.includes(postureGroup(identity)));
  return { ...baseline, ...Object.fromEntries(members) };
}
