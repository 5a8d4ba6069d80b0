import type { EventEmitter } from "node:events";
import type { Client, QueryResult } from "pg";
import { sqlStates } from "../../../../../foundation/sqlStates";

/** A notice, warning or similar message that the server sent while it ran a statement. */
export interface Notice {
  /** Not translated: `NOTICE`, `WARNING`, `INFO`, `LOG` or `DEBUG`. */
  readonly severity: string;
  readonly message: string;
  readonly code?: string | undefined;
  readonly detail?: string | undefined;
  readonly hint?: string | undefined;
  /** PostgreSQL's call stack, innermost first. */
  readonly where?: string | undefined;
  /** The number of statements of the message that had succeeded before. */
  readonly completed: number;
}

/** The server's responses so far to one message of a connection. */
export interface Answers {
  /** The number of statements of the message that have succeeded. */
  readonly completed: number;
  readonly notices: readonly Notice[];
  /** Notices that were counted but not kept. */
  readonly noticesDropped: number;
}

/**
 * A loop may raise a notice for each of a million rows, so only the first ones of each severity and code are kept per
 * message.
 */
const maxNotices = 100;
/** Notices about existing objects that were skipped: each such statement has to be checked. */
const maxSkipped = 10_000;
/** SQLSTATEs of the notice that `if not exists` found a table or index, a column, another object. */
export const skipCodes: ReadonlySet<string> = new Set([
  sqlStates.duplicateTable,
  sqlStates.duplicateColumn,
  sqlStates.duplicateObject,
]);

interface UnderWay {
  completed: number;
  readonly notices: Notice[];
  noticesDropped: number;
  /** Severity and code → count. */
  readonly counts: Map<string, number>;
}

/**
 * Follows the messages of a connection, regardless of how they are sent, in the order of the server's responses. The
 * client's own results show neither which statement of a message failed nor to which statement a notice belongs.
 */
export class Wire {
  /** Sent, but without a complete response, oldest first. */
  readonly #underWay: UnderWay[] = [];
  readonly #client: Client;

  constructor(client: Client) {
    this.#client = client;
    const send = client.query;
    client.query = ((...parameters: unknown[]): unknown => {
      this.#underWay.push({ completed: 0, notices: [], noticesDropped: 0, counts: new Map() });
      return Reflect.apply(send, client, parameters);
    }) as typeof client.query;
    const connection = (client as unknown as { readonly connection: EventEmitter }).connection;
    connection.on("commandComplete", () => {
      const message = this.#underWay[0];
      if (message !== undefined) message.completed += 1;
    });
    connection.on("readyForQuery", () => this.#underWay.shift());
    client.on("notice", ({ severity = "NOTICE", message = "", code, detail, hint, where }) => {
      const current = this.#underWay[0];
      if (current === undefined) return;
      const key = `${severity} ${code}`;
      const count = (current.counts.get(key) ?? 0) + 1;
      current.counts.set(key, count);
      if (count > (skipCodes.has(code ?? "") ? maxSkipped : maxNotices)) {
        current.noticesDropped += 1;
        return;
      }
      const { completed } = current;
      current.notices.push({ severity, message, code, detail, hint, where, completed });
    });
  }

  /** Returns whether a response is still incomplete. */
  get isBusy(): boolean {
    return this.#underWay.length > 0;
  }

  /** Sends a text of one or more statements in one message. */
  send(text: string): { readonly result: Promise<QueryResult>; readonly answers: Answers } {
    const result = this.#client.query(text);
    const answers = this.#underWay.at(-1);
    if (answers === undefined) throw new Error("A message is still in flight.");
    return { result, answers };
  }
}
