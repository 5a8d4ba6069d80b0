import { createHash } from "node:crypto";
import { getEventListeners } from "node:events";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { list } from "../../backup/commands/list";
import { restore } from "../../backup/commands/restore";
import { run } from "../../backup/commands/run";
import { verify } from "../../backup/commands/verify";
import { type Manifest, sealManifest } from "../../backup/manifest";
import { findTools } from "../../backup/postgres/tools";
import { objectKey } from "../../backup/runName";
import { inspectRun, type RunReport } from "../../backup/verify/inspectRun";
import { manifestName } from "../../foundation/backupContract";
import { startTestCluster, type TestCluster } from "../support/cluster";
import { commandContext, failureOf, type RecordedContext, taskEnvironment } from "./support/commands";
import { createShop } from "./support/shop";
import { startTestStore, type TestStore } from "./support/store";

let source: TestCluster;
let store: TestStore;
let environment: Record<string, string>;
let good: Manifest;
const contents = new Map<string, Buffer>();
let copies = 0;

beforeAll(async () => {
  [source, store] = await Promise.all([startTestCluster(), startTestStore()]);
  await createShop(await source.client());
  environment = taskEnvironment(source, store);
  ({ manifest: good } = await run(commandContext(environment)));
  for (const { name } of good.objects) contents.set(name, await readObject(objectKey(good.run, name)));
});

afterAll(async () => {
  await Promise.all([source?.remove(), store?.remove()]);
});

async function readObject(key: string): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of (await store.store.open(key)) ?? []) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

interface Damage {
  /** Replaces stored objects by name; undefined removes one. */
  readonly objects?: (stored: Map<string, Buffer | undefined>) => void;
  readonly manifest?: (manifest: Manifest) => Manifest;
  /** Changes the text of the manifest including its hash; undefined stores none. */
  readonly text?: (text: string) => string | undefined;
}

/** Stores a copy of the good backup as another run, with this damage. */
async function storeDamaged({ objects, manifest, text }: Damage): Promise<string> {
  const name = `20990101T0000${String(copies++).padStart(2, "0")}000Z-00000000`;
  const stored = new Map<string, Buffer | undefined>(contents);
  objects?.(stored);
  for (const [object, content] of stored) {
    if (content !== undefined) await store.store.putText(objectKey(name, object), content, "x/y");
  }
  const changed = { ...good, run: name };
  const sealed = sealManifest(manifest?.(changed) ?? changed);
  const final = text === undefined ? sealed : text(sealed);
  if (final !== undefined)
    await store.store.putText(objectKey(name, manifestName), final, "application/json");
  return name;
}

/** Returns all findings of verify as `object: verdict`, except for intact objects. */
async function findingsOf(name: string): Promise<{ findings: string[]; exitCode: number }> {
  const context = commandContext(environment);
  const { exitCode } = await failureOf(verify({ run: name, json: true }, context));
  const [report] = JSON.parse(context.printed.join("")) as RunReport[];
  const findings = (report?.objects ?? [])
    .filter(({ verdict }) => verdict !== "intact")
    .map(({ object, verdict }) => `${object}: ${verdict}`);
  const { manifestIssue } = report ?? {};
  return {
    findings: manifestIssue === undefined ? findings : [manifestIssue.verdict, ...findings],
    exitCode,
  };
}

const never = new AbortController().signal;
const data = "data-001.sql.zst";
const of = (stored: Map<string, Buffer | undefined>, name: string): Buffer => {
  const content = stored.get(name);
  if (content === undefined) throw new Error(`no ${name}`);
  return content;
};
const flipped = (content: Buffer): Buffer => {
  const copy = Buffer.from(content);
  const middle = Math.floor(copy.length / 2);
  copy[middle] = (copy[middle] ?? 0) ^ 1;
  return copy;
};

