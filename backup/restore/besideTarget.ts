import { randomBytes } from "node:crypto";
import type pg from "pg";
import { messageOf, UserError } from "../../foundation/userError";
import type { CommandContext } from "../context";
import type { DatabaseSettings } from "../environment";
import { exitCodes } from "../exitCodes";
import { connect } from "../postgres/connect";
import { type LentMembership, takeMembershipsBack } from "./lentMemberships";
import { readLentMemberships } from "./unfinished";

/**
 * A database next to the target, for a restore into a plain server: the target stays unchanged until the restore is
 * complete. This does not work in a project, because only Supabase can create its schemas.
 */
export interface BesideTarget {
  readonly settings: DatabaseSettings;
  /**
   * Renames it to the target's name in one step, and drops the old database. Other sessions on the target are ended.
   * @returns what to tell the user: that the old database could not be dropped, or that the new one is not a template
   * @throws UserError if the target could not be replaced; it is unchanged, and this database is dropped
   */
  swap(): Promise<string[]>;
  /** Revokes the memberships that the restore granted to its role, and drops it. */
  drop(): Promise<void>;
}

/** PostgreSQL truncates longer names, also within a character. */
const maxNameBytes = 63;
const suffixLength = "_restore_01234567_replaced".length;

/** Returns the beginning of a name, so that the names of both databases fit. */
function shorten(name: string): string {
  let short = name;
  while (Buffer.byteLength(short) > maxNameBytes - suffixLength) short = [...short].slice(0, -1).join("");
  return short;
}

/** One of them exists on every server, and a session cannot rename its own database. */
const maintenanceDatabases = ["postgres", "template1"];

