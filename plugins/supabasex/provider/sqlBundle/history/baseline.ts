import type { ClientBase } from "pg";
import { UserError } from "../../../../../foundation/userError";
import { type Catalog, partsOfIdentity } from "../catalog";
import type { Session } from "../session/session";
import type { Migration } from "../source/files";
import { madeByMigrations } from "../source/migrationObjects";
import { comparableText, statementsOf, textOf } from "../source/statements";
import { recordedStatements, recordMigrations } from "./history";

/**
 * Records migrations as applied without running them, for a database that already has them. Refuses where what another
 * tool recorded for a version is not what the file says, or where an object that the files make is not there. Answers the
 * identities of those objects: they are the bundle's from now on. `undefined` when there is nothing to adopt.
 */
export async function adoptBaseline(
  session: Session,
  bundle: string,
  migrations: readonly Migration[],
  live: Catalog,
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
 * Reads whether a database has what these migrations make, and answers the identities of it.
 *
 * @throws UserError as {@link adoptBaseline}
 */
export async function checkBaseline(
  client: ClientBase,
  migrations: readonly Migration[],
  live: Catalog,
): Promise<string[]> {
  for (const file of migrations) await compareStatements(client, file);
  const made = madeByMigrations(migrations);
  const missing = made.filter(({ identity }) => live[identity] === undefined);
  if (missing.length > 0) {
    throw new UserError(
      [
        "This database cannot be adopted (sql.baseline): it lacks what the migrations up to there make:",
        ...missing.map(({ identity, file }) => `  ${identity} (${file.display})`),
        "  Choose an older baseline, or make these objects first.",
      ].join("\n"),
    );
  }
  return made.map(({ identity }) => identity);
}

async function compareStatements(client: ClientBase, file: Migration): Promise<void> {
  const recorded = await recordedStatements(client, file.version);
  if (recorded === undefined || recorded.length === 0) return;
  const ours = statementsOf(file).map((statement) => comparableText(textOf(file, statement)));
  // Another tool also records the begin and commit around a file, which are not among our statements.
  const wrapper = /^(begin|start|commit|end)( (transaction|work))?$/i;
  const theirs = recorded.map(comparableText).filter((text) => text !== "" && !wrapper.test(text));
  const at = ours.findIndex((text, index) => text !== theirs[index]);
  if (at < 0 && ours.length === theirs.length) return;
  throw new UserError(
    `${file.display} is not what was applied to this database as ${file.version} (statement ${(at < 0 ? ours.length : at) + 1} differs from supabase_migrations.schema_migrations): restore the file as it was applied, or choose an older sql.baseline.`,
  );
}