const damages: Record<string, Damage & { readonly findings: readonly string[] }> = {
  "a flipped bit": {
    objects: (stored) => stored.set(data, flipped(of(stored, data))),
    findings: [`${data}: altered`],
  },
  "a missing object": { objects: (stored) => stored.set(data, undefined), findings: [`${data}: missing`] },
  "a truncated object": {
    objects: (stored) => stored.set(data, of(stored, data).subarray(0, 100)),
    findings: [`${data}: truncated`],
  },
  "an object with additional bytes at its end": {
    objects: (stored) => stored.set(data, Buffer.concat([of(stored, data), Buffer.from("more")])),
    findings: [`${data}: extended`],
  },
  "an emptied object": {
    objects: (stored) => stored.set(data, Buffer.alloc(0)),
    findings: [`${data}: empty`],
  },
  "two swapped objects": {
    objects: (stored) => {
      const [first, second] = [of(stored, data), of(stored, "auth.sql.zst")];
      stored.set(data, second).set("auth.sql.zst", first);
    },
    findings: [`${data}: swapped`, "auth.sql.zst: swapped"],
  },
  "an unknown object": {
    objects: (stored) => stored.set("extra.txt", Buffer.from("?")),
    findings: ["extra.txt: unknown object"],
  },
  "a wrong size in the manifest": {
    manifest: (manifest) => changeObject(manifest, data, { bytes: 1 }),
    findings: [`${data}: wrong size`],
  },
  "a schema that is not an archive": {
    objects: (stored) => stored.set("schema.dump.zst", Buffer.from("no archive")),
    manifest: (manifest) =>
      changeObject(manifest, "schema.dump.zst", describeBytes(Buffer.from("no archive"))),
    findings: ["schema.dump.zst: unreadable"],
  },
  "rows that are not a zstd frame": {
    objects: (stored) => stored.set(data, Buffer.from("no archive")),
    manifest: (manifest) => changeObject(manifest, data, describeBytes(Buffer.from("no archive"))),
    findings: [`${data}: unreadable`],
  },
  "all of these": {
    objects: (stored) =>
      stored
        .set(data, flipped(of(stored, data)))
        .set("auth.sql.zst", undefined)
        .set("schema.dump.zst", of(stored, "schema.dump.zst").subarray(0, 1000)),
    findings: [`${data}: altered`, "auth.sql.zst: missing", "schema.dump.zst: truncated"],
  },
  "a flipped digit in the manifest": {
    text: (text) => text.replace('"rows": 101', '"rows": 100'),
    findings: ["manifest damaged"],
  },
  "a manifest that is cut off": { text: (text) => text.slice(0, 200), findings: ["manifest damaged"] },
  "a manifest of a newer format": {
    text: (text) => text.replace('"formatVersion": 2', '"formatVersion": 3'),
    findings: ["manifest too new"],
  },
  "a manifest of format 1": {
    text: (text) => text.replace('"formatVersion": 2', '"formatVersion": 1'),
    findings: ["manifest too old"],
  },
  "the manifest of another run": {
    manifest: (manifest) => ({ ...manifest, run: good.run }),
    findings: ["manifest misplaced"],
  },
};

function changeObject(
  manifest: Manifest,
  name: string,
  change: { bytes?: number; sha256?: string },
): Manifest {
  return {
    ...manifest,
    objects: manifest.objects.map((object) => (object.name === name ? { ...object, ...change } : object)),
  };
}

function describeBytes(content: Buffer): { bytes: number; sha256: string } {
  return { bytes: content.length, sha256: createHash("sha256").update(content).digest("hex") };
}

describe("the signal that stops a command", () => {
  it.each([
    ["run", async (context: RecordedContext) => void (await run(context))],
    ["verify", async (context: RecordedContext) => void (await verify({ all: true }, context))],
    ["list", async (context: RecordedContext) => void (await list({}, context))],
  ])("has no listener left after %s", async (_, command) => {
    const context = commandContext(environment);
    await command(context);
    // A request removes its listener when its connection is idle, shortly after its response.
    await expect.poll(() => getEventListeners(context.signal, "abort"), { timeout: 10_000 }).toEqual([]);
  });
});

