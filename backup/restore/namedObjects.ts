import pg from "pg";
import type { SchemaEntry } from "./schemaArchive";
import type { SchemaWriter } from "./schemaWriter";

/** `undefined_table`, also of a value of type `regclass`. */
const undefinedTable = "42P01";

/**
 * Creates the indexes and constraints that values of type `regclass` name, before these values are loaded. All others
 * follow the rows.
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

  /** Returns what is still to be created. */
  rest(): SchemaEntry[] {
    return this.#entries.filter((entry) => !this.#created.has(entry));
  }

  async #create(entry: SchemaEntry): Promise<void> {
    const creating = this.#created.get(entry) ?? this.#last.then(() => this.#writer.write([entry]));
    this.#created.set(entry, creating);
    this.#last = creating;
    await creating;
  }

  #entryOf(error: unknown): SchemaEntry | undefined {
    const cause = error instanceof Error ? error.cause : undefined;
    if (!(cause instanceof pg.DatabaseError) || cause.code !== undefinedTable) return undefined;
    const [, name] = /^relation "(.*)" does not exist$/s.exec(cause.message) ?? [];
    return this.#entries.find(({ kind, schema, tag }) => {
      if (kind === "INDEX" || kind === "MATERIALIZED VIEW") return name === `${schema}.${tag}`;
      // The tag of a constraint begins with its table.
      const prefix = `${schema}.`;
      return (
        kind === "CONSTRAINT" && name?.startsWith(prefix) && tag.endsWith(` ${name.slice(prefix.length)}`)
      );
    });
  }
}
