import pg from "pg";
import type { RowsFailure, TableName } from "./rowsFailure";
import type { SchemaWriter } from "./schemaWriter";
import { succeeds } from "./succeeds";

const { escapeIdentifier } = pg;

/**
 * Handles functions of the application that run for every row while it is loaded, by name or as operators. Loading has
 * no search path, and other tables are still empty. So functions of generated columns and of partition keys get a search
 * path while the rows are loaded, and constraints that call functions are added after all rows.
 */
export interface RowExpressions {
  /**
   * Removes the constraints that refused rows, such as `check (expires > now())`, until all rows are loaded, and those of
   * the tables that follow whose result depends on more than the row. One of these may have refused rows with an error
   * of its own, such as that of `current_setting` for a setting that does not exist. Returns whether it removed any, so
   * that the rows may be loaded again. No other session may load rows meanwhile.
   *
   * @param errors all failures of loading rows since it was called last
   * @param tables the tables of the same transactions and those that follow them
   */
  release(errors: readonly RowsFailure[], tables: readonly TableName[]): Promise<boolean>;
  /** Restores everything. What fails is among the writer's missing objects. */
  restore(): Promise<void>;
}

/** Calls of the application's functions by expressions, also as operators. */
const callsOfApplication = `(
  select d.classid, d.objid, f.function
  from pg_depend d left join pg_operator o on d.refclassid = 'pg_operator'::regclass and o.oid = d.refobjid
    cross join lateral (select coalesce(o.oprcode::oid, d.refobjid)) f (function)
  where d.refclassid in ('pg_proc'::regclass, 'pg_operator'::regclass) and f.function >= 16384
    and not exists (select from pg_depend e where e.classid = 'pg_proc'::regclass and e.objid = f.function and e.deptype = 'e')) k`;

interface Check {
  readonly schema: string;
  readonly name: string;
  /** `table` or `domain`. */
  readonly of: string;
  /** Quoted and qualified. */
  readonly subject: string;
  readonly definition: string;
}

/**
 * Retries what is missing while each of the application's functions has a search path. From version 17 on, PostgreSQL
 * creates indexes and fills materialized views with its own search path, so the session's does not affect the functions
 * that they call.
 */
export async function retryWithSearchPaths(client: pg.Client, writer: SchemaWriter): Promise<void> {
  if (writer.missing.length === 0) return;
  const functions = await lendSearchPaths(client, writer, await readFunctions(client, "true"));
  await writer.retryMissing();
  await takeSearchPathsBack(functions, writer);
}

/** Prepares a database that has tables, but no rows or indexes yet. */
export async function prepareRowExpressions(
  client: pg.Client,
  writer: SchemaWriter,
): Promise<RowExpressions> {
  const dropped: Check[] = [];
  for (const check of await readChecks(client, callsFunctions)) {
    // An inherited constraint is removed with the parent's.
    if (await succeeds(client, trialOf(check))) dropped.push(check);
  }
  const functions = await lendSearchPaths(client, writer, await readFunctions(client, usedByRows));
  return {
    async release(errors, tables) {
      const before = dropped.length;
      const drop = async (checks: readonly Check[], sqlOf = dropOf): Promise<void> => {
        for (const check of checks) if (await succeeds(client, sqlOf(check))) dropped.push(check);
      };
      for (const { constraint } of errors) {
        if (constraint === undefined) continue;
        const { schema, of, subject, name } = constraint;
        await drop(await readChecks(client, sameInTree, [schema, of, subject, name]));
      }
      const names = tables.map((one) => `${escapeIdentifier(one.schema)}.${escapeIdentifier(one.table)}`);
      await drop(await readChecks(client, ofTables, [names]));
      await drop(await readChecks(client, ofDomains), trialOf);
      return dropped.length > before;
    },
    async restore() {
      await recompute(client, writer);
      await takeSearchPathsBack(functions, writer);
      // Children before their parents, whose constraints are then merged with theirs.
      for (const check of dropped.reverse()) await addCheck(check, writer);
    },
  };
}

/**
 * Computes generated columns again if their value would be different now, because functions that read other tables may
 * have found them empty.
 */
