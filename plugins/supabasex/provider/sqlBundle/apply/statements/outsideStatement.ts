import type { IndexStmt, Node, RangeVar } from "libpg-query";
import type { Begun } from "../../history/begun";
import type { Session } from "../../session/session";
import { relationName } from "../../source/declaredObjects";
import { droppedName } from "../../source/droppedObjects";
import type { Migration } from "../../source/files";
import { statementsOf } from "../../source/statements";
import { needsNoTransaction } from "../../source/transactionControl";

/** What the provider knows about a statement that runs outside of a transaction. */
export interface OutsideStatement {
  /** Reads the object that the statement creates or drops. */
  look(session: Session): Promise<Begun>;
  /**
   * Determines what an interrupted run has left to do.
   *
   * @returns `done` if the statement had succeeded, `run` if it has to run again, else the statement to run instead
   */
  resume(before: Begun, now: Begun): string;
  /** Removes only what a failed or interrupted statement has left incomplete. */
  clean?(session: Session, before: Begun): Promise<void>;
  /** For `create index`, whose result can be compared with the statement. */
  readonly index?: IndexStmt;
}

/**
 * Returns whether a migration must run outside of a transaction. Any other one with the header `-- no transaction` only
 * has a transaction of its own.
 */
export function mustRunOutside(file: Migration): boolean {
  const node = file.noTransaction ? statementsOf(file)[0]?.node : undefined;
  return node !== undefined && runsOutside(node);
}

function runsOutside(node: Node): boolean {
  return (
    needsNoTransaction(node) ||
    // A procedure may commit. A partitioned table or index cannot be rebuilt or clustered in a transaction.
    ["CallStmt", "DoStmt", "ReindexStmt", "ClusterStmt"].some((kind) => kind in node)
  );
}

/** Returns what is known about a statement. One that can simply run again, such as `vacuum`, is about no object. */
export function outsideStatement(node: Node): OutsideStatement {
  if ("IndexStmt" in node) return createIndex(node.IndexStmt);
  if ("DropStmt" in node) {
    const [object] = node.DropStmt.objects ?? [];
    return removal(lookAtRelation(object === undefined ? "" : droppedName(object)));
  }
  if ("ReindexStmt" in node) return reindex(node.ReindexStmt.relation, node.ReindexStmt.name);
  if ("CreatedbStmt" in node)
    return creation(lookAtShared("pg_database", "datname", node.CreatedbStmt.dbname));
  if ("DropdbStmt" in node) return removal(lookAtShared("pg_database", "datname", node.DropdbStmt.dbname));
  if ("AlterTableStmt" in node) {
    const command = node.AlterTableStmt.cmds?.[0];
    const definition =
      command !== undefined && "AlterTableCmd" in command ? command.AlterTableCmd.def : undefined;
    if (definition !== undefined && "PartitionCmd" in definition)
      return detachment(node.AlterTableStmt.relation, definition.PartitionCmd.name);
  }
  return { look: async () => nothing, resume: () => "run" };
}

const nothing: Begun = { name: "", oid: 0, state: "absent" };

function createIndex(statement: IndexStmt): OutsideStatement {
  // An index is in its table's schema, which the search path may determine.
  const look = async (session: Session) => {
    const { rows } = await session.work.query<Begun>(
      `select format('%I.%I', n.nspname, $2::text) as name, coalesce(c.oid, 0) as oid,
         case when c.oid is null then 'absent' when i.indisvalid is false then 'invalid' else 'valid' end as state
       from pg_class t join pg_namespace n on n.oid = t.relnamespace
       left join pg_class c on c.relnamespace = n.oid and c.relname = $2
       left join pg_index i on i.indexrelid = c.oid
       where t.oid = to_regclass($1)`,
      [relationName(statement.relation), statement.idxname],
    );
    return rows[0] ?? nothing;
  };
  return {
    look,
    index: statement,
    resume: (before, now) => (now.state === "valid" && now.oid !== before.oid ? "done" : "run"),
    clean: async (session, before) => {
      const now = await look(session);
      if (now.state !== "invalid" || now.oid === before.oid) return;
      await session.execute(`drop index concurrently ${now.name}`);
    },
  };
}

