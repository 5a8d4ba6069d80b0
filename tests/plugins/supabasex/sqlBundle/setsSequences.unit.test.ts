import { beforeAll, expect, test } from "vitest";
import type { BundleFile } from "../../../../plugins/supabasex/provider/sqlBundle/source/files";
import { loadParser } from "../../../../plugins/supabasex/provider/sqlBundle/source/parser";
import { maySetSequences } from "../../../../plugins/supabasex/provider/sqlBundle/source/setsSequences";

beforeAll(() => loadParser());

test.each([
  ["select setval('s.n', 7)", true],
  ["select s.reset()", true],
  ["create table s.t as select setval('s.n', 7)", true],
  ["do $$ begin perform s.reset(); end $$", true],
  ["call s.reset()", true],
  ["insert into s.t values (1)", true],
  ["truncate s.t", true],
  ["do $$ begin grant select on s.t to anon; end $$", false],
  ["select cron.schedule('job', '* * * * *', 'select 1')", false],
  ["alter sequence s.n restart 1000", false],
  ["create function s.reset() returns bigint language sql as $$ select setval('s.n', 7) $$", false],
  ["create table s.t (id integer generated always as identity)", false],
])("%s: %s", (text, sets) => {
  const file = { path: "a.sql", display: "a.sql", text, noTransaction: false } as BundleFile;

  expect(maySetSequences(file)).toBe(sets);
});