async function recompute(client: pg.Client, writer: SchemaWriter): Promise<void> {
  const { rows } = await client.query<{ schema: string; subject: string; update: string }>(`
    select n.nspname as schema, c.oid::regclass::text as subject,
      format('update only %s set %I = %2$I where %s', c.oid::regclass, stored.attname, string_agg(
        format('%I::text is distinct from (%s)::%s::text', a.attname, pg_get_expr(v.adbin, v.adrelid), format_type(a.atttypid, a.atttypmod)), ' or ')) as update
    from pg_attribute a join pg_attrdef v on v.adrelid = a.attrelid and v.adnum = a.attnum
      join pg_class c on c.oid = a.attrelid join pg_namespace n on n.oid = c.relnamespace
      cross join lateral (select attname from pg_attribute where attrelid = c.oid and attnum > 0 and not attisdropped
        and attgenerated = '' and attidentity <> 'a' order by attnum limit 1) stored
    where a.attgenerated = 's' and c.relkind = 'r'
      and v.oid in (select objid from ${callsOfApplication} where classid = 'pg_attrdef'::regclass)
    group by 1, c.oid, stored.attname order by 1, 2`);
  for (const { schema, subject, update } of rows)
    await writer.writeStatement(`generated columns of ${subject}`, update, schema);
}

async function addCheck(check: Check, writer: SchemaWriter): Promise<void> {
  const { of, subject, schema, definition } = check;
  const what = `CHECK CONSTRAINT ${subject} ${check.name}`;
  const isValidated = !definition.endsWith(" NOT VALID");
  const add = `${addOf(check)}${isValidated ? " not valid" : ""}`;
  if (!(await writer.writeStatement(what, add, schema)) || !isValidated) return;
  const validate = `alter ${of} ${subject} validate constraint ${escapeIdentifier(check.name)}`;
  await writer.writeStatement(what, validate, schema);
}

function addOf({ of, subject, name, definition }: Check): string {
  return `alter ${of} ${subject} add constraint ${escapeIdentifier(name)} ${definition}`;
}

function dropOf({ of, subject, name }: Check): string {
  return `alter ${of} ${subject} drop constraint ${escapeIdentifier(name)}`;
}

/**
 * Returns the statements that remove a constraint if it can be added again: once there are rows, no constraint can be
 * validated of a domain that is part of another type.
 */
function trialOf(check: Check): string {
  const drop = dropOf(check);
  return check.of === "domain" ? `${drop}; ${addOf(check)}; ${drop}` : drop;
}

const callsFunctions = `c.oid in (select objid from ${callsOfApplication} where classid = 'pg_constraint'::regclass)`;

/**
 * Domains from a domain to the innermost one that it is based on, or the tables of an inheritance tree. A refusal by
 * the constraint of an inner domain names the outer one. $1: schema, $2: `table` or `domain`, $3: its name.
 */
const subjectsOfTree = `
  with recursive base (oid) as (
    select to_regtype(format('%I.%I', $1::text, $3::text))::oid where $2::text = 'domain'
    union select t.typbasetype from base b join pg_type t on t.oid = b.oid where t.typbasetype <> 0),
  ancestor (oid) as (
    select to_regclass(format('%I.%I', $1::text, $3::text))::oid where $2::text = 'table'
    union select i.inhparent from ancestor a join pg_inherits i on i.inhrelid = a.oid),
  relative (oid) as (
    select oid from ancestor
    union select i.inhrelid from relative r join pg_inherits i on i.inhparent = r.oid)`;

/**
 * Selects the constraint of a domain and of those that it is based on, or the same constraint of all tables of an
 * inheritance tree. $4: name of the constraint; the others as in `subjectsOfTree`.
 */
const sameInTree = `c.conname = $4 and case $2 when 'domain' then c.contypid in (${subjectsOfTree} select oid from base)
  else c.conrelid in (${subjectsOfTree} select oid from relative) end`;

/**
 * Selects constraints whose result can change while the row or the value stays the same: they call functions that are
 * not immutable, read values such as `current_user`, or convert through text.
 */
