import { beforeAll, expect, test } from "vitest";
import type { BundleFile } from "../../../../../plugins/supabasex/provider/sqlBundle/source/files";
import { loadParser } from "../../../../../plugins/supabasex/provider/sqlBundle/source/parser";
import { sequenceEffect } from "../../../../../plugins/supabasex/provider/sqlBundle/source/setsSequences";

beforeAll(() => loadParser());

test.each([
  ["select setval('s.n', 7)", "stated"],
  ["select s.reset()", "stated"],
  ["create table s.t as select setval('s.n', 7)", "stated"],
  ["do $$ begin perform s.reset(); end $$", "stated"],
  ["do $$ declare x int; begin x := s.reset(); end $$", "stated"],
  ["do $$ begin if s.reset () > 1 then return; end if; end $$", "stated"],
  ["do $$ begin call s.reset; end $$", "stated"],
  ["call s.reset()", "stated"],
  ["insert into s.t values (1)", "hidden"],
  ["insert into s.t values (setval('s.n', 7))", "stated"],
  ["insert into s.t values (1); select s.reset()", "stated"],
  ["truncate s.t", "hidden"],
  ["do $$ begin execute format('alter table s.%I enable row level security', 't'); end $$", "hidden"],
  [
    "do $$ declare r record; begin for r in select oid from pg_class where relkind in ('r') loop execute format('alter table %s enable row level security', r.oid::regclass); end loop; end $$",
    "hidden",
  ],
  ["do $$ begin execute 'select set' || format('val(%L, 7)', 's.n'); end $$", "stated"],
  ["create table s.t as select * from s.v", "hidden"],
  ["do $$ begin grant select on s.t to anon; end $$", "none"],
  ["select cron.schedule('job', '* * * * *', 'select 1')", "none"],
  ["alter sequence s.n restart 1000", "none"],
  ["create function s.reset() returns bigint language sql as $$ select setval('s.n', 7) $$", "none"],
  ["create table s.t (id integer generated always as identity)", "none"],
])("%s: %s", (text, effect) => {
  const file = { path: "a.sql", display: "a.sql", text, noTransaction: false } as BundleFile;

  expect(sequenceEffect(file)).toBe(effect);
});
