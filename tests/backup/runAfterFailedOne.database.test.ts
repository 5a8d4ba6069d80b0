import { setMaxListeners } from "node:events";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { run } from "../../backup/commands/run";
import { commandContext, taskEnvironment } from "./support/commands";
import { PlainServer } from "./support/plainServer";

let server: PlainServer;

beforeAll(async () => {
  server = await PlainServer.start();
});

afterAll(() => server?.remove());

/** A column whose names are searched for seconds, because one of a function's names is ambiguous. */
const searched = `
create function public.two(int) returns int language sql as 'select 1';
create function public.two(text) returns int language sql as 'select 1';
create table public.searched (p regproc[]);
insert into public.searched select array_agg(n::oid::regproc) from generate_series(1000000, 2500000) n group by n % 8;
`;

describe("a run after one that ended during a query", () => {
  it("starts immediately, because the session of the first one has ended with its locks", async () => {
    await server.admin.query("create database searched_source");
    await server.withClient("searched_source", async (client) => void (await client.query(searched)));
    const { username, password } = new URL(server.urlOf("searched_source"));
    const environment = {
      ...taskEnvironment(server.cluster, server.store),
      ...{ PGDATABASE: "searched_source", PGUSER: username, PGPASSWORD: decodeURIComponent(password) },
    };
    const ending = new AbortController();
    setMaxListeners(0, ending.signal);
    const first = run({ ...commandContext(environment), signal: ending.signal });
    first.catch(() => undefined);
    const isSearching =
      "select pid from pg_stat_activity where state = 'active' and query like '%select distinct unnest(p)%' and pid <> pg_backend_pid()";
    await expect
      .poll(async () => (await server.admin.query(isSearching)).rowCount, { interval: 10, timeout: 30_000 })
      .toBe(1);

    ending.abort();
    await expect(first).rejects.toThrow(/abort/);

    expect((await server.admin.query(isSearching)).rowCount).toBe(0);
    const { manifest } = await run(commandContext(environment));
    expect(manifest.tables).toEqual([expect.objectContaining({ table: "searched", rows: 8 })]);
  });
});
