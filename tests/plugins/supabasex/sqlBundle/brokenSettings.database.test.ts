import type pg from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import { majorOf } from "../../../support/cluster";
import { sliceOf } from "../../../support/slice";
import type { BundleUnderTest } from "./bundleUnderTest";
import { Databases, failureOf } from "./support";

// Settings of the database or the role that would break or change a session of ours.
const databases = new Databases();
let bundle: BundleUnderTest;
let hand: pg.Client;
let major: number;
let files = 0;

beforeAll(async () => {
  await databases.start();
  hand = await databases.cluster.client();
  major = await majorOf(hand);
  bundle = await databases.bundle(
    {
      "migrations/20260101000000_s.sql":
        "create schema $s;\ncreate table $s.t (id int primary key, at date default '2026-02-01', b bytea default '\\x00ff', i interval default '1 day 02:00');\n",
    },
    { watch: "database" },
  );
  await bundle.up();
});
afterAll(() => databases.stop());

const settings: readonly (readonly [name: string, value: string, oldest?: number])[] = [
  ["statement_timeout", "1"],
  ["lock_timeout", "1"],
  ["idle_in_transaction_session_timeout", "1"],
  ["idle_session_timeout", "1"],
  ["transaction_timeout", "1", 17],
  ["default_transaction_read_only", "on"],
  ["default_transaction_isolation", "serializable"],
  ["default_transaction_deferrable", "on"],
  ["search_path", "'', public"],
  ["row_security", "off"],
  ["role", "anon"],
  ["datestyle", "'German, DMY'"],
  ["intervalstyle", "sql_standard"],
  ["client_encoding", "'latin1'"],
  ["standard_conforming_strings", "off"],
  ["bytea_output", "escape"],
  ["extra_float_digits", "-15"],
  ["exit_on_error", "on"],
  ["quote_all_identifiers", "on"],
  ["client_min_messages", "error"],
  ["xmloption", "document"],
];

const owners = ["database postgres", "role postgres", "role postgres in database postgres"];
const cases = settings.flatMap(([name, value, oldest = 0]) =>
  owners.map((owner) => ({ owner, name, value, oldest })),
);

test.each(sliceOf(cases, 4))(
  "alter $owner set $name = $value: a refresh reports it, and a deployment succeeds",
  async ({ owner, name, value, oldest }) => {
    if (major < oldest) return;
    files += 1;
    await hand.query(`alter ${owner} set ${name} = ${value}`);
    try {
      let paths: string[] = [];
      const refresh = await failureOf(
        bundle.refresh().then((found) => {
          paths = found;
        }),
      );
      bundle.write({
        [`repeatable/f${files}.sql`]: `create or replace function $s.f${files}() returns int language sql as 'select ${files}';\n`,
        [`migrations/202601020000${String(files).padStart(2, "0")}_x.sql`]: `insert into $s.t (id) values (${files});\n`,
      });
      const up = await failureOf(bundle.up());
      expect([refresh, up]).toEqual(["it succeeded", "it succeeded"]);
      expect(paths.join("\n")).toMatch(/^live\["(?:database settings|role settings postgres)/m);
    } finally {
      await hand.query(`alter ${owner} reset ${name}`);
    }
  },
);
