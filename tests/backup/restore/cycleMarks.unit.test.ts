import { expect, it } from "vitest";
import { withReadableCycleMarks } from "../../../backup/restore/cycleMarks";

it.each([
  [
    "CYCLE id SET looped TO 'Y'::text DEFAULT 'N'::text USING path",
    "CYCLE id SET looped TO text 'Y' DEFAULT text 'N' USING path",
  ],
  [
    `CYCLE a, b SET "to" TO 'it''s USING x'::character varying(30) DEFAULT E'\\\\'::character varying(30) USING "p q" SELECT 1`,
    `CYCLE a, b SET "to" TO character varying(30) 'it''s USING x' DEFAULT character varying(30) E'\\\\' USING "p q" SELECT 1`,
  ],
  [
    `CYCLE a SET m TO 'a'::public."Kind of" DEFAULT 'b'::public."Kind of" USING p; CYCLE a SET m TO '-1'::integer DEFAULT 0 USING p`,
    `CYCLE a SET m TO public."Kind of" 'a' DEFAULT public."Kind of" 'b' USING p; CYCLE a SET m TO integer '-1' DEFAULT 0 USING p`,
  ],
  [
    "CYCLE a SET m TO '{1}'::integer[] DEFAULT '{}'::integer[] USING p",
    `CYCLE a SET m TO pg_catalog."_int4" '{1}' DEFAULT pg_catalog."_int4" '{}' USING p`,
  ],
  [
    `CYCLE a SET m TO '{a}'::character varying(30)[] DEFAULT '{b}'::public."Kind of"[] USING p`,
    `CYCLE a SET m TO pg_catalog."_varchar"(30) '{a}' DEFAULT public."_Kind of" '{b}' USING p`,
  ],
  [
    `CYCLE a SET m TO '{now}'::timestamp(3) with time zone[] DEFAULT '{x}'::"a.b".c[] USING p`,
    `CYCLE a SET m TO pg_catalog."_timestamptz"(3) '{now}' DEFAULT "a.b"."_c" '{x}' USING p`,
  ],
])("marks of cycles are written as constants: %s", (sql, expected) => {
  expect(withReadableCycleMarks(sql)).toBe(expected);
});

it.each([
  "CYCLE a SET is_cycle USING p",
  "CYCLE a SET m TO 1 DEFAULT 0 USING p",
  "AS $$ CYCLE a SET m TO 'Y'::text DEFAULT 'N'::text USING p $$",
  "COMMENT ON TABLE x IS 'CYCLE a SET m TO ''Y''::text DEFAULT ''N''::text USING p'",
  "select 'Y'::text",
])("other SQL is unchanged: %s", (sql) => {
  expect(withReadableCycleMarks(sql)).toBe(sql);
});
