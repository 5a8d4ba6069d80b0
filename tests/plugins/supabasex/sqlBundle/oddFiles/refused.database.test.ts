import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Databases, failureOf } from "../support";
import { next, schema } from "./files";
import { refusedNames, refusedTexts } from "./refusedCases";

const databases = new Databases();
beforeAll(() => databases.start());
afterAll(() => databases.stop());

test.each(refusedNames)("a migration's name is refused: %s", async (_, name, message) => {
  const bundle = await databases.bundle({ ...schema, [name]: "select 1;\n" });
  expect(await failureOf(bundle.preview())).toMatch(message);
});

describe("refused with the place and what to do", () => {
  test.each(refusedTexts)("%s", async (_, text, place, hint) => {
    const bundle = await databases.bundle({ ...schema, [next]: text });

    const failure = await failureOf(bundle.up());

    expect(failure.split("\n", 1)[0]).toContain(`${next}${place}`);
    expect(failure.split("\n").find((line) => line.startsWith("  hint: "))).toContain(hint);
    expect(failure).not.toContain("much");
  });

  test("a file of the server", async () => {
    const bundle = await databases.bundle({ ...schema, [next]: "select 1;\ncopy $s.t to '/x';\n" });

    const failure = await failureOf(bundle.up());

    // PostgreSQL 15 starts the sentence with "must be superuser", later versions with "permission denied".
    expect(failure.split("\n", 1)[0]).toMatch(/_x\.sql:2:1: .+ to COPY to a file \(42501\)$/);
    expect(failure).toMatch(/^ {2}hint: .*write the rows as insert … values/m);
  });
});

test("an applied migration may keep the part that undoes it; a pending one may not", async () => {
  const undone = "create table $s.u ();\n-- migrate:down\nselect 2;\n";
  const [first, adopted, pending] = ["20260801000000_s", "20260802000000_x", "20260803000000_y"].map(
    (name) => `migrations/${name}.sql`,
  ) as [string, string, string];
  const baseline = "20260802000000";
  const tables = Object.values(schema).join("");
  const bundle = await databases.bundle({ [first]: tables, [adopted]: undone }, { baseline });
  await bundle.sql(`${tables}create table $s.u ();`);

  await bundle.up();

  expect(await bundle.history()).toContain(adopted);
  bundle.write({ [pending]: undone.replace(".u", ".v") });
  for (const dryRun of ["off", "live"]) {
    bundle.inputs = { baseline, dryRun };
    expect(await failureOf(bundle.preview())).toMatch(/^\S+_y\.sql:2:1: what follows would undo the file/);
  }
  expect(await failureOf(bundle.up())).toMatch(/^\S+_y\.sql:2:1: what follows would undo the file/);
  expect(await bundle.history()).not.toContain(pending);
  bundle.write({ [pending]: "create table $s.v ();\n" });
  for (const dryRun of ["off", "live"]) {
    bundle.inputs = { baseline, dryRun };
    expect(await failureOf(bundle.preview())).toBe("it succeeded");
  }
  await bundle.up();
  expect(await bundle.history()).toContain(pending);
});

test("a pending migration with such a part is refused on an empty database, and nothing is left", async () => {
  const bundle = await databases.bundle({ ...schema, [next]: "select 1;\n-- migrate:down\nselect 2;\n" });

  expect(await failureOf(bundle.up())).toMatch(/^\S+_x\.sql:2:1: what follows would undo the file/);
  expect((await bundle.sql("select to_regnamespace('$s') as it")).rows).toEqual([{ it: null }]);
});

test("syntax of a newer PostgreSQL is refused as by this server, before anything is sent", async ({
  skip,
}) => {
  const bundle = await databases.bundle(schema);
  const { rows } = await bundle.sql("show server_version_num");
  skip(Number(rows[0].server_version_num) >= 180000, "no supported grammar is newer than this server's");
  const newer = "update $s.t set id = id returning with (old as former) former.id;\n";
  bundle.write({ [next]: `select 1;\n${newer}` });
  const message =
    /_x\.sql:2:\d+: syntax error at or near "with" \(42601\)\n.*\n.*\n {2}hint: .*newer than this server understands/;

  expect(await failureOf(bundle.up())).toMatch(message);
  expect(await bundle.history()).toEqual([]);
  bundle.inputs = { dryRun: "live" };
  expect(await failureOf(bundle.preview())).toMatch(message);

  bundle.write({ [next]: "select 1;\n", "repeatable/u.sql": newer });
  expect(await failureOf(bundle.up())).toMatch(/repeatable\/u\.sql:1:\d+: syntax error/);
  expect(await bundle.history()).toEqual([]);
});

test("the target server's grammar is used: a keyword that is new in 16 is a valid column on 15 only", async () => {
  const bundle = await databases.bundle({
    ...schema,
    [next]: "create table $s.u (\n  system_user text\n);\n",
  });
  const { rows } = await bundle.sql("show server_version_num");
  const major = Math.floor(Number(rows[0].server_version_num) / 10_000);
  const direct = await bundle.sql("create temporary table probe (system_user text)").then(
    () => undefined,
    (error: Error) => error.message,
  );

  bundle.inputs = { dryRun: "live" };
  const preview = await bundle.preview().then(
    () => undefined,
    (error: Error) => error.message,
  );
  const up = await bundle.up().then(
    () => undefined,
    (error: Error) => error.message,
  );

  if (major === 15) {
    expect([direct, preview, up]).toEqual([undefined, undefined, undefined]);
    return;
  }
  expect(direct).toBe('syntax error at or near "system_user"');
  expect(up).toBe(preview);
  expect(up).toContain(`${next}:2:3: syntax error at or near "system_user" (42601)`);
  expect(up).toContain(
    `hint: PostgreSQL ${major} does not accept the text here: correct it; nothing was changed.`,
  );
  expect(await bundle.history()).toEqual([]);
});
