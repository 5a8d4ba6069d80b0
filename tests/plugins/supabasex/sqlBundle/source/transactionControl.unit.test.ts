import { beforeAll, describe, expect, test } from "vitest";
import {
  declarationsOf,
  objectKey,
} from "../../../../../plugins/supabasex/provider/sqlBundle/source/declaredObjects";
import {
  type BundleFile,
  bundleFile,
} from "../../../../../plugins/supabasex/provider/sqlBundle/source/files";
import { loadParser } from "../../../../../plugins/supabasex/provider/sqlBundle/source/parser";
import {
  executedText,
  statementsOf,
  textOf,
} from "../../../../../plugins/supabasex/provider/sqlBundle/source/statements";
import {
  settingErrors,
  transactionErrors,
} from "../../../../../plugins/supabasex/provider/sqlBundle/source/transactionControl";

beforeAll(() => loadParser());

const migration = (text: string) => bundleFile("migrations/20260101000000_a.sql", "migration", text);
/** Throws the first error of a file. */
function refuseTransactionControl(file: BundleFile): void {
  const [error] = [...transactionErrors(file), ...settingErrors(file)];
  if (error !== undefined) throw error;
}
const repeatable = (text: string) => bundleFile("repeatable/a.sql", "repeatable", text);

describe("refused", () => {
  test.each([
    "begin",
    "BEGIN ISOLATION LEVEL SERIALIZABLE",
    "start transaction",
    "commit",
    "commit and chain",
    "end",
    "rollback",
    "abort",
    "savepoint migration",
    "release savepoint a",
    "rollback to savepoint a",
    "prepare transaction 'a'",
    "commit prepared 'a'",
    "rollback prepared 'a'",
    "set session authorization anon",
    "reset session authorization",
    "set transaction isolation level serializable",
    "set session characteristics as transaction read only",
    "discard all",
    "copy t from stdin",
    "copy t to stdout",
    "vacuum",
    "create index concurrently i on t (a)",
    "drop index concurrently i",
    "reindex table concurrently t",
    "alter table t detach partition p concurrently",
    "create database d",
    "cluster",
    "drop subscription s",
    "create subscription s connection '' publication p",
    "alter system set work_mem = '1GB'",
    "set transaction_isolation = 'serializable'",
    "set local transaction_read_only to on",
    "set standard_conforming_strings = off; select 'a\\b'",
    "set standard_conforming_strings to F; select 'a\\b'",
    "set standard_conforming_strings = 0; select 'a\\b'",
  ])("%s", (statement) => {
    const file = migration(`select 1;\n  /* é */ ${statement};\n`);

    expect(() => refuseTransactionControl(file)).toThrow(/^migrations\/20260101000000_a\.sql:2:11: /);
  });
});

describe("accepted", () => {
  test.each([
    "select 'begin; commit;'",
    "select $$ commit; $$",
    "select $a$ rollback; $$ commit; $$ $a$",
    "select E'it\\'s; commit;'",
    "-- commit;\nselect 1",
    "/* /* commit; */ rollback; */ select 1",
    'create table "commit" ("begin" int, "end" int)',
    "create function f() returns void language plpgsql as $$ begin perform 1; exception when others then null; end $$",
    "create function f() returns int language sql begin atomic; select 1; end",
    "do $$ begin begin perform 1; end; end $$",
    "set local role app_owner",
    "set default_transaction_read_only = off",
    "set standard_conforming_strings = on; select 'a\\b'",
    "set standard_conforming_strings = 1; select 'a\\b'",
    "set standard_conforming_strings = tru; select 'a\\b'",
    "set standard_conforming_strings to default; select 'a\\b'",
    "set standard_conforming_strings = off; select E'a\\b', $$a\\b$$, 'ab'",
    "set constraints all immediate",
    "copy t from '/a/file'",
    "create index i on t (a)",
    "reindex table t",
    "cluster t",
    "create subscription s connection '' publication p with (connect = false)",
    "select case when true then 1 end",
  ])("%s", (statement) => {
    expect(() => refuseTransactionControl(migration(`${statement};\n`))).not.toThrow();
  });
});

