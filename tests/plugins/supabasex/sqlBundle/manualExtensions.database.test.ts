import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { afterManualChange, Databases, expectKept, failureOf, firstFile, nextFile } from "./support";

const databases = new Databases();
beforeAll(() => databases.start());
afterAll(() => databases.stop());

const schema = "create schema $s;\ncreate table $s.notes (id integer primary key, note text);\n";

describe("an extension that was enabled manually as a file creates it counts as created", () => {
  test.each([
    {
      name: "in the schema that the statement names",
      manual: "create extension hstore schema extensions",
      file: "create extension hstore schema extensions;\nalter table $s.notes add column tags extensions.hstore;",
      extension: "hstore",
    },
    {
      name: "in the schema that it has without one",
      manual: "create extension fuzzystrmatch",
      file: "create extension fuzzystrmatch;",
      extension: "fuzzystrmatch",
    },
    {
      name: "in a version that the platform chooses, whatever the statement names",
      manual: "create extension ltree schema extensions",
      file: "create extension ltree with schema extensions version '1.1';",
      extension: "ltree",
    },
    {
      name: "after a migration that drops it",
      first: `${schema}create extension intarray schema extensions;\ndrop extension intarray;`,
      manual: "create extension intarray schema extensions",
      file: "create extension intarray schema extensions;",
      extension: "intarray",
    },
  ])("$name", async ({ first = schema, manual, file, extension }) => {
    const files = { [nextFile]: file };

    await expectKept(
      databases,
      { first, manual, files },
      `select count(*) = 1 as ok from pg_extension where extname = '${extension}'`,
    );
  });
});

test("it belongs to the bundle and is named", async () => {
  const bundle = await afterManualChange(databases, {
    first: schema,
    manual: "create extension unaccent schema extensions",
    files: { [nextFile]: "create extension unaccent schema extensions;" },
  });

  await bundle.up();

  expect(bundle.logs.join("\n")).toContain(
    "Manual changes that a file now states, so they belong to the bundle:\n  extension unaccent",
  );
  await bundle.sql("drop extension unaccent");
  expect(await bundle.refresh()).toEqual(['live["extension unaccent"]']);
});

test("on the first deployment, too", async () => {
  const bundle = await databases.bundle(
    { [firstFile]: `${schema}create extension cube schema extensions;` },
    { dryRun: "live" },
  );
  await bundle.sql("create extension cube schema extensions");

  expect(await failureOf(bundle.preview())).toBe("it succeeded");
  await bundle.up();

  expect(await bundle.refresh()).toEqual([]);
});

describe("another one is refused with what to do, in preview and up", () => {
  test.each([
    {
      name: "in another schema than the statement names",
      manual: "create extension citext schema public",
      file: "create extension citext schema extensions;",
      hint: "It was enabled manually in schema public, not in extensions: move it (alter extension citext set schema extensions), or write schema public here.",
    },
    {
      name: "in another schema than without one",
      manual: "create extension tcn schema extensions",
      file: "create extension tcn;",
      hint: "It was enabled manually in schema extensions, not in public: move it (alter extension tcn set schema public), or write schema extensions here.",
    },
  ])("$name", async ({ manual, file, hint }) => {
    const files = { [nextFile]: file };
    const bundle = await afterManualChange(databases, { first: schema, manual, files });

    const preview = await failureOf(bundle.preview());

    expect(preview).toContain(`  hint: ${hint}`);
    expect(await failureOf(bundle.up())).toBe(preview);
    expect(await bundle.history()).toEqual([firstFile]);
  });
});

test("negative control: one that an earlier migration creates is refused, as on an empty database", async () => {
  const bundle = await afterManualChange(databases, {
    first: `${schema}create extension if not exists isn schema extensions;`,
    manual: "select 1",
    files: { [nextFile]: "create extension isn schema extensions;" },
  });

  const preview = await failureOf(bundle.preview());

  expect(preview).toMatch(/next\.sql:1:1: extension "isn" already exists/);
  expect(await failureOf(bundle.up())).toBe(preview);
});
