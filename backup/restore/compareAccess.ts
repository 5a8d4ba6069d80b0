import type pg from "pg";
import { type AccessEntry, readAccess } from "../postgres/access";
import { columnOrder } from "../postgres/columnOrder";
import { extensionsAtBirth, platformEventTriggers } from "../postgres/platform";
import { unquoteIdentifier } from "../postgres/sqlText";
import { additions, corrections, impliedGrants } from "./accessCorrections";
import {
  byName,
  grantsOf,
  isOfPlatform,
  keyOf,
  kindsOfGrantsAlone,
  withoutNeedlessQuotes,
} from "./accessEntries";
import {
  attach,
  attachments,
  compareVersions,
  type ExtensionVersions,
  isCompared,
  isMissed,
  isSurplus,
  isTextSearch,
  runThose,
} from "./attached";
import { comparableSettings } from "./correctRoles";
import { rewritePolicies, type SearchPathOf } from "./policyExpressions";

/** The differences between the snapshot and the target, as text. */
export interface AccessDifferences {
  /** In objects of the application: the restore does not match the backup. */
  readonly application: readonly string[];
  /** On the platform's objects, which belong to it and may be newer or older than at the source. */
  readonly platform: readonly string[];
}

/** Kinds of objects without a schema. */
const kindsWithoutSchema = new Set([
  "event trigger",
  "foreign data wrapper",
  "foreign server",
  "language",
  "publication",
]);

export interface AccessContext {
  /** Major versions of the source and of the target. */
  readonly sourceMajor: number;
  readonly targetMajor: number;
  /** Whether something is known to be missing. */
  readonly isIncomplete: boolean;
  /**
   * The server belongs to the project, so its roles belong to the application. The roles of another server may serve
   * other databases.
   */
  readonly isProject: boolean;
  /** Returns whether to compare an object; default: all. */
  readonly isWanted?: (entry: AccessEntry) => boolean;
  /** For expressions whose operators cannot be qualified; default: none. */
  readonly searchPath?: SearchPathOf;
}

/**
 * Corrects the owners and grants that differ from the snapshot: grants on the database and on the platform's objects,
 * which no archive restores into a project, and grants that come from default privileges or from the restore itself.
 * Then compares everything that controls access.
 */
export async function restoreAccess(
  client: pg.Client,
  backedUp: readonly AccessEntry[],
  context: AccessContext,
): Promise<AccessDifferences> {
  const { isWanted = () => true } = context;
  const expected = backedUp.filter(isWanted);
  const { rows } = await client.query<{ name: string }>("select quote_ident(current_database()) as name");
  const all = await readAccess(client);
  const found = all.filter(isWanted);
  const database = rows[0]?.name ?? "";
  const versions = compareVersions(backedUp, all);
  await runThose(client, [
    ...attachments(expected, byName(found), versions),
    ...corrections(expected, found, { ...context, database }),
    ...additions(expected, found),
  ]);
  const restored = (await readAccess(client)).filter(isWanted);
  const { searchPath = () => "''" } = context;
  // The expressions of another version are not compared.
  const rewritten =
    context.sourceMajor === context.targetMajor
      ? await rewritePolicies(client, expected, { found: restored, searchPath })
      : expected;
  return compareAccess(rewritten, restored, { ...context, versions });
}