describe("without a transaction", () => {
  test("one statement passes", () => {
    expect(() =>
      refuseTransactionControl(migration("-- no transaction\ncreate index concurrently i on s.t (a);\n")),
    ).not.toThrow();
  });

  test("two are refused, and in a repeatable any", () => {
    expect(() => refuseTransactionControl(migration("-- no transaction\nvacuum;\nselect 1;\n"))).toThrow(
      /must contain exactly one statement, and this one has 2/,
    );
    expect(() => refuseTransactionControl(repeatable("-- no transaction\nvacuum;\n"))).toThrow(
      /a repeatable always runs in a transaction/,
    );
  });

  test("transaction control is refused once, and the error for a file without a statement says what is missing", () => {
    const errorsOf = (text: string) =>
      transactionErrors(migration(text)).map(({ issue }) => [issue.index, issue.message, issue.hint]);

    const wrapped = "-- no transaction\nbegin;\ncreate index concurrently i on s.t (a);\ncommit;\n";
    const control = [
      "a file without a transaction must not begin or end one",
      "Remove the statement: the file's only other statement runs outside of any transaction.",
    ];
    expect(errorsOf(wrapped)).toEqual([
      [wrapped.indexOf("begin"), ...control],
      [wrapped.indexOf("commit"), ...control],
    ]);
    expect(errorsOf("-- no transaction\n-- later\n")).toEqual([
      [
        undefined,
        "a file without a transaction must contain exactly one statement, and this one has 0",
        "Write the statement below the header, or remove the header.",
      ],
    ]);
  });
});

describe("a file enclosed in begin and commit", () => {
  test.each(["begin;", "BEGIN TRANSACTION ;", "-- é\nstart transaction; -- first"])("%s", (begin) => {
    const file = migration(`${begin}\ncreate table s.t ();\nselect 1;\nCommit;\n`);

    expect(transactionErrors(file)).toEqual([]);
    expect(statementsOf(file).map(({ kind }) => kind)).toEqual(["CreateStmt", "SelectStmt"]);
    const sent = executedText(file);
    expect(sent).not.toMatch(/begin|start transaction|commit/i);
    expect(sent.indexOf("create table")).toBe(file.text.indexOf("create table"));
    expect([...sent]).toHaveLength([...file.text].length);
  });

  test.each([
    "begin; select 1; commit; select 2;",
    "select 1; begin; select 2; commit;",
    "begin; begin; select 1; commit; commit;",
    "begin; select 1; rollback;",
    "begin; select 1; commit and chain;",
    "begin isolation level serializable; select 1; commit;",
    "begin; select 1;",
    "-- no transaction\nbegin; vacuum; commit;",
  ])("is not: %s", (text) => {
    expect(transactionErrors(migration(text))).not.toEqual([]);
    expect(executedText(migration(text))).toBe(migration(text).text);
  });
});

describe("savepoints of a file are nested in the provider's", () => {
  test.each([
    "savepoint a; select 1;",
    "savepoint a; select 1; rollback to a; select 2; release a;",
    "savepoint a; savepoint b; rollback to savepoint a; release savepoint a;",
    "begin; savepoint a; select 1; release a; commit;",
  ])("passes: %s", (text) => {
    expect(transactionErrors(migration(text))).toEqual([]);
  });

  test.each([
    ["select 1; rollback to a;", /:1:11: the file has no savepoint a here/],
    ["savepoint a; release a; rollback to a;", /:1:25: the file has no savepoint a here/],
    ["savepoint a; savepoint b; rollback to a; release b;", /:1:42: the file has no savepoint b here/],
    ["rollback to migration;", /:1:1: the file has no savepoint migration here/],
    ["savepoint repeatable;", /:1:1: the savepoint name repeatable is reserved/],
    ["-- no transaction\nsavepoint a;", /:2:1: a file without a transaction must not begin or end one/],
  ])("refused: %s", (text, message) => {
    expect(() => refuseTransactionControl(migration(text))).toThrow(message);
  });
});

test.each([
  ["\\i other.sql", /:2:1: syntax error at or near "\\"[\s\S]*psql commands/],
  ["select 'select 1' \\gexec", /:2:19: syntax error at or near "\\"[\s\S]*psql commands/],
  ["select :name;", /:2:8: syntax error at or near ":"[\s\S]*psql variables/],
  ["select :'name';", /:2:8: syntax error at or near ":"[\s\S]*psql variables/],
  [
    `create table ${"$"}{name}.u ();`,
    /:2:14: syntax error at or near "\$"[\s\S]*Placeholders of other tools/,
  ],
  ["create table {{name}}.u ();", /:2:14: syntax error at or near "\{"[\s\S]*Placeholders of other tools/],
  ["create\u00a0table s.u ();", /:2:1: syntax error[\s\S]*the character U\+00A0, which/],
  ["create table\u3000s.u (); --", /:2:8: syntax error[\s\S]*the character U\+3000, which/],
  ["select 2;\u200b", /:2:10: syntax error[\s\S]*the character U\+200B, which/],
  ["\ufeffselect 2;", /:2:1: syntax error[\s\S]*the character U\+FEFF, which/],
  ["\u001a", /:2:1: syntax error[\s\S]*the character U\+001A, which/],
  ["select '\u00a0', 1 1;", /:2:15: syntax error at or near "1"[\s\S]*PostgreSQL 17 does not accept/],
])("text of another tool is a syntax error with a hint: %s", (text, message) => {
  expect(() => statementsOf(migration(`select 1;\n${text}\n`))).toThrow(message);
});

