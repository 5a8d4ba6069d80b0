import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Databases, failureOf } from "./support";

const databases = new Databases();
beforeAll(() => databases.start());
afterAll(() => databases.stop());

const first = "migrations/20260101000000_first.sql";
const schema = `create schema $s;
create table $s.t (id integer, code text not null);
insert into $s.t values (1, 'a');
`;

/** A name with a line break, a tab and a terminal escape sequence, and how reports show it. */
const name = '"a\nb\tc\u001b[31m"';
const shown = String.raw`"a\nb\tc\u{1b}[31m"`;

describe("a name that contains a line break is shown on one line, and in the same way everywhere", () => {
  test("when it was added manually", async () => {
    const bundle = await databases.bundle({ [first]: schema }, { dryRun: "live" });
    await bundle.up();
    await bundle.sql(`create policy ${name} on $s.t using (true)`);

    await bundle.refresh();
    await bundle.preview();

    const lines = bundle.logs.join("\n").split("\n");
    const identity = `policy ${bundle.schema}.t ${shown}`;
    expect(lines.filter((line) => line.includes("[31m"))).toEqual([
      expect.stringMatching(new RegExp(`^  opens +${escaped(identity)}: not made by the bundle`)),
      `  ${identity}: drop policy ${shown} on ${bundle.schema}.t`,
    ]);
  });

  test("when a file creates, changes and drops it", async () => {
    const bundle = await databases.bundle(
      { [first]: schema, "repeatable/v.sql": `create view $s.${name} as select id from $s.t;` },
      { dryRun: "live" },
    );
    await bundle.preview();
    await bundle.up();
    bundle.write({ "repeatable/v.sql": undefined });
    await bundle.preview();
    await bundle.up();

    const lines = bundle.logs.join("\n").split("\n");
    const identity = `view ${bundle.schema}.${shown}`;
    expect(lines.filter((line) => line.includes("[31m"))).toEqual([
      `  + ${identity}`,
      `  - ${identity}`,
      `  ${identity}`,
    ]);
  });

  test("when it was dropped with data", async () => {
    const bundle = await databases.bundle(
      { [first]: `${schema}create table $s.${name} (id integer);` },
      { dryRun: "live" },
    );
    await bundle.up();
    await bundle.sql(`drop table $s.${name}`);
    await bundle.refresh();

    const failure = await failureOf(bundle.preview());

    expect(failure.split("\n").filter((line) => line.includes("[31m"))).toEqual([
      `  table ${bundle.schema}.${shown}: it was dropped with its rows: restore it from a backup`,
    ]);
  });
});

function escaped(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&");
}