describe("backup verify", () => {
  it("reports nothing for an undamaged copy", async () => {
    const name = await storeDamaged({});
    const [report] = await verify({ run: name }, commandContext(environment));
    expect(report?.objects.map(({ verdict }) => verdict)).toEqual(good.objects.map(() => "intact"));
  });

  it.each(Object.entries(damages))("reports %s", async (_, { findings, ...damage }) => {
    // Another format is not damage: this program cannot check it.
    const exitCode = findings.some((one) => /too (new|old)/.test(one)) ? 6 : 5;
    expect(await findingsOf(await storeDamaged(damage))).toEqual({ findings, exitCode });
  });

  it("does not report an unreadable backup as damaged", async () => {
    const broken = new Error("connection reset");
    const refusing = Object.create(store.store, {
      open: {
        value: async (key: string) => {
          if (key.endsWith(data)) throw broken;
          return await store.store.open(key);
        },
      },
    });
    const context = { store: refusing, tools: await findTools(), depth: "contents", signal: never } as const;
    const report = await inspectRun(good.run, context);
    expect(report.verdict).toBe("could not check");
    expect(report.objects.find(({ object }) => object === data)).toEqual({
      object: data,
      verdict: "could not check",
      detail: "connection reset",
    });
  });

  it("checks the others if one manifest cannot be read", async () => {
    const name = await storeDamaged({ text: () => "{" });
    const listed = await list({}, commandContext(environment));
    expect(listed.find(({ run }) => run === name)?.state).toBe("manifest damaged");
    expect(listed.find(({ run }) => run === good.run)?.state).toBe("complete");
  });
});

describe("backup restore of a damaged backup", () => {
  const into = async (database: string) => {
    const admin = await source.client("supabase_admin");
    await admin.query(`create database ${database} template template0`);
    const url = source.url("supabase_admin", database);
    return { environment: { ...environment, RESTORE_DATABASE_URL: `${url}?sslmode=disable` }, url };
  };
  const namesIn = async (connectionString: string) => {
    const client = new pg.Client({ connectionString });
    await client.connect();
    const { rows } = await client.query(
      "select nspname as name from pg_namespace where nspname !~ '^pg_' and nspname <> 'information_schema' order by 1",
    );
    await client.end();
    return rows.map(({ name }) => name);
  };

  it("detects a flipped bit while loading, and leaves the target unchanged", async () => {
    const name = await storeDamaged({ objects: (stored) => stored.set(data, flipped(of(stored, data))) });
    const target = await into("flipped");
    const { message, exitCode } = await failureOf(restore({ run: name }, commandContext(target.environment)));
    expect(exitCode).toBe(5);
    expect(message).toMatch(/^The backup is damaged: data-001\.sql\.zst: /);
    expect(await namesIn(target.url)).toEqual(["public"]);
  });

  it("reads every byte before it removes anything from the project", async () => {
    const name = await storeDamaged({ objects: (stored) => stored.set(data, flipped(of(stored, data))) });
    const context = commandContext({
      ...environment,
      RESTORE_DATABASE_URL: `${source.url()}?sslmode=disable`,
    });
    const options = { run: name, replace: "postgres", intoSource: "postgres" };
    expect(await failureOf(restore(options, context))).toEqual({ message: `Damaged: ${name}.`, exitCode: 5 });
    expect(context.printed.join("\n")).toContain(`${data}: altered`);
    const { rows } = await (await source.client()).query("select count(*)::int as rows from shop.customers");
    expect(rows).toEqual([{ rows: 101 }]);
  });

  it.each([
    [
      "20200101T000000000Z-00000000",
      "There is no complete backup 20200101T000000000Z-00000000 in the bucket: `backup list --all` lists all runs.",
    ],
    ["2099", '"2099" is not the name of a backup: `backup list` shows them.'],
  ])("refuses the unknown backup %s", async (name, message) => {
    const target = { ...environment, RESTORE_DATABASE_URL: "postgresql://nobody:nothing@127.0.0.1:1/none" };
    expect(await failureOf(restore({ run: name }, commandContext(target)))).toEqual({ message, exitCode: 8 });
  });
});
