import type pg from "pg";
import { sqlStates } from "../../foundation/sqlStates";
import { UserError } from "../../foundation/userError";
import { exitCodes } from "../exitCodes";
import { platformSchemas } from "../postgres/platform";
import { maskQuoted } from "../postgres/sqlText";
import { notValidated } from "./notValidated";
import { grantorPattern, type SchemaEntry } from "./schemaArchive";
import { withoutNames } from "./withoutNames";

/** An object of the backup that could not be created in the target. */
export interface Missing {
  /** `TRIGGER shop.orders notify`. */
  readonly what: string;
  readonly reason: string;
  /** The SQL that creates it. */
  readonly sql: string;
  /** Set if this is rows that their table refused. */
  readonly refused?: { readonly table: string; readonly rows: number };
}

/**
 * Entries whose operators are resolved only through the search path, because they cannot be qualified. Without their
 * creator's path they fail, or worse, use another operator, such as text's for citext.
 */
const unqualifiable = /\bIS (?:NOT )?DISTINCT FROM\b|\bNULLIF\s*\(|\bCASE\s+(?!WHEN\b)/i;

/** Returns whether the meaning of a statement depends on the search path. Strings, bodies and comments do not count. */
export function needsSearchPath(sql: string): boolean {
  const masked = maskQuoted(sql).replaceAll(/--[^\n]*/g, "");
  if (unqualifiable.test(masked)) return true;
  // One expression for both would search to the end of the text from each `join`.
  const join = masked.search(/\bJOIN\b/i);
  return join !== -1 && /\bUSING \(/i.test(masked.slice(join));
}

/** The number of entries per batch. The entries of a failed batch are sent one by one. */
const batchSize = 50;

/**
 * Classes of SQLSTATE that concern the server or its resources, and not a single statement. 08 is not one of them: while
 * the session lives, only a foreign server's connection can have failed.
 */
const fatalClasses = new Set(["40", "53", "57", "58", "XX"]);

/**
 * `undefined_file`, such as the library of a function or the file of a foreign table, and `internal_error`, which is also
 * the code of errors of extensions that have none.
 */
const notFatal = new Set([sqlStates.undefinedFile, sqlStates.internalError]);

/** `foreign_key_violation` and `check_violation`, of the rows for which a constraint is added. */
const violations = new Set([sqlStates.foreignKeyViolation, sqlStates.checkViolation]);

/** Returns whether an error of the server concerns more than the statement that failed. */
function isFatal(code: string): boolean {
  return fatalClasses.has(code.slice(0, 2)) && !notFatal.has(code);
}

/**
 * Creates the entries of a schema in one session. A failed entry is retried with a search path, because archives have
 * none and some expressions need one, and with the privilege to create for its owner, who may have lost it since. What
 * still fails is retried after the others, a table also without defaults and checks that name objects. A constraint that
 * the rows violate is created without validating them.
 */
export class SchemaWriter {
  readonly #client: pg.Client;
  /** Schemas for looking up names, if an entry needs that. */
  readonly #searchPath: readonly string[];
  readonly missing: Missing[] = [];

  constructor(client: pg.Client, searchPath: readonly string[]) {
    this.#client = client;
    this.#searchPath = searchPath;
  }

  async write(entries: readonly SchemaEntry[]): Promise<void> {
    let failed: SchemaEntry[] = [];
    for (let start = 0; start < entries.length; start += batchSize) {
      const batch = entries.slice(start, start + batchSize);
      if ((await this.#attempt(batch.map((entry) => this.statementsOf(entry)).join("\n"))) === undefined)
        continue;
      for (const entry of batch) {
        if ((await this.#writeOne(entry)) !== undefined) failed.push(entry);
      }
    }
    // Entries that failed because another one failed.
    for (;;) {
      const reasons = new Map<SchemaEntry, string>();
      for (const entry of failed) {
        const reason = await this.#writeOne(entry);
        if (reason !== undefined) reasons.set(entry, reason);
      }
      if (reasons.size === failed.length) {
        const reduced = await this.#writeReduced(reasons.keys());
        if (reduced.size === 0) {
          for (const [entry, reason] of reasons) this.missing.push(describe(entry, reason));
          return;
        }
        for (const entry of reduced) reasons.delete(entry);
      }
      failed = [...reasons.keys()];
    }
  }

  /** Creates tables without the parts for which they failed, because their rows need them. Returns those tables. */
  async #writeReduced(entries: Iterable<SchemaEntry>): Promise<Set<SchemaEntry>> {
    const created = new Set<SchemaEntry>();
    for (const entry of entries) {
      const reduced = withoutNames(entry);
      if (reduced === undefined || (await this.#writeOne({ ...entry, sql: reduced.sql })) !== undefined)
        continue;
      created.add(entry);
      for (const part of reduced.parts) {
        const failure = await this.#attempt(part.sql);
        if (failure !== undefined) this.missing.push({ ...part, reason: failure.message });
      }
    }
    return created;
  }

  /**
   * Returns the statements of an entry, with the search path that some expressions need to keep their meaning, and
   * grants in the name of the grantor.
   */
  statementsOf(entry: SchemaEntry): string {
    const { sql, schema } = entry;
    if (entry.kind === "ACL" && entry.owner !== "") return byGrantors(sql, this.#quote(entry.owner));
    if (!needsSearchPath(sql)) return sql;
    return `set search_path = ${this.searchPath(schema)};\n${sql}\n;set search_path = '';`;
  }

  /** Runs one statement that is not an entry. If it fails, it is retried with a search path. */
  async writeStatement(what: string, sql: string, schema: string | undefined): Promise<boolean> {
    const failure = (await this.#attempt(sql)) && (await this.#attemptWithPath(sql, schema));
    if (failure !== undefined) this.missing.push({ what, sql, reason: failure.message });
    return failure === undefined;
  }

  /** Retries what is missing, each entry when its possible dependencies have succeeded. */
  async retryMissing(): Promise<void> {
    for (;;) {
      const before = this.missing.splice(0);
      for (const missing of before) {
        const failure =
          (await this.#attempt(missing.sql)) && (await this.#attemptWithPath(missing.sql, undefined));
        if (failure !== undefined) this.missing.push(missing);
      }
      if (this.missing.length === 0 || this.missing.length === before.length) return;
    }
  }

  async #writeOne(entry: SchemaEntry): Promise<string | undefined> {
    let failure = await this.#attempt(this.statementsOf(entry));
    if (failure === undefined) return undefined;
    if (isDuplicate(failure.code) && entry.schema !== undefined && platformSchemas.has(entry.schema)) {
      // The platform has created it in the meantime, or always had it.
      return undefined;
    }
    // The session's role may not act as the owner or as a grantor, so the server chooses the grantor.
    if (entry.kind === "ACL" && (await this.#attempt(withoutGrantors(entry.sql))) === undefined)
      return undefined;
    // The session's role owns what it creates, and may not always repeat that.
    if (
      failure.code === sqlStates.insufficientPrivilege &&
      (await this.#isOwn(entry)) &&
      (await this.#attempt(withoutOwner(entry.sql))) === undefined
    )
      return undefined;
    if (
      failure.code === sqlStates.insufficientPrivilege &&
      entry.schema !== undefined &&
      entry.owner !== ""
    ) {
      const grant = `grant usage, create on schema ${this.#quote(entry.schema)} to ${this.#quote(entry.owner)}`;
      // Grants that are not in the snapshot are revoked when privileges are compared.
      if ((await this.#attempt(grant)) === undefined) failure = await this.#attempt(this.statementsOf(entry));
      if (failure === undefined) return undefined;
    }
    const withPath = await this.#attemptWithPath(entry.sql, entry.schema);
    if (withPath === undefined) return undefined;
    if (violations.has(failure.code) || violations.has(withPath.code)) {
      const statements = notValidated(entry.sql);
      if (
        statements !== undefined &&
        ((await this.#attempt(statements.create)) === undefined ||
          (await this.#attemptWithPath(statements.create, entry.schema)) === undefined)
      ) {
        this.missing.push(describe({ ...entry, sql: statements.validate }, failure.message));
        return undefined;
      }
    }
    return failure.message;
  }

  async #isOwn({ owner }: SchemaEntry): Promise<boolean> {
    const { rows } = await this.#client.query<{ name: string }>("select current_user as name");
    return rows[0]?.name === owner;
  }

  async #attemptWithPath(sql: string, schema: string | undefined): Promise<DatabaseFailure | undefined> {
    const path = this.searchPath(schema);
    const failure = await this.#attempt(`set search_path = ${path};\n${sql}`);
    await this.#client.query("set search_path = ''");
    return failure;
  }

  searchPath(schema: string | undefined): string {
    const own = schema === undefined ? [] : [schema];
    return [...new Set([...own, ...this.#searchPath])].map((name) => this.#quote(name)).join(", ");
  }

  async #attempt(sql: string): Promise<DatabaseFailure | undefined> {
    try {
      await this.#client.query(sql);
      return undefined;
    } catch (error) {
      const { code, message } = error as { code?: string; message: string };
      if (code !== undefined && !isFatal(code)) return { code, message };
      throw new UserError(`Restoring the schema failed: ${message}.`, exitCodes.restoreFailed, {
        cause: error,
      });
    }
  }

  #quote(name: string): string {
    return this.#client.escapeIdentifier(name);
  }
}

/**
 * Returns the statements of an access list, each run as its grantor: the owner, or the role that the archive names. As
 * a member of several roles that may grant, the server would choose one of them. The archive names a grantor with
 * `set session authorization`, which only a superuser may use.
 */
export function byGrantors(sql: string, owner: string): string {
  const asMembers = sql
    .replaceAll(grantorPattern, "SET ROLE $1;")
    .replaceAll(/^RESET SESSION AUTHORIZATION;$/gm, `SET ROLE ${owner};`);
  return `SET ROLE ${owner};\n${asMembers}\nSET ROLE NONE;`;
}

/** Returns the statements of an access list without those that change the grantor. */
function withoutGrantors(sql: string): string {
  return sql.replaceAll(grantorPattern, "").replaceAll(/^RESET SESSION AUTHORIZATION;$/gm, "");
}

const ownerStatement = /\n+ALTER [A-Z ]+ (?:(?!;\n).)+ OWNER TO (?:"(?:[^"]|"")*"|[^\s;]+);\s*$/s;

/** Returns the statements of an entry without the last one, if that sets the owner. */
export function withoutOwner(sql: string): string {
  return sql.replace(ownerStatement, "");
}

interface DatabaseFailure {
  readonly code: string;
  readonly message: string;
}

function isDuplicate(code: string): boolean {
  return [
    sqlStates.duplicateSchema,
    sqlStates.duplicateTable,
    sqlStates.duplicateObject,
    sqlStates.duplicateFunction,
  ].includes(code);
}

function describe({ kind, schema, tag, sql }: SchemaEntry, reason: string): Missing {
  return { what: `${kind} ${schema === undefined ? "" : `${schema}.`}${tag}`, reason, sql };
}

/** Prepares a session in which the statements of an archive have the same meaning as for `pg_dump`. */
export async function prepareSession(client: pg.Client): Promise<void> {
  await client.query(`
    set lock_timeout = 0;
    set search_path = ''; set check_function_bodies = off; set xmloption = content; set client_min_messages = warning;
    set row_security = off; set standard_conforming_strings = on; set default_tablespace = ''; set default_table_access_method = heap;
    set synchronous_commit = off`);
}