/** Compares the inventory of the backup with that of the restored database. */
export function compareAccess(
  expected: readonly AccessEntry[],
  found: readonly AccessEntry[],
  context: AccessContext & { readonly versions?: ExtensionVersions },
): AccessDifferences {
  const { versions = compareVersions(expected, found) } = context;
  const application: string[] = [];
  const platform: string[] = [];
  const after = byName(found);
  for (const entry of expected) {
    const differences = isOfPlatform(entry) ? platform : application;
    const restored = after.get(keyOf(entry));
    const what = `${entry.kind} ${entry.name}`;
    if (restored === undefined) {
      if (isReportedMissing(entry, differences === application, { ...context, versions })) {
        differences.push(`${what}${describeMissing(entry, differences === platform)}`);
      }
      continue;
    }
    for (const fact of new Set([...Object.keys(entry.facts), ...Object.keys(restored.facts)])) {
      if (!isCompared(fact, entry, versions)) continue;
      // Older backups do not have them.
      if ((entry.kind === "role" || entry.kind === "database") && entry.facts[fact] === undefined) continue;
      if (fact === "body" && entry.facts.definition !== undefined) continue;
      if (isDeparsed(fact, entry) && context.sourceMajor !== context.targetMajor) continue;
      if (fact === "owner" && differences === platform) continue;
      const [wanted, present] = [
        comparable(fact, entry, { ...context, other: restored, implied: impliedGrants(entry, context) }),
        comparable(fact, restored, { ...context, other: entry, implied: impliedGrants(entry, context) }),
      ];
      if (wanted === present) continue;
      differences.push(
        fact === "definition" && isTextSearch(entry.kind)
          ? `${what} is different here: ${attach(entry, present)}`
          : `${what}: ${fact} ${describe(wanted)} in the backup, ${describe(present)} here`,
      );
    }
  }
  const known = new Set(expected.map(keyOf));
  for (const entry of found) {
    if (known.has(keyOf(entry))) continue;
    if (entry.kind === "extension" && !extensionsAtBirth.has(unquoteIdentifier(entry.name)))
      platform.push(`extension ${entry.name} is not in the backup, and stays`);
    if (entry.kind === "column")
      platform.push(
        `column ${entry.name}: grants nothing in the backup, ${describe(entry.facts.grants)} here`,
      );
    if (isSurplus(entry, expected, versions))
      platform.push(`${entry.kind} ${entry.name} is not in the backup, and stays`);
    if (isOfPlatform(entry)) continue;
    if (entry.kind === "default privileges")
      application.push(`${entry.kind} ${entry.name} are not in the backup`);
  }
  return { application, platform };
}

/** Returns what the target lacks: an object, with the SQL that adds it if there is any, or the privileges on one. */
function describeMissing(entry: AccessEntry, isOfPlatform: boolean): string {
  const here = kindsOfGrantsAlone.get(entry.kind);
  if (here !== undefined) return `: grants ${describe(entry.facts.grants)} in the backup, ${here} here`;
  const sql = isOfPlatform ? attach(entry) : undefined;
  return ` is missing${sql === undefined ? "" : `: ${sql}`}`;
}

/** Returns whether to report that the target lacks an object. One that could not be created is reported with its SQL. */
function isReportedMissing(
  entry: AccessEntry,
  isOfApplication: boolean,
  {
    isIncomplete,
    isProject,
    versions,
  }: Pick<AccessContext, "isIncomplete" | "isProject"> & { readonly versions: ExtensionVersions },
): boolean {
  const { kind, name, facts } = entry;
  if (isOfApplication) return !isIncomplete;
  if (facts.extension === undefined) {
    // What a superuser created without a schema may belong to the application.
    if (isProject && kindsWithoutSchema.has(kind))
      return !(kind === "event trigger" && platformEventTriggers.has(name));
    // On a plain server the archive also creates the platform's objects.
    if (!isProject && isIncomplete) return false;
  }
  return isMissed(entry, versions);
}

/** Returns whether each version writes the text differently. */
function isDeparsed(fact: string, { kind }: AccessEntry): boolean {
  if (fact === "definition") return !isTextSearch(kind) && kind !== "system comment";
  return fact === "using" || fact === "with check";
}

/** @param given.implied what the owner in the backup has in the target's version */
function comparable(
  fact: string,
  entry: AccessEntry,
  given: AccessContext & { readonly other: AccessEntry; readonly implied: readonly string[] },
): string {
  const { sourceMajor, targetMajor, other, implied } = given;
  // Older programs wrote them in the order in which they were named.
  if (fact === "roles") return (entry.facts.roles ?? "").split(", ").sort().join(", ");
  if (entry.kind === columnOrder) return withoutNeedlessQuotes(entry.facts[fact] ?? "");
  if (fact !== "grants") return comparableSettings(fact, entry, other);
  // Version 17 has another privilege, which is part of `all`: in default privileges, and on objects of the platform.
  const isOther = (sourceMajor < 17 || targetMajor < 17) && implied.length === 0;
  const lines = new Set(
    grantsOf(entry).filter((line) => !implied.includes(line) && !(isOther && /: MAINTAIN\*?$/.test(line))),
  );
  // Several roles may have granted the same privilege, with and without the grant option.
  return [...lines].filter((line) => !lines.has(`${line}*`)).join("\n");
}

function describe(text: string | undefined): string {
  return text === undefined || text === "" ? "nothing" : `"${text.replaceAll("\n", ", ")}"`;
}
