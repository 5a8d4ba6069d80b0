import { createHash } from "node:crypto";
import { canonicalJson, type JsonValue } from "../../../../../../foundation/json";
import { type Catalog, type CatalogObject, sortedCatalog } from "../catalog";
import { partsOfIdentity } from "../identity";
import { signInKinds } from "../kinds/signInSources";

/** Group → digest of the objects in it. A state stores a posture in these few lines. */
export type PostureDigests = ReadonlyMap<string, string>;

/** The kinds that have their own group. Others are in that of their schema, or of the database. */
const groups: Readonly<Record<string, string>> = {
  // Rows of tables that a migration of Auth changes.
  ...Object.fromEntries([...signInKinds].map((kind) => [kind, "schema auth"])),
  role: "roles",
  membership: "roles",
  "role settings": "roles",
  "history record": "history",
  "migration record": "history",
};

/** Returns the group of an object: its schema's, `roles`, `history` or `database`. */
export function postureGroup(identity: string): string {
  const { kind, schema } = partsOfIdentity(identity);
  return groups[kind] ?? (schema === undefined ? "database" : `schema ${schema}`);
}

/** Returns the digest of each group: 96 bits of SHA-256 of canonical JSON, in base64url. */
export function postureDigests(posture: Catalog): PostureDigests {
  return new Map([...grouped(posture)].map(([group, members]) => [group, digestOf(members)]));
}

export interface FoundPosture {
  readonly posture: Catalog;
  /** Groups whose content is missing from both the record and the database. */
  readonly unknown: ReadonlySet<string>;
}

/** Finds the posture of digests: in the database if a group is unchanged there, else in its record. */
export function postureFrom(digests: PostureDigests, record: Catalog, live: Catalog): FoundPosture {
  const found = new Map<string, CatalogObject>();
  const unknown = new Set<string>();
  const liveGroups = grouped(live);
  let recordGroups: Map<string, Member[]> | undefined;
  for (const [group, digest] of digests) {
    let members = liveGroups.get(group) ?? [];
    if (digestOf(members) !== digest) {
      recordGroups ??= grouped(record);
      members = recordGroups.get(group) ?? [];
      if (digestOf(members) !== digest) {
        unknown.add(group);
        continue;
      }
    }
    for (const [identity, object] of members) found.set(identity, object);
  }
  return { posture: sortedCatalog(found), unknown };
}

/** Returns the name under which a group is accepted in its current state if its record is lost. */
export function groupAcceptance(group: string, digests: PostureDigests): string {
  return `access to ${group} @ ${digests.get(group) ?? "nothing"}`;
}

/** Returns a line for each group, sorted: the digest and the group. */
export function printPostureDigests(digests: PostureDigests): string {
  return [...digests]
    .map(([group, digest]) => `${digest} ${group}`)
    .sort()
    .join("\n");
}

/** Parses what {@link printPostureDigests} printed. */
export function parsePostureDigests(text: string): PostureDigests {
  return new Map(
    text
      .split("\n")
      .filter((line) => line !== "")
      .map((line): [string, string] => {
        const at = line.indexOf(" ");
        return [line.slice(at + 1), line.slice(0, at)];
      }),
  );
}

type Member = readonly [identity: string, object: CatalogObject];

function grouped(posture: Catalog): Map<string, Member[]> {
  const found = new Map<string, Member[]>();
  for (const [identity, object] of Object.entries(posture)) {
    const group = postureGroup(identity);
    const members = found.get(group);
    if (members === undefined) found.set(group, [[identity, object]]);
    else members.push([identity, object]);
  }
  return found;
}

function digestOf(members: readonly Member[]): string {
  const hash = createHash("sha256");
  // The record is read from jsonb, which has its own order.
  const sorted = [...members].sort(([a], [b]) => (a < b ? -1 : 1));
  for (const member of sorted) hash.update(canonicalJson(member as unknown as JsonValue));
  return hash.digest("base64url").slice(0, 16);
}
