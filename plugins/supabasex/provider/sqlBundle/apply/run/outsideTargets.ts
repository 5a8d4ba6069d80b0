import type { Node, RangeVar } from "libpg-query";
import { sqlStates } from "../../../../../../foundation/sqlStates";
import type { Session } from "../../session/session";
import type { SqlFileIssue } from "../../source/errors";
import { quote, unquoted } from "../../source/identifiers";

/** A relation that a statement outside of a transaction names. */
export interface Target {
  /** Its bare name, quoted as in the catalog. */
  readonly name: string;
  /** With its schema, if the statement names that. */
  readonly qualified: string;
  /** Letters of `pg_class.relkind` of the kinds that the statement accepts, and the name of the kind. */
  readonly kinds: string;
  readonly kind: "index" | "table" | "relation";
  /** Whether the statement accepts that it does not exist. */
  readonly isOptional?: boolean;
  /** Whether the server leaves it out with a warning if the role may not maintain it. */
  readonly isMaintained?: boolean;
  /** The table whose partition it must be. */
  readonly partitionOf?: string;
}

const index = { kinds: "iI", kind: "index" } as const;
const table = { kinds: "rpmt", kind: "table" } as const;
const vacuumed = { kinds: "rpmt", kind: "relation" } as const;

/** Returns the relations that must exist for a statement. */
export function targetsOf(node: Node): Target[] {
  if ("IndexStmt" in node) {
    const { relation, idxname } = node.IndexStmt;
    const created = { ...target({ ...relation, relname: idxname ?? "" }, index), isOptional: true };
    return [target(relation, { kinds: "rpm", kind: "table" }), ...(idxname === undefined ? [] : [created])];
  }
  if ("DropStmt" in node && node.DropStmt.removeType === "OBJECT_INDEX") {
    const isOptional = node.DropStmt.missing_ok === true;
    return (node.DropStmt.objects ?? []).map((object) => ({
      ...target(rangeOf(object), index),
      ...(isOptional ? { isOptional } : {}),
    }));
  }
  if ("ReindexStmt" in node) {
    const { kind, relation } = node.ReindexStmt;
    if (relation === undefined) return [];
    return [target(relation, kind === "REINDEX_OBJECT_INDEX" ? index : table)];
  }
  if ("ClusterStmt" in node) {
    const { relation } = node.ClusterStmt;
    return relation === undefined ? [] : [target(relation, table)];
  }
  if ("VacuumStmt" in node) {
    return (node.VacuumStmt.rels ?? []).flatMap((item) =>
      "VacuumRelation" in item
        ? [{ ...target(item.VacuumRelation.relation, vacuumed), isMaintained: true }]
        : [],
    );
  }
  if (!("AlterTableStmt" in node)) return [];
  const parent = {
    ...target(node.AlterTableStmt.relation, table),
    ...(node.AlterTableStmt.missing_ok === true ? { isOptional: true } : {}),
  };
  return (node.AlterTableStmt.cmds ?? []).flatMap((command) => {
    const definition = "AlterTableCmd" in command ? command.AlterTableCmd.def : undefined;
    if (definition === undefined || !("PartitionCmd" in definition)) return [];
    const partition = target(definition.PartitionCmd.name, { kinds: "", kind: "relation" });
    return [parent, { ...partition, partitionOf: parent.qualified }];
  });
}

function target(relation: Partial<RangeVar> | undefined, kinds: Pick<Target, "kind" | "kinds">): Target {
  const name = quote(relation?.relname ?? "");
  const schema = relation?.schemaname;
  return { name, qualified: schema === undefined ? name : `${quote(schema)}.${name}`, ...kinds };
}

function rangeOf(object: Node): Partial<RangeVar> {
  const items = "List" in object ? (object.List.items ?? []) : [];
  const names = items.flatMap((item) => ("String" in item ? [item.String.sval ?? ""] : []));
  const schemaname = names.at(-2);
  return { relname: names.at(-1) ?? "", ...(schemaname === undefined ? {} : { schemaname }) };
}

type Issue = Pick<SqlFileIssue, "message" | "sqlState" | "hint">;

/** Returns what the server would say about the relations that a statement names; `undefined` if they fit. */
export async function targetIssue(session: Session, node: Node): Promise<Issue | undefined> {
  // The table of an index is checked on a copy, and an index of its name is compared.
  if ("IndexStmt" in node) return undefined;
  for (const one of targetsOf(node)) {
    const issue = await issueOf(session, one);
    if (issue !== undefined) return issue;
  }
  return undefined;
}

interface FoundRelation {
  /** As `pg_class.relkind`; null if there is none. */
  readonly kind: string | null;
  readonly maintainable: boolean | null;
  readonly partition: boolean;
  /** Whether the table whose partition it must be exists. */
  readonly hasParent: boolean;
}

/** Whether the current role may vacuum relation `c`. */
const mayMaintain = `(
    pg_has_role(c.relowner, 'usage')
    or not c.relisshared and exists (select from pg_database d where d.datname = current_database() and pg_has_role(d.datdba, 'usage'))
    or case when current_setting('server_version_num')::integer >= 170000 then has_table_privilege(c.oid, 'maintain') end)`;

async function issueOf(
  session: Session,
  { name, qualified, kinds, kind, isOptional = false, isMaintained = false, partitionOf }: Target,
): Promise<Issue | undefined> {
  const { rows } = await session.work.query<FoundRelation>(
    `select c.relkind as kind, ${mayMaintain} as maintainable, exists (select from pg_inherits i where i.inhrelid = c.oid and i.inhparent = to_regclass($2)) as partition,
       to_regclass($2) is not null as "hasParent"
     from (select to_regclass($1) as oid) named left join pg_class c on c.oid = named.oid`,
    [qualified, partitionOf],
  );
  // The parent is checked before its partition. `alter table if exists` does nothing without it.
  if (partitionOf !== undefined && rows[0]?.hasParent !== true) return undefined;
  const found = rows[0]?.kind ?? null;
  const shown = unquoted(name);
  if (found === null) {
    if (isOptional) return undefined;
    const sqlState = kind === "index" ? sqlStates.undefinedObject : sqlStates.undefinedTable;
    return { message: `${kind === "index" ? kind : "relation"} "${shown}" does not exist`, sqlState };
  }
  if (kinds !== "" && !kinds.includes(found))
    return {
      message: `"${shown}" is not ${kind === "index" ? "an index" : "a table"}`,
      sqlState: sqlStates.wrongObjectType,
      ...(isMaintained ? { hint: "Only tables and materialized views can be vacuumed: leave it out." } : {}),
    };
  if (isMaintained && rows[0]?.maintainable !== true)
    return {
      message: `only the owner of "${shown}" may vacuum it`,
      sqlState: sqlStates.insufficientPrivilege,
    };
  if (partitionOf !== undefined && rows[0]?.partition !== true)
    return { message: `"${shown}" is not a partition of ${partitionOf}`, sqlState: sqlStates.undefinedTable };
  return undefined;
}
