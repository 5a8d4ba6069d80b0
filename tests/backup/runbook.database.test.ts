import { spawn } from "node:child_process";
import { chmodSync, readFileSync } from "node:fs";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import path from "node:path";
import { PutObjectCommand } from "@aws-sdk/client-s3";
import type pg from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { prune } from "../../backup/commands/prune";
import { run } from "../../backup/commands/run";
import { findTools } from "../../backup/postgres/tools";
import { findExecutable } from "../../local/toolchain/executables";
import { startTestCluster, type TestCluster } from "../support/cluster";
import { commandContext, taskEnvironment } from "./support/commands";
import { createShop, readRows } from "./support/shop";
import { bucket, startTestStore, type TestStore } from "./support/store";

// The runbook of docs/operations.md: the commands are read from the page, and bash runs them unchanged in an empty folder.

const checkout = path.join(__dirname, "..", "..");
const page = readFileSync(path.join(checkout, "docs", "operations.md"), "utf8");
/** Plain tools that may be missing on this machine. */
const missing = ["aws", "jq", "sha256sum"].filter(
  (program) => findExecutable(program, (process.env.PATH ?? "").split(path.delimiter)) === undefined,
);

let folder: string;
let source: TestCluster;
let fresh: TestCluster;
let store: TestStore;
let postgres: pg.Client;
let rows: Record<string, string[]>;
let good: string;

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "thorbis-runbook-"));
  [source, fresh, store] = await Promise.all([startTestCluster(), startTestCluster(), startTestStore()]);
  postgres = await source.client();
  await createShop(postgres);
  await postgres.query(
    "create table public.invoices (id int generated always as identity primary key, note text)",
  );
  await postgres.query(
    "insert into public.invoices (note) select 'invoice ' || n from generate_series(1, 5) n",
  );
  good = (await run(commandContext(taskEnvironment(source, store)))).manifest.run;
  rows = await readRows(postgres);
  await createCommands();
}, 300_000);

afterAll(async () => {
  await Promise.all([source?.remove(), fresh?.remove(), store?.remove()]);
  if (folder !== undefined) await rm(folder, { recursive: true, force: true });
});

/** Creates the image's entry point, as the command that the page calls `backup`. */
async function createCommands(): Promise<void> {
  const { bundle } = createRequire(__filename)(path.join(checkout, "build", "bundle.cjs"));
  bundle(["backup.cjs"]);
  const program = path.join(folder, "bin", "backup");
  await mkdir(path.dirname(program));
  await writeFile(program, `#!/bin/sh\nexec "${process.execPath}" "${checkout}/dist/backup.cjs" "$@"\n`);
  chmodSync(program, 0o755);
}

/** Returns the commands of a disaster, read from the page. */
function commandsOf(title: string): string {
  const section = page.slice(page.indexOf(`\n### ${title}\n`)).slice(1);
  const end = /\n##/.exec(section.slice(3))?.index ?? section.length;
  const blocks = [...section.slice(0, end + 3).matchAll(/^```sh\n([\s\S]*?)^```$/gm)];
  return blocks.map(([, text = ""]) => text).join("\n");
}

let folders = 0;

async function runAsWritten(
  title: string,
  variables: Record<string, string>,
): Promise<{ exitCode: number | null; text: string }> {
  const directory = path.join(folder, `machine-${++folders}`);
  await mkdir(directory);
  const { pgDump } = await findTools();
  const child = spawn("bash", ["-euo", "pipefail", "-c", commandsOf(title)], {
    cwd: directory,
    env: {
      ...taskEnvironment(source, store),
      PATH: [path.join(folder, "bin"), path.dirname(pgDump), process.env.PATH].join(path.delimiter),
      HOME: process.env.HOME,
      POSTGRESQL_BIN: process.env.POSTGRESQL_BIN ?? path.dirname(pgDump),
      RUN: good,
      ...variables,
    },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let text = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (chunk: string) => {
      text += chunk;
    });
  }
  const exitCode = await new Promise<number | null>((resolve) => child.once("close", resolve));
  return { exitCode, text };
}

const urlOf = (cluster: TestCluster, role?: string, database?: string): string =>
  `${cluster.url(role, database)}?sslmode=disable`;

const invoices = async (): Promise<string[]> =>
  (
    await postgres.query<{ line: string }>(
      "select id || ' ' || note as line from public.invoices order by id",
    )
  ).rows.map(({ line }) => line);

