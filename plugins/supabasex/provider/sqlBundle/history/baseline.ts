import type { ClientBase } from "pg";
import { escapeControls } from "../../../../../foundation/controlCharacters";
import { UserError } from "../../../../../foundation/userError";
import { type Catalog, partsOfIdentity } from "../catalog";
import type { Session } from "../session/session";
import type { Migration } from "../source/files";
import { madeByMigrations } from "../source/migrationObjects";
import { comparableText, statementsOf, textOf } from "../source/statements";
import { recordedStatements, recordMigrations } from "./history";

/**
 * Records migrations as applied without running them, for a database that already has them. Refuses if another tool
 * recorded a version with other statements, or if an object of the files is missing. Returns the identities of those
 * objects, which belong to the bundle from now on. `undefined` if there is nothing to adopt.
 */
export async function adoptBaseline(
  session: Session,
  bundle: string,
  migrations: readonly Migration[],
  { live }: { readonly live: Catalog },
): Promise<string[] | undefined> {
  if (migrations.length === 0) return undefined;
  const made = await checkBaseline(session.work, migrations, live);
  await recordMigrations(
    session.work,
    bundle,
    migrations.map((file) => ({ file, durationMilliseconds: 0 })),
  );
  const relations = new Set(made.map((identity) => partsOfIdentity(identity).name));
  const parts = Object.keys(live).filter((identity) => {
    const { kind, parent } = partsOfIdentity(identity);
    return (kind === "column" || kind === "constraint") && parent !== undefined && relations.has(parent);
  });
  return [...made, ...parts];
}

/**
 * Checks that a database has what these migrations create, and returns the identities.
 *
 * @throws UserError as {@link adoptBaseline}
 */
export async function checkBaseline(
  client: ClientBase,
  migrations: readonly Migration[],
  live: Catalog,
): Promise<string[]> {
  if (migrations.length > 0) await compareStatements(client, migrations);
  const made = madeByMigrations(migrations);
  const missing = made.filter(({ identity }) => live[identity] === undefined);
  if (missing.length > 0) {
    throw new UserError(
      [
        "This database cannot be adopted, because it lacks objects of migrations that are recorded or declared (sql.baseline) as applied:",
        ...missing.map(({ identity, file }) => `  ${escapeControls(identity)} (${file.display})`),
        "  Create these objects first, or choose an older baseline.",
      ].join("\n"),
    );
  }
  return made.map(({ identity }) => identity);
}

/** Returns whether another tool recorded the same statements for a version. */
export function isAsRecorded(file: Migration, recorded: readonly string[] | null | undefined): boolean {
  if (recorded === undefined || recorded === null || recorded.length === 0) return false;
  const ours = statementTexts(file);
  // Some tools record a file as one text.
  return ours.join(" ") === theirTexts(recorded).join(" ");
}

async function compareStatements(client: ClientBase, migrations: readonly Migration[]): Promise<void> {
  const statements = await recordedStatements(
    client,
    migrations.map(({ version }) => version),
  );
  for (const file of migrations) {
    const recorded = statements.get(file.version) ?? [];
    if (recorded.length > 0 && !isAsRecorded(file, recorded)) throw differsFromRecord(file, recorded);
  }
}

/** Returns the error with the first statement of a file that differs from another tool's record. */
export function differsFromRecord(file: Migration, recorded: readonly string[]): UserError {
  const ours = statementTexts(file);
  const theirs = theirTexts(recorded);
  const at = ours.findIndex((text, index) => text !== theirs[index]);
  return new UserError(
    `${file.display} is not what was applied to this database as ${file.version} (statement ${(at < 0 ? ours.length : at) + 1} differs from supabase_migrations.schema_migrations): restore the file as it was applied.`,
  );
}

function statementTexts(file: Migration): string[] {
  return statementsOf(file).map((statement) => comparableText(textOf(file, statement)));
}

function theirTexts(recorded: readonly string[]): string[] {
  // Another tool also records the begin and commit around a file, which are not among our statements.
  const wrapper = /^(begin|start|commit|end)( (transaction|work))?$/i;
  return recorded.map(comparableText).filter((text) => text !== "" && !wrapper.test(text));
}
