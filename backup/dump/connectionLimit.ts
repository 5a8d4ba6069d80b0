import type pg from "pg";
import { UserError } from "../../foundation/userError";
import { exitCodes } from "../exitCodes";

/**
 * Sessions of a backup in addition to those that dump the application's rows: snapshot, locks, schema, large objects,
 * `auth`, `storage`.
 */
const besideRows = 6;

/**
 * Returns how many objects with rows the role's connection limit allows in parallel. A backup opens all sessions at its
 * beginning, because all hold their locks from then on.
 *
 * @param client the session of the snapshot
 * @param wanted the maximum
 * @throws UserError if the limit is too low for one
 */
export async function affordableDumps(
  client: pg.Client,
  wanted: number,
  progress: (line: string) => void,
): Promise<number> {
  const { rows } = await client.query<{
    role: string;
    limit: number;
    others: number;
    extensions: number;
  }>(
    `select quote_ident(rolname) as role, rolconnlimit as limit,
       (select count(*)::int from pg_stat_activity where usename = current_user and pid <> pg_backend_pid()) as others,
       (select count(distinct e.oid)::int from pg_extension e join pg_namespace n on n.oid = e.extnamespace
        where e.extconfig is not null and n.nspname not in ('pg_catalog', 'vault', 'pgsodium')) as extensions
     from pg_roles where rolname = current_user`,
  );
  const [found] = rows;
  if (found === undefined || found.limit < 0) return wanted;
  const { role, limit, others, extensions } = found;
  const needed = besideRows + extensions;
  const affordable = limit - others - needed;
  if (affordable < 1) {
    throw new UserError(
      `The role ${role} may hold ${limit} connections${others > 0 ? ` and holds ${others}` : ""}, and a backup needs ${needed + wanted}, at least ${needed + 1}: raise its limit (\`database.roles.backup.connectionLimit\` in a stack).`,
      exitCodes.dumpFailed,
    );
  }
  if (affordable >= wanted) return wanted;
  progress(
    `${affordable} ${affordable === 1 ? "dump" : "dumps"} at once instead of ${wanted}: ${role} may hold ${limit} connections`,
  );
  return affordable;
}
