import { UserError } from "../../foundation/userError";
import { exitCodes } from "../exitCodes";
import { isPlatformOwner, platformPublications } from "../postgres/platform";
import { splitStatements, withoutLeadingComments } from "../postgres/sqlText";
import { attachBeforeRows } from "./attached";
import { attachedSequences, withoutAttachedSequences } from "./attachedSequences";
import { withColumnOrder } from "./columnOrder";
import { restoreAccess } from "./compareAccess";
import { missingRows, rowDifferences, sequenceDifferences } from "./compareRows";
import { isAboutSchema, selectEntries } from "./contents";
import { createExtensions } from "./createExtensions";
import { createEventTriggers, isOfEventTrigger } from "./eventTriggers";
import { extensionRowDifferences } from "./extensionRows";
import type { Filling } from "./filling";
import { correctInheritedColumns, withoutStorage } from "./inheritedColumns";
import { withHandlers } from "./languages";
import { loadAllRows } from "./loadAllRows";
import { NamedObjects } from "./namedObjects";
import { takesLong, writeInParallel } from "./parallelWriter";
import { divide } from "./phases";
import { releaseMembers } from "./releaseMembers";
import { prepareRowExpressions, retryWithSearchPaths } from "./rowExpressions";
import type { SchemaEntry } from "./schemaArchive";
import { type Missing, prepareSession, SchemaWriter } from "./schemaWriter";
import { adoptSettings } from "./sessionSettings";
import { withSessions } from "./sessions";
import { setSequences } from "./setSequences";
import { succeeds } from "./succeeds";
import { withoutTablespaces } from "./tablespaces";
import { readShape } from "./target";

/** What a restore could not restore. */
export interface Shortfall {
  /** Objects of the application. */
  readonly missing: readonly Missing[];
  /**
   * What the target does not support, or what belongs to the platform: extensions, grants on the platform's objects; and positions of
   * sequences, where objects are missing.
   */
  readonly notRestored: readonly string[];
}

export interface Filled extends Shortfall {
  /** Statements that enable the event triggers; they must be the last ones of the restore. */
  readonly enabling: readonly string[];
}

/** Fills an empty database and compares it with the manifest. */
export async function fill(current: Filling): Promise<Filled> {
  const { client, manifest, texts, progress } = current;
  await adoptSettings(client);
  await prepareSession(client);
  const writer = new SchemaWriter(client, ["public", "extensions", ...manifest.schemas]);
  const selected = selectEntries(texts.schema, await readShape(client));
  const schemas = selected.filter(isAboutSchema);
  const eventTriggers = selected.filter(isOfEventTrigger);
  const { kept: objects, leftOut: tablespaces } = await withoutTablespaces(
    client,
    withColumnOrder(
      withoutStorage(
        withHandlers(
          selected.filter((entry) => !isAboutSchema(entry) && !isOfEventTrigger(entry)),
          texts.access,
        ),
        texts.access,
      ),
      texts.access,
    ),
  );
  for (const { kind, tag } of selected) {
    // One that differs from the project's replaces it.
    if (kind === "PUBLICATION" && platformPublications.has(tag))
      await succeeds(client, `drop publication if exists ${client.escapeIdentifier(tag)}`);
  }
  await writer.write(schemas);
  const leftOut = await createExtensions(client, objects, current);
  await attachBeforeRows(client, texts.access);
  const attached = attachedSequences(texts.access);
  const created = await withoutAttachedSequences(client, objects, attached);
  const phases = divide(await releaseMembers(client, created, texts.access));
  await writer.write(phases.beforeRows.filter(({ kind }) => kind !== "EXTENSION"));
  // Some columns need the application's types or functions, and some of the application's objects need these columns.
  await attachBeforeRows(client, texts.access);
  await writer.retryMissing();
  // Some name objects of the application, such as a text search configuration.
  await adoptSettings(client);

  await correctInheritedColumns(client, texts.access);
  const expressions = await prepareRowExpressions(client, writer);
  const named = new NamedObjects(writer, phases.afterRows);
  const { loaded, leftOut: rowsLeftOut } = await loadAllRows(current, named, expressions);
  await setSequences(client, texts.sequences);
  await expressions.restore();

  progress("creating indexes, constraints and policies");
  const afterRows = named.rest();
  const failed = new Set(await writeLong(afterRows.filter(takesLong), writer, current));
  // An owner may have lost the privileges that references and triggers need.
  await writer.write(afterRows.filter((entry) => !takesLong(entry) || failed.has(entry)));
  await writer.write(phases.grants);
  await writer.write(phases.comments);
  for (const statement of splitStatements(texts.publication))
    await writer.writeStatement("publication.sql", withoutLeadingComments(statement), undefined);
  // As the owner of a view would refresh it, whom policies may restrict.
  await client.query("set row_security = on");
  await refresh(texts.materializedViews, writer);
  await client.query("set row_security = off");
  await retryWithSearchPaths(client, writer);
  // The queries of views may have moved some.
  if (texts.materializedViews !== "") await setSequences(client, texts.sequences);

  const access = await restoreAccess(client, texts.access, {
    sourceMajor: manifest.source.serverMajor,
    targetMajor: current.serverMajor,
    isIncomplete: writer.missing.length > 0 || leftOut.length > 0 || missingRows(loaded).length > 0,
    isProject: current.isProject,
    searchPath: (schema) => writer.searchPath(schema),
    isWanted: ({ kind, facts }) => kind !== "event trigger" || isPlatformOwner(facts.owner ?? ""),
  });
  const { enabling, differences: inTriggers } = await createEventTriggers(client, eventTriggers, {
    writer,
    backedUp: texts.access,
  });
  const missing = [...writer.missing, ...missingRows(loaded)];
  const sequences = await sequenceDifferences(client, manifest, attached);
  rowsLeftOut.push(...sequences.attached);
  const differences = [
    ...rowDifferences(manifest, loaded),
    ...(missing.length === 0 ? sequences.application : []),
    ...access.application,
    ...inTriggers,
  ];
  if (differences.length > 0) {
    throw new UserError(
      `The restored database differs from the backup: ${differences.join("; ")}.`,
      exitCodes.restoreFailed,
    );
  }
  // Beside a missing object, a sequence may be missing or unset because of it.
  if (missing.length > 0) rowsLeftOut.push(...sequences.application);
  rowsLeftOut.push(...(await extensionRowDifferences(client, manifest)));
  return { missing, notRestored: [...leftOut, ...tablespaces, ...rowsLeftOut, ...access.platform], enabling };
}

async function writeLong(
  entries: readonly SchemaEntry[],
  writer: SchemaWriter,
  current: Filling,
): Promise<SchemaEntry[]> {
  const tables = new Set(
    current.texts.schema
      .filter(({ kind }) => kind === "TABLE" || kind === "MATERIALIZED VIEW")
      .map(({ id }) => id),
  );
  let failed: SchemaEntry[] = [];
  await withSessions(Math.min(current.parallel, entries.length), current, async (sessions) => {
    failed = await writeInParallel(entries, sessions, { tables, writer });
  });
  return failed;
}

/** Refreshes each view after those that it reads. One that is too early fails immediately. */
async function refresh(text: string, writer: SchemaWriter): Promise<void> {
  const statements = splitStatements(text).map(withoutLeadingComments);
  await writer.write(
    statements.map((sql) => ({
      id: 0,
      kind: "MATERIALIZED VIEW DATA",
      schema: undefined,
      tag: sql.slice("refresh materialized view ".length, -1),
      owner: "",
      needs: [],
      sql,
    })),
  );
}