test("statements are split at their boundaries, regardless of the characters before them", () => {
  const file = migration("-- 😀 Größe\nselect '😀';\n\n/* x */ select 2 -- end\n;\n");

  expect(statementsOf(file).map((statement) => textOf(file, statement))).toEqual([
    "select '😀'",
    "select 2 -- end",
  ]);
});

describe("declarations in a file", () => {
  test.each([
    [
      "create or replace function s.f(a int, out b text, variadic c s.t[]) language sql as ''",
      "function s.f(pg_catalog.int4, s.t[])",
    ],
    [
      "create or replace function s.f() returns table (id s.orders.id%type) language sql as ''",
      "function s.f()",
    ],
    ["create function s.f(a int, out b s.t.c%type) language sql as ''", "function s.f(pg_catalog.int4)"],
    ["create procedure s.p(inout a numeric(3, 1)) language sql as ''", 'function s.p(pg_catalog."numeric")'],
    ['create policy "Own rows" on s."T" using (true)', 'policy s."T" "Own rows"'],
    ["create policy select_ on s.t using (true)", "policy s.t select_"],
    ['create policy "select" on s.t using (true)', 'policy s.t "select"'],
    ["create trigger a after insert on s.t execute function s.f()", "trigger s.t a"],
    ["create materialized view s.m as select 1", "materialized view s.m"],
    ["create unique index i on s.t (a)", "index s.i"],
    ["create type s.e as enum ('a')", "type s.e"],
    ["create domain s.d as int", "domain s.d"],
    ["create event trigger e on ddl_command_end execute function s.f()", "event trigger e"],
    ["select cron.schedule('nightly', '0 0 * * *', 'select 1')", "cron job nightly"],
    ["insert into storage.buckets (name, id) values ('n', 'b') on conflict (id) do nothing", "bucket b"],
    ["grant select on s.t to anon", undefined],
    ["do $$ begin create view s.v as select 1; end $$", undefined],
  ])("%s", (statement, key) => {
    expect(declarationsOf(repeatable(`${statement};\n`)).map(objectKey)).toEqual(
      key === undefined ? [] : [key],
    );
  });

  test.each([
    "create table s.t ()",
    "create table s.t as select 1 as a",
    "select 1 as a into s.t",
    "alter table s.t add column if not exists a integer",
    "create schema s",
    "create sequence s.q",
    "create extension e",
    "create foreign table s.t (a integer) server x",
    "create operator s.## (function = int4pl, leftarg = integer, rightarg = integer)",
    "create cast (s.a as s.b) without function",
    "create collation s.de (locale = 'de')",
    "create text search configuration s.c (copy = pg_catalog.simple)",
    "create operator family s.f using btree",
    "create role r",
    "create type s.shell",
    "create type s.base (input = s.i, output = s.o)",
    "create function s.f(a s.t.id%type) returns integer language sql as 'select 1'",
    "create function s.f(inout a s.t.id%type) language sql as 'select 1'",
    "do $$ begin if not exists (select from pg_roles where rolname = 'r') then create role r; end if; end $$",
    "do $$ begin create server x foreign data wrapper w; exception when duplicate_object then null; end $$",
    "do $$ begin import foreign schema a from server x into s; end $$",
    "do $$ begin create foreign table if not exists s.t (a integer) server x; end $$",
    "do $$ begin execute 'create operator s.## (function = int4pl, leftarg = integer, rightarg = integer)'; end $$",
    "select cron.schedule('* * * * *', 'select 1')",
    "select cron.schedule(schedule => '* * * * *', command => 'select 1')",
  ])("%s is refused", (statement) => {
    expect(() => declarationsOf(repeatable(`${statement};\n`))).toThrow(/does not belong in a repeatable/);
  });

  test.each([
    "create temporary table t as select 1 as a",
    "select 1 as a into temporary t",
    "alter type s.c add attribute a integer",
    "do $$ begin create table s.t_1 partition of s.t for values in (1); execute 'create view s.v as select 1'; end $$",
    "do $$ begin create foreign table s.t_1 partition of s.t for values in (1) server x; end $$",
    "do $$ declare a text; begin a := 'create role r'; raise notice 'create role r'; end $$",
  ])("negative control: %s passes", (statement) => {
    expect(declarationsOf(repeatable(`${statement};\n`))).toEqual([]);
  });

  test.each([
    ["create type s.shell", "create type without a definition does not belong in a repeatable"],
    ["create type s.base (input = s.i, output = s.o)", "create base type does not belong in a repeatable"],
    ["do $$ begin create role r; end $$", "create role does not belong in a repeatable"],
  ])("the refusal of %s names what it creates", (statement, message) => {
    expect(() => declarationsOf(repeatable(`${statement};\n`))).toThrow(message);
  });
});