const dependsOnMore = `(c.conbin::text ~ '\\{(SQLVALUEFUNCTION|COERCEVIAIO) '
  or exists (select from regexp_matches(c.conbin::text, ':(?:funcid|opfuncid) (\\d+)', 'g') called (id)
    join pg_proc p on p.oid = called.id[1]::oid where p.provolatile <> 'i'))`;

/** Selects such constraints of tables, and of those that they inherit from. $1: quoted and qualified names. */
const ofTables = `c.conrelid in (
  with recursive ancestor (oid) as (
    select to_regclass(name)::oid from unnest($1::text[]) name
    union select i.inhparent from ancestor a join pg_inherits i on i.inhrelid = a.oid)
  select oid from ancestor)
  and ${dependsOnMore}`;

/** Selects such constraints of domains, which the values of many tables may have to satisfy. */
const ofDomains = `c.contypid <> 0 and ${dependsOnMore}`;

/** Returns check constraints of the application; parents before the tables that inherit from them. */
async function readChecks(
  client: pg.Client,
  condition: string,
  values: readonly (string | readonly string[])[] = [],
): Promise<Check[]> {
  const { rows } = await client.query<Check>(
    `select n.nspname as schema, c.conname as name, case when contypid <> 0 then 'domain' else 'table' end as of,
      case when contypid <> 0 then contypid::regtype::text else conrelid::regclass::text end as subject,
      pg_get_constraintdef(c.oid) as definition
    from pg_constraint c join pg_namespace n on n.oid = c.connamespace
    where contype = 'c' and (conislocal or contypid <> 0) and c.oid >= 16384
      and ${condition}
      and not exists (select from pg_depend e where e.deptype = 'e'
        and (e.classid, e.objid) in (('pg_class'::regclass, c.conrelid), ('pg_type'::regclass, c.contypid)))
    order by (
      with recursive ancestor as (
        select c.conrelid as oid, 0 as level
        union select i.inhparent, a.level + 1 from ancestor a join pg_inherits i on i.inhrelid = a.oid)
      select max(level) from ancestor), 1, 4, 2`,
    [...values],
  );
  return rows;
}

interface FunctionOfApplication {
  /** With its arguments, quoted and qualified. */
  readonly name: string;
  readonly schema: string;
}

/** Returns the functions that generated columns, partition keys and the remaining constraints call. */
const usedByRows = `p.oid in (
  select function from ${callsOfApplication}
  where k.classid = 'pg_class'::regclass and k.objid in (select partrelid from pg_partitioned_table)
    or k.classid = 'pg_constraint'::regclass
    or k.classid = 'pg_attrdef'::regclass and k.objid in (
      select v.oid from pg_attrdef v join pg_attribute a on a.attrelid = v.adrelid and a.attnum = v.adnum where a.attgenerated <> ''))`;

/** Reads the application's functions without a search path. */
async function readFunctions(client: pg.Client, condition: string): Promise<FunctionOfApplication[]> {
  const { rows } = await client.query<FunctionOfApplication>(`
    select p.oid::regprocedure::text as name, n.nspname as schema
    from pg_proc p join pg_namespace n on n.oid = p.pronamespace join pg_language l on l.oid = p.prolang
    where p.prokind = 'f' and l.lanname not in ('internal', 'c') and p.oid >= 16384
      and not exists (select from unnest(p.proconfig) s where s like 'search_path=%')
      and not exists (select from pg_depend e where e.classid = 'pg_proc'::regclass and e.objid = p.oid and e.deptype = 'e')
      and ${condition}
    order by 1`);
  return rows;
}

/**
 * Sets a search path for the functions. Returns those that now have one: the role cannot act for the owners of the
 * others.
 */
async function lendSearchPaths(
  client: pg.Client,
  writer: SchemaWriter,
  functions: readonly FunctionOfApplication[],
): Promise<string[]> {
  const lent: string[] = [];
  for (const { name, schema } of functions) {
    const set = `alter function ${name} set search_path = ${writer.searchPath(schema)}`;
    if (await succeeds(client, set)) lent.push(name);
  }
  return lent;
}

async function takeSearchPathsBack(functions: readonly string[], writer: SchemaWriter): Promise<void> {
  for (const name of functions) {
    await writer.writeStatement(`FUNCTION ${name}`, `alter function ${name} reset search_path`, undefined);
  }
}
