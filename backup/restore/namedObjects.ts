import pg from "pg";
import { sqlStates } from "../../foundation/sqlStates";
import type { SchemaEntry } from "./schemaArchive";
import type { SchemaWriter } from "./schemaWriter";

/**
 * `undefined_table`, `undefined_function` and `undefined_object`, also of values of types such as `regclass`, `regprocedure`
 * and `regtype`.
 */
const undefinedObjects = new Set([
  sqlStates.undefinedTable,
  sqlStates.undefinedFunction,
  sqlStates.undefinedObject,
]);

/**
 * Creates the indexes, constraints and functions that values of types such as `regclass` name, before these values are
 * loaded. All others follow the rows.
 */
export class NamedObjects {
  readonly #writer: SchemaWriter;
  readonly #entries: readonly SchemaEntry[];
  readonly #created = new Map<SchemaEntry, Promise<void>>();
  /** The last creation: the writer has one session. */
  #last: Promise<void> = Promise.resolve();

  /** @param entries what is created after the rows */
  constructor(writer: SchemaWriter, entries: readonly SchemaEntry[]) {
    this.#writer = writer;
    this.#entries = entries;
  }

  /** Loads rows in a transaction. If they name an object that does not exist yet, it is created, and they are loaded again. */
  async retry<T>(load: () => Promise<T>): Promise<T> {
    const tried = new Set<SchemaEntry>();
    for (;;) {
      try {
        return await load();
      } catch (error) {
        const entry = this.#entryOf(error);
        if (entry === undefined || tried.has(entry)) throw error;
        tried.add(entry);
        await this.#create(entry);
      }
    }
  }

  /** Returns whether an error names an object that is still to be created. */
  isAwaited(error: Error): boolean {
    const entry = this.#entryOf(error);
    return entry !== undefined && !this.#created.has(entry);
  }

  /** Returns what is still to be created. */
  rest(): SchemaEntry[] {
    return this.#entries.filter((entry) => !this.#created.has(entry));
  }

  async #create(entry: SchemaEntry): Promise<void> {
    let creating = this.#created.get(entry);
    if (creating === undefined) {
      const needed = this.#needsOf(entry);
      creating = this.#last.then(() => this.#writer.write(needed));
      for (const one of needed) this.#created.set(one, creating);
      this.#last = creating;
    }
    await creating;
  }

  /** Returns an entry and what it needs, such as the primary key by which a function groups, in the order of the archive. */
  #needsOf(entry: SchemaEntry): SchemaEntry[] {
    const needed = new Set([entry.id]);
    for (const { id, needs } of [...this.#entries].reverse()) {
      if (needed.has(id)) for (const other of needs) needed.add(other);
    }
    return this.rest().filter(({ id }) => needed.has(id));
  }

  #entryOf(error: unknown): SchemaEntry | undefined {
    const cause = error instanceof Error ? error.cause : undefined;
    if (!(cause instanceof pg.DatabaseError) || !undefinedObjects.has(cause.code ?? "")) return undefined;
    const [, name = ""] =
      /^(?:relation|function|type) "(.*?)(?:\[\])*" does not exist$/s.exec(cause.message) ?? [];
    return this.#entries.find(({ kind, schema, tag }) => {
      const prefix = `${schema}.`;
      switch (kind) {
        case "INDEX":
        case "MATERIALIZED VIEW":
          return name === `${prefix}${tag}`;
        case "CONSTRAINT":
          // The tag of a constraint begins with its table.
          return name.startsWith(prefix) && tag.endsWith(` ${name.slice(prefix.length)}`);
        case "AGGREGATE":
        case "FUNCTION":
        case "PROCEDURE": {
          const named = comparable(name);
          return [tag, tag.replace(/\(.*/s, "")].some((one) => named === comparable(`${prefix}${one}`));
        }
        default:
          return false;
      }
    });
  }
}

/**
 * Returns a function's name without quotes and spaces between arguments: a value is `f(integer,shop."Kind")`, and the
 * tag in the archive is `f(integer, shop."Kind")`, in which the function's own name has no quotes.
 */
function comparable(name: string): string {
  return name.replaceAll('"', "").replaceAll(/,\s+/g, ",");
}
