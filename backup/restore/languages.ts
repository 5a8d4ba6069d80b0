import type { AccessEntry } from "../postgres/access";
import { unquoteIdentifier } from "../postgres/sqlText";
import type { SchemaEntry } from "./schemaArchive";

/** What `pg_dump` writes for a language whose handler it does not save, because it belongs to PostgreSQL itself. */
const withoutHandler = /^CREATE OR REPLACE PROCEDURAL LANGUAGE (?:"(?:[^"]|"")*"|[^\s;]+);$/m;

/** Returns the entries with the handlers of procedural languages. Without them, the server looks for an extension. */
export function withHandlers(
  entries: readonly SchemaEntry[],
  access: readonly AccessEntry[],
): readonly SchemaEntry[] {
  return entries.map((entry) => {
    if (entry.kind !== "PROCEDURAL LANGUAGE") return entry;
    const definition = access.find(
      ({ kind, name }) => kind === "language" && unquoteIdentifier(name) === entry.tag,
    )?.facts.definition;
    if (definition === undefined) return entry;
    return { ...entry, sql: entry.sql.replace(withoutHandler, () => `${definition};`) };
  });
}
