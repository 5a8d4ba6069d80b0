import { beforeAll, expect, test } from "vitest";
import { bundleFile } from "../../../../../plugins/supabasex/provider/sqlBundle/source/files";
import { notCovered } from "../../../../../plugins/supabasex/provider/sqlBundle/source/notCovered";
import { loadParser } from "../../../../../plugins/supabasex/provider/sqlBundle/source/parser";

beforeAll(() => loadParser());

const said = (statement: string) =>
  notCovered(bundleFile("migrations/1.sql", "migration", `select 1;\n${statement};\n`));

test.each([
  ["select nextval('a.b')", "sequences are not reset"],
  ["select setval('a.b', 7)", "sequences are not reset"],
  ["notify channel, 'x'", "notifications are sent at commit only"],
  ["select pg_notify('channel', 'x')", "notifications are sent at commit only"],
  [
    "select extensions.dblink_exec('c', 'drop table x')",
    "dblink works in another session, which is not rolled back",
  ],
  [
    "select * from dblink('c', 'select 1') as t (a int)",
    "dblink works in another session, which is not rolled back",
  ],
  ["select net.http_post(url := 'https://example.org')", "requests to other services"],
  ["select http_get('https://example.org')", "requests to other services"],
  ["select pg_stat_reset()", "reset statistics are not restored"],
  ["select pg_stat_statements_reset()", "reset statistics are not restored"],
  ["select pg_advisory_lock(1)", "session locks"],
])("%s", (statement, why) => {
  expect(said(statement)).toEqual([`  migrations/1.sql:2: ${why}`]);
});

test.each([
  "create function a.f() returns bigint language sql as $$ select nextval('a.b') $$",
  "comment on table a.t is 'select nextval()'",
  "create table a.dblinks (id int)",
])("%s: nothing happens yet", (statement) => {
  expect(said(statement)).toEqual([]);
});