describe("the runbook", () => {
  it("covers five disasters, each with commands", () => {
    const titles = [...page.matchAll(/^### (\d\. .*)$/gm)].map(([, title = ""]) => title);
    expect(titles.map((title) => [title[0], commandsOf(title).includes("\n")])).toEqual([
      ["1", true],
      ["2", true],
      ["3", true],
      ["4", true],
      ["5", true],
    ]);
  });

  it("restores lost rows of one table, and keeps newer ones", async () => {
    const admin = await fresh.client("supabase_admin");
    await admin.query("create database rescue template template0");
    await postgres.query("delete from public.invoices where id in (2, 3)");
    await postgres.query("insert into public.invoices (note) values ('newer')");
    const ended = await runAsWritten("1. Rows were lost in one table", {
      RESTORE_DATABASE_URL: urlOf(source),
      RESCUE_URL: urlOf(fresh, "supabase_admin", "rescue"),
      TABLE: "public.invoices",
    });
    expect(ended).toEqual({ exitCode: 0, text: expect.stringContaining("INSERT 0 2") });
    expect(await invoices()).toEqual([
      "1 invoice 1",
      "2 invoice 2",
      "3 invoice 3",
      "4 invoice 4",
      "5 invoice 5",
      "6 newer",
    ]);
    await admin.query("drop database rescue");
  });

  it("restores a destroyed schema in the same project", async () => {
    await postgres.query("drop schema shop cascade; drop table public.invoices; delete from auth.users");
    const ended = await runAsWritten("2. A migration or a mistake destroyed the schema", {
      RESTORE_DATABASE_URL: urlOf(source),
    });
    expect(ended).toEqual({ exitCode: 0, text: expect.stringContaining(`restored ${good}`) });
    expect(await readRows(postgres)).toEqual(rows);
    expect(await invoices()).toHaveLength(5);
  });

  it("restores the rows into a new project with an empty schema", async () => {
    const client = await fresh.client();
    await client.query("create schema shop; create table shop.tenants (id int)");
    // The newest backup, which contains the result of the previous restore.
    await run(commandContext(taskEnvironment(source, store)));
    const ended = await runAsWritten("3. The project is gone", { RESTORE_DATABASE_URL: urlOf(fresh) });
    expect(ended).toEqual({ exitCode: 0, text: expect.stringContaining("restored ") });
    expect(await readRows(client)).toEqual(rows);
  });

  it("restores an earlier backup if the newest is damaged", async () => {
    const newest = (await run(commandContext(taskEnvironment(source, store)))).manifest.run;
    const Key = `runs/${newest}/sequences.sql`;
    await store.client.send(new PutObjectCommand({ Bucket: bucket, Key, Body: "-- damaged" }));
    const ended = await runAsWritten("4. The newest backup is damaged", {
      RESTORE_DATABASE_URL: urlOf(fresh),
    });
    expect(ended).toEqual({ exitCode: 0, text: expect.stringContaining(`restored ${good}`) });
    expect(ended.text).toMatch(/damaged|overwritten|truncated/);
    expect(await readRows(await fresh.client())).toEqual(rows);
  });

  it.skipIf(missing.length > 0)(
    `restores with plain tools${missing.length > 0 ? ` (skipped: ${missing.join(", ")} missing)` : ""}`,
    async () => {
      const target = await startTestCluster();
      try {
        const ended = await runAsWritten("5. The backup program cannot run", {
          RESTORE_DATABASE_URL: urlOf(target),
        });
        expect(ended).toEqual({ exitCode: 0, text: expect.any(String) });
        expect(await readRows(await target.client())).toEqual(rows);
      } finally {
        await target.remove();
      }
    },
    120_000,
  );

  it.skipIf(missing.length > 0)("deletes all backups of a lost project", async () => {
    const lost = await startTestStore();
    try {
      const LOST = "llllllllllllllllllll";
      const environment = { ...taskEnvironment(source, lost), SUPABASE_PROJECT_REF: LOST };
      const RUN = (await run(commandContext(environment))).manifest.run;
      const ended = await runAsWritten("Delete the backups of a lost project", {
        ...lost.environment,
        LOST,
        RUN,
      });
      expect(ended).toEqual({
        exitCode: 0,
        text: expect.stringContaining(`delete: s3://${bucket}/runs/${RUN}/`),
      });
      const now = new Date(Date.now() + 8 * 86_400_000);
      await prune({ confirm: true, now }, commandContext({ ...environment, SUPABASE_PROJECT_REF: "" }));
      expect(await lost.keys()).toEqual([]);
    } finally {
      await lost.remove();
    }
  });
});
