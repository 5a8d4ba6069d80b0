import { type Catalog, managedPart } from "../catalog";
import {
  accept,
  acceptancesOf,
  apiRolesOf,
  diffPostures,
  groupAcceptance,
  type PostureDigests,
  postureDigests,
  postureFrom,
  postureGroup,
  postureOf,
  type RememberedAccess,
} from "../catalog/posture";
import { withRedactedAccess, withRedactedPostures } from "../catalog/redaction";
import type { PostureRecord } from "../history/postureRecord";
import { type Drift, driftOf } from "./drift";
import { accessOutlookOf } from "./outlook";

/** What is compared outside of the bundle. */
export interface AccessSubject {
  /** A whole catalog with the rows of the history. Manually renamed objects have their expected names. */
  readonly live: Catalog;
  readonly expected: Catalog;
}

export interface AccessDrift {
  readonly drift: Drift;
  /** Returns what the next deployment does about it. Needs the parser. */
  outlook(): Drift;
}

export const noAccessDrift: AccessDrift = { drift: {}, outlook: () => ({}) };

/**
 * Returns the differences outside of the bundle from the posture of the last deployment.
 *
 * @param remembered that posture according to the state
 * @param accepted entries of `sql.accept`; default: none, as for a refresh, which does not know the configuration
 */
export function accessDriftOf(
  { digests: remembered, coverage }: RememberedAccess,
  subject: AccessSubject,
  record: PostureRecord | undefined,
  { accepted = [] }: { readonly accepted?: readonly string[] | undefined } = {},
): AccessDrift {
  const { live, expected } = subject;
  const recorded = record?.posture ?? {};
  const apiRoles = record === undefined ? undefined : apiRolesOf(recorded);
  const posture = postureOf({
    live,
    expected,
    managed: managedPart(expected, live),
    apiRoles,
    coverage,
  });
  const digests = postureDigests(posture);
  if (hasSameEntries(digests, remembered)) return noAccessDrift;
  const found = postureFrom(remembered, recorded, posture);
  const unknown = [...found.unknown].filter((group) => !accepted.includes(groupAcceptance(group, digests)));
  const baseline = accept(found.posture, posture, acceptancesOf(diffPostures(found.posture, posture)), {
    names: accepted,
  });
  // An entry identifies the whole change, which is not shown completely if its text may contain a secret.
  const changes = diffPostures(baseline, posture);
  const acceptances = acceptancesOf(changes);
  const differences = withRedactedAccess(changes).filter(
    ({ identity }) =>
      !found.unknown.has(postureGroup(identity)) &&
      // A lost row, or one with another hash, is reported as the applied file.
      !(identity.startsWith("history record ") && isLostFile(identity, subject)),
  );
  const lost = unknown.map((group): [string, string] => [
    `access to ${group}`,
    "changed; the database's record of its former state was edited or emptied [opens]",
  ]);
  return {
    drift: { ...driftOf(differences), ...Object.fromEntries(lost) },
    outlook: () => ({
      ...accessOutlookOf(differences, acceptances, withRedactedPostures(baseline, posture)),
      ...Object.fromEntries(
        unknown.map((group) => [
          `access to ${group}`,
          `left as it is; to accept it: sql.accept: ${groupAcceptance(group, digests)}`,
        ]),
      ),
    }),
  };
}

function hasSameEntries(digests: PostureDigests, others: PostureDigests): boolean {
  return (
    digests.size === others.size && [...digests].every(([group, digest]) => others.get(group) === digest)
  );
}

function isLostFile(identity: string, { live, expected }: AccessSubject): boolean {
  const file = identity.replace("history record ", "applied file ");
  return expected[file] !== undefined && live[file] === undefined;
}