/** Creates an empty one with the target's owner, encoding and locale. What killed restores left is dropped. */
export async function createBesideTarget(
  client: pg.Client,
  target: DatabaseSettings,
  progress: CommandContext["progress"],
): Promise<BesideTarget> {
  await requireRights(client, target);
  const maintenance = await connectBeside(target);
  const quote = (name: string): string => maintenance.escapeIdentifier(name);
  const prefix = `${shorten(target.database)}_restore_`;
  const name = `${prefix}${randomBytes(4).toString("hex")}`;
  const replaced = `${name}_replaced`;
  const end = async (): Promise<void> => void (await maintenance.end().catch(() => undefined));
  const drop = async (database: string): Promise<void> => {
    const { rows } = await maintenance.query("select from pg_database where datname = $1 and datistemplate", [
      database,
    ]);
    // A template cannot be dropped, such as a target that was one. An interrupted drop leaves a database that can only
    // be dropped, and that is no template.
    if (rows.length > 0) await maintenance.query(`alter database ${quote(database)} is_template false`);
    await maintenance.query(`drop database ${quote(database)} with (force)`);
  };
  /**
   * Discards the unfinished database, and revokes the memberships that its restore granted, because roles belong to the whole
   * server.
   */
  const discard = async (database: string): Promise<void> => {
    // The restore may have set the source's connection limit. If that is reached, the marks cannot be read.
    await maintenance.query(`alter database ${quote(database)} connection limit -1`);
    const lent = await lentMembershipsIn({ ...target, database });
    for (const what of await takeMembershipsBack(maintenance, lent)) progress(what);
    await drop(database);
  };
  let isTemplate = false;
  try {
    // Any role with CREATEDB can create a database with such a name, whose contents are not ours.
    const { rows: left } = await maintenance.query<{ name: string; is_restored: boolean }>(
      `select datname as name, datname !~ '_replaced$' and datconnlimit <> -2 as is_restored from pg_database
       where datname ~ ('^' || regexp_replace($1, '([^\\w])', '\\\\\\1', 'g') || '[0-9a-f]{8}(_replaced)?$')
         and datdba in (quote_ident(current_user)::regrole, (select datdba from pg_database where datname = $2))`,
      [prefix, target.database],
    );
    for (const { name: database, is_restored } of left) {
      // The others are old targets, and what an interrupted drop left, which allows no sessions.
      await (is_restored ? discard : drop)(database);
    }
    const { rows } = await maintenance.query<{ options: string; is_template: boolean }>(
      `select concat_ws(' ', format('owner %I encoding %L lc_collate %L lc_ctype %L', pg_get_userbyid(datdba), pg_encoding_to_char(encoding), datcollate, datctype),
         case datlocprovider when 'i' then format('locale_provider icu icu_locale %L', locale) when 'b' then format('locale_provider builtin builtin_locale %L', locale) end,
         'icu_rules ' || quote_literal(to_jsonb(d) ->> 'daticurules'), 'tablespace ' || quote_ident(nullif(spcname, 'pg_default')))
         as options, datistemplate as is_template
       from pg_database d join pg_tablespace t on t.oid = dattablespace
         -- Its name in version 17, and before.
         cross join lateral (select coalesce(to_jsonb(d) ->> 'datlocale', to_jsonb(d) ->> 'daticulocale') as locale) l
       where datname = $1`,
      [target.database],
    );
    isTemplate = rows[0]?.is_template === true;
    await maintenance.query(`create database ${quote(name)} template template0 ${rows[0]?.options ?? ""}`);
  } catch (error) {
    await end();
    const reason = messageOf(error);
    throw new UserError(
      `Nothing was restored: cannot create a database next to ${target.database}: ${reason}.`,
      exitCodes.targetRefused,
      { cause: error },
    );
  }
  return {
    settings: { ...target, database: name },
    async swap() {
      const closer = await connect(
        { ...target, database: (await currentDatabase(maintenance)) ?? "postgres" },
        exitCodes.restoreFailed,
      );
      // The rename holds a lock that makes new sessions wait, and itself waits up to 5 s until the old ones have ended.
      const closing = setInterval(() => {
        closer
          .query(
            "select pg_terminate_backend(pid) from pg_stat_activity where datname = $1 or datname = $2",
            [target.database, name],
          )
          .catch(() => undefined);
      }, 100);
      try {
        await maintenance.query(
          `begin; alter database ${quote(target.database)} rename to ${quote(replaced)}; alter database ${quote(name)} rename to ${quote(target.database)}; commit`,
        );
      } catch (error) {
        await maintenance.query("rollback").catch(() => undefined);
        await drop(name).catch(() => undefined);
        await end();
        const reason = messageOf(error);
        throw new UserError(
          `The restored database could not replace ${target.database}, which is unchanged: ${reason}.`,
          exitCodes.restoreFailed,
          { cause: error },
        );
      } finally {
        clearInterval(closing);
        await closer.end().catch(() => undefined);
      }
      const messages: string[] = [];
      if (isTemplate) {
        // Not before the rename: a killed restore would leave a template.
        await maintenance
          .query(`alter database ${quote(target.database)} is_template true`)
          .catch((error: unknown) => {
            const reason = messageOf(error);
            messages.push(`not restored: ${target.database} was a template database: ${reason}`);
          });
      }
      try {
        await drop(replaced);
      } catch (error) {
        const reason = messageOf(error);
        messages.push(
          `the old database could not be dropped, and is now named ${replaced}; drop it: ${reason}`,
        );
      } finally {
        await end();
      }
      return messages;
    },
    async drop() {
      // If this fails, the next restore finds the mark.
      await discard(name).catch(() => undefined);
      await end();
    },
  };
}

/** Reads the mark of a restore that did not finish. Nothing of it runs as SQL. */
async function lentMembershipsIn(settings: DatabaseSettings): Promise<readonly LentMembership[]> {
  const client = await connect(settings, exitCodes.targetRefused);
  try {
    // The database may have settings of its own.
    await client.query("set search_path = pg_catalog");
    return await readLentMemberships(client);
  } finally {
    await client.end().catch(() => undefined);
  }
}

async function requireRights(client: pg.Client, { database }: DatabaseSettings): Promise<void> {
  const { rows } = await client.query<{ may: boolean }>(
    `select rolsuper or (rolcreatedb and pg_has_role(datdba, 'usage')) as may
     from pg_roles, pg_database where rolname = current_user and datname = current_database()`,
  );
  if (rows[0]?.may === true) return;
  throw new UserError(
    `Nothing was restored: the server is not a Supabase project, so the backup is loaded into a new database, which then replaces ${database}; for this, the role must own ${database} and have CREATEDB.`,
    exitCodes.targetRefused,
  );
}

async function connectBeside(target: DatabaseSettings): Promise<pg.Client> {
  let failure: unknown;
  for (const database of maintenanceDatabases) {
    if (database === target.database) continue;
    try {
      return await connect({ ...target, database }, exitCodes.targetRefused);
    } catch (error) {
      failure = error;
    }
  }
  throw failure;
}

async function currentDatabase(client: pg.Client): Promise<string | undefined> {
  const { rows } = await client.query<{ name: string }>("select current_database() as name");
  return rows[0]?.name;
}
