import pg from "pg";
import { restore } from "../../../backup/commands/restore";
import { run } from "../../../backup/commands/run";
import type { Manifest } from "../../../backup/manifest";
import { splitStatements } from "../../../backup/postgres/sqlText";
import { startTestCluster, type TestCluster } from "../../support/cluster";
import { commandContext, type RecordedContext, taskEnvironment } from "./commands";
import { startTestStore, type TestStore } from "./store";

export interface PlainBackup {
  readonly run: string;
  readonly manifest: Manifest;
  /** Returns the context of a restore into this database. */
  into(name: string): RecordedContext;
}

/** A server whose databases are backed up and restored by a superuser. */
export class PlainServer {
  private constructor(
    readonly cluster: TestCluster,
    readonly store: TestStore,
    readonly admin: pg.Client,
  ) {}

  static async start(): Promise<PlainServer> {
    const [cluster, store] = await Promise.all([startTestCluster(), startTestStore()]);
    return new PlainServer(cluster, store, await cluster.client("supabase_admin"));
  }

  async remove(): Promise<void> {
    await Promise.all([this.cluster.remove(), this.store.remove()]);
  }

  urlOf(database: string): string {
    return this.cluster.url("supabase_admin", database);
  }

  async withClient<T>(database: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
    const client = new pg.Client({ connectionString: this.urlOf(database) });
    await client.connect();
    try {
      return await work(client);
    } finally {
      await client.end();
    }
  }

  /** Returns the rows of queries as text, in their order. */
  async answers(database: string, queries: readonly string[]): Promise<string[]> {
    return await this.withClient(database, async (client) => {
      const found: string[] = [];
      for (const query of queries) found.push(JSON.stringify((await client.query(query)).rows));
      return found;
    });
  }

  /** Creates a database with these statements, each of which ends at the end of a line, and backs it up. */
  async backUp(database: string, script: string): Promise<PlainBackup> {
    await this.admin.query(`create database ${database}`);
    await this.withClient(database, async (client) => {
      for (const statement of splitStatements(script)) await client.query(statement);
    });
    return await this.backUpAgain(database);
  }

  async backUpAgain(database: string): Promise<PlainBackup> {
    const { username, password } = new URL(this.urlOf(database));
    const environment = {
      ...taskEnvironment(this.cluster, this.store),
      PGDATABASE: database,
      PGUSER: username,
      PGPASSWORD: decodeURIComponent(password),
    };
    const { manifest } = await run(commandContext(environment));
    return {
      run: manifest.run,
      manifest,
      into: (name) =>
        commandContext({ ...environment, RESTORE_DATABASE_URL: `${this.urlOf(name)}?sslmode=disable` }),
    };
  }

  /** Restores a backup into a new database. */
  async restoreInto(name: string, backup: PlainBackup): Promise<RecordedContext> {
    await this.admin.query(`create database ${name}`);
    const context = backup.into(name);
    await restore({ run: backup.run }, context);
    return context;
  }
}
