import { beforeAll, describe, expect, test } from "vitest";
import { bundleFile } from "../../../../../plugins/supabasex/provider/sqlBundle/source/files";
import { loadParser } from "../../../../../plugins/supabasex/provider/sqlBundle/source/parser";
import { undoErrors } from "../../../../../plugins/supabasex/provider/sqlBundle/source/undoPart";

beforeAll(() => loadParser());

const errorsOf = (text: string) =>
  undoErrors(bundleFile("migrations/20260101000000_a.sql", "migration", text));

describe("the part of a file that undoes it in another tool is refused", () => {
  test.each([
    ["dbmate", "-- migrate:up", "-- migrate:down"],
    ["goose", "-- +goose Up", "-- +goose Down"],
    ["sql-migrate", "-- +migrate Up", "-- +migrate Down"],
    ["rambler", "-- rambler up", "-- rambler down"],
    ["node-pg-migrate", "-- Up Migration", "-- Down Migration"],
    ["MyBatis", "-- // first", "-- //@UNDO"],
    ["Play", "-- !Ups", "-- !Downs"],
    ["a plain pair", "-- Up", "---- DOWN"],
  ])("%s", (_, up, down) => {
    const [error, ...others] = errorsOf(`${up}\ncreate table s.tä ();\n\n${down}\ndrop table s.tä;\n`);

    expect(others).toEqual([]);
    expect(error?.message.split("\n")).toEqual([
      "migrations/20260101000000_a.sql:4:1: what follows would undo the file",
      `  4 | ${down}`,
      "    | ^",
      "  hint: Here the whole file runs: remove this line and everything below it. To undo a migration, write a new one.",
    ]);
  });
});

describe("negative control: accepted", () => {
  test.each([
    ["an empty part", "-- migrate:up\nselect 1;\n-- migrate:down\n-- drop table s.t;\n"],
    ["the words in a string", "select '\n-- migrate:down\n', 1;\nselect 2;\n"],
    ["the words in a body", "do $$\n-- +goose Down\nbegin null; end $$;\nselect 2;\n"],
    ["down without up", "-- down\nselect 1;\n"],
    ["a pair inside of the file", "select 1;\n-- Up\nselect 2;\n-- Down\nselect 3;\n"],
    ["several pairs", "-- Up\nselect 1;\n-- Down\nselect 2;\n-- Up\nselect 3;\n-- Down\nselect 4;\n"],
    ["prose", "-- up\n-- scale down the table\n-- down with it\nselect 1;\n"],
    ["a rollback in comments", "--rollback drop table s.t;\nselect 1;\n"],
  ])("%s", (_, text) => {
    expect(errorsOf(text)).toEqual([]);
  });
});