/** Returns `drop index`, which also runs again if a repair earlier in the same run has recreated the index. */
function removal(look: OutsideStatement["look"]): OutsideStatement {
  return { look, resume: (before, now) => (before.oid !== 0 && now.oid === 0 ? "done" : "run") };
}

function creation(look: OutsideStatement["look"]): OutsideStatement {
  return { look, resume: (before, now) => (now.oid !== 0 && now.oid !== before.oid ? "done" : "run") };
}

/** Returns a detachment. Its first half stays if the second is interrupted, and PostgreSQL then requires `finalize`. */
function detachment(parent: RangeVar | undefined, child: RangeVar | undefined): OutsideStatement {
  const names = [relationName(parent), relationName(child)];
  return {
    look: async (session) => {
      const { rows } = await session.work.query<Begun>(
        `select format('%I.%I', n.nspname, c.relname) as name, c.oid,
           case when h.inhrelid is null then 'detached' when h.inhdetachpending then 'pending' else 'attached' end as state
         from pg_class c join pg_namespace n on n.oid = c.relnamespace
         left join pg_inherits h on h.inhrelid = c.oid and h.inhparent = to_regclass($1)
         where c.oid = to_regclass($2)`,
        names,
      );
      return rows[0] ?? nothing;
    },
    resume: (before, now) => {
      if (before.state !== "attached" || now.oid !== before.oid || now.state === "attached") return "run";
      if (now.state === "detached") return "done";
      return `alter table ${names[0]} detach partition ${names[1]} finalize`;
    },
  };
}

/** Returns a rebuild. An interrupted one leaves an invalid copy of the index, named `…_ccnew` or `…_ccold`. */
function reindex(relation: RangeVar | undefined, name: string | undefined): OutsideStatement {
  // The indexes of a schema, of a table, or those next to an index; without any of these, those of the database.
  const scope = relation === undefined ? (name ?? "") : relationName(relation);
  const where =
    relation === undefined
      ? "($1 in (n.nspname, current_database()) or $1 = '')"
      : "i.indrelid = coalesce((select x.indrelid from pg_index x where x.indexrelid = to_regclass($1)), to_regclass($1))";
  const copies = async (session: Session) => {
    const { rows } = await session.work.query<{ name: string; oid: number }>(
      `select format('%I.%I', n.nspname, c.relname) as name, c.oid
       from pg_index i join pg_class c on c.oid = i.indexrelid join pg_namespace n on n.oid = c.relnamespace
       where not i.indisvalid and c.relname ~ '_cc(new|old)[0-9]*$' and n.nspname <> 'pg_toast' and ${where}
         and not exists (select from pg_stat_progress_create_index p where p.index_relid = c.oid)`,
      [scope],
    );
    return rows;
  };
  return {
    look: async (session) => ({ ...nothing, state: (await copies(session)).map(({ oid }) => oid).join(" ") }),
    resume: () => "run",
    clean: async (session, before) => {
      const known = new Set(before.state.split(" "));
      for (const copy of await copies(session)) {
        if (!known.has(String(copy.oid))) await session.execute(`drop index concurrently ${copy.name}`);
      }
    },
  };
}

function lookAtRelation(name: string): OutsideStatement["look"] {
  return async (session) => {
    const { rows } = await session.work.query<Begun>(
      `select format('%I.%I', n.nspname, c.relname) as name, c.oid, 'there' as state
       from pg_class c join pg_namespace n on n.oid = c.relnamespace where c.oid = to_regclass($1)`,
      [name],
    );
    return rows[0] ?? nothing;
  };
}

function lookAtShared(catalog: string, column: string, name: string | undefined): OutsideStatement["look"] {
  return async (session) => {
    const { rows } = await session.work.query<Begun>(
      `select '' as name, oid, 'there' as state from ${catalog} where ${column} = $1`,
      [name ?? ""],
    );
    return rows[0] ?? nothing;
  };
}
