import { createHash } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { reveal, Secret } from "../../../plugins/provider-host/values";
import { calls, emulator, ref, refreshed, serveToThisFile } from "./served";
import { changes, check, create, refresh, remove, update } from "./support";

serveToThisFile();

let folder: string;

beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), "functions-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

describe("an edge function", () => {
  const type = "supabase:index/edgeFunction:EdgeFunction";
  const entrypoint = () => path.join(folder, "index.ts");
  beforeEach(() => writeFileSync(entrypoint(), "export const version = 1"));

  test("is deployed from its entry point only, under its own name", async () => {
    const deployed = await create(type, {
      projectRef: ref,
      slug: "hook",
      name: "hook",
      entrypoint: entrypoint(),
    });

    expect(calls()).toEqual([
      "POST /projects/{ref}/functions/deploy?slug=hook",
      "GET /projects/{ref}/functions/hook",
    ]);
    expect(deployed.outputs).toMatchObject({
      version: 1,
      status: "ACTIVE",
      localChecksum: expect.stringMatching(/^[0-9a-f]{64}$/),
    });
    expect(await changes(deployed)).toEqual({});
  });

  test("is deployed again when the file's content changes and its path does not", async () => {
    const deployed = await create(type, {
      projectRef: ref,
      slug: "hook",
      name: "hook",
      entrypoint: entrypoint(),
    });
    writeFileSync(entrypoint(), "export const version = 2");

    expect(await changes(deployed)).toEqual({ localChecksum: "update" });
    const again = await update(deployed);

    expect(again.outputs.version).toBe(2);
    expect(await changes(again)).toEqual({});
  });

  test("is not reported after a manual deployment, because the provider does not check it", async () => {
    const deployed = await create(type, {
      projectRef: ref,
      slug: "hook",
      name: "hook",
      entrypoint: entrypoint(),
    });
    const form = new FormData();
    form.append("metadata", JSON.stringify({ entrypoint_path: "x.ts", name: "hook" }));
    form.append("file", new File(["export const byHand = true;"], "x.ts"));
    await emulator.call("POST", `/projects/${ref}/functions/deploy?slug=hook`, form);

    const found = await refreshed(deployed);

    expect(found.outputs.version).toBe(2);
    expect(await changes(found)).toEqual({});
  });

  test("is removed from the state by a refresh after a manual deletion", async () => {
    const deployed = await create(type, {
      projectRef: ref,
      slug: "hook",
      name: "hook",
      entrypoint: entrypoint(),
    });
    await emulator.call("DELETE", `/projects/${ref}/functions/hook`);

    expect(await refresh(deployed)).toBeUndefined();
    await expect(remove(deployed)).resolves.toBeUndefined();
  });

  test("is replaced under another slug or project", async () => {
    const deployed = await create(type, {
      projectRef: ref,
      slug: "hook",
      name: "hook",
      entrypoint: entrypoint(),
    });

    expect(await changes(deployed, { slug: "other", projectRef: "other" })).toEqual({
      slug: "update-replace",
      projectRef: "update-replace",
    });
  });

  test("whose entry point does not exist is refused", async () => {
    const { failures } = await check(type, {
      projectRef: ref,
      slug: "hook",
      entrypoint: "/nowhere/index.ts",
    });

    expect(failures).toEqual([{ property: "entrypoint", reason: "names a file that does not exist" }]);
  });

  test("includes static files by pattern, without folders", async () => {
    writeFileSync(path.join(folder, "b.html"), "b");
    writeFileSync(path.join(folder, "a.html"), "a");

    await create(type, {
      projectRef: ref,
      slug: "pages",
      name: "pages",
      entrypoint: entrypoint(),
      staticFiles: [path.join(folder, "*.html")],
    });

    const body = await emulator.call("GET", `/projects/${ref}/functions/pages/body`);
    expect([...body.text.matchAll(/filename="([^"]*)"/g)].map(([, name]) => name)).toEqual([
      "index.ts",
      path.join(folder, "a.html"),
      path.join(folder, "b.html"),
    ]);
  });
});

describe("the secrets of edge functions", () => {
  const type = "supabase:index/edgeFunctionSecrets:EdgeFunctionSecrets";
  const secrets = (...pairs: [string, string][]) =>
    new Secret(pairs.map(([name, value]) => ({ name, value })));

  test("stay secret, with known digests", async () => {
    const made = await create(type, { projectRef: ref, secrets: secrets(["A", "canary"]) });

    expect(made.outputs.secrets).toBeInstanceOf(Secret);
    expect(JSON.stringify(made.outputs)).not.toContain("canary");
    expect(made.outputs.secretDigests).toEqual({ A: createHash("sha256").update("canary").digest("hex") });
    expect(await changes(made)).toEqual({});
  });

  test("are reset after manual changes and removals; an added one is ignored", async () => {
    const made = await create(type, { projectRef: ref, secrets: secrets(["A", "1"], ["B", "2"]) });
    await emulator.call("POST", `/projects/${ref}/secrets`, [
      { name: "A", value: "by hand" },
      { name: "C", value: "new" },
    ]);
    await emulator.call("DELETE", `/projects/${ref}/secrets`, ["B"]);

    const drifted = await refreshed(made);
    const found = Object.keys(await changes(drifted));
    const repaired = await update(drifted);

    expect(reveal(drifted.outputs.secrets ?? null)).toEqual([{ name: "A", value: null }]);
    expect(found.some((name) => name.startsWith("secrets"))).toBe(true);
    expect(await changes(await refreshed(repaired))).toEqual({});
    const { json } = await emulator.call("GET", `/projects/${ref}/secrets`);
    expect(json.map(({ name }: { name: string }) => name)).toEqual(["A", "B", "C"]);
  });

  test("in another order are not a change", async () => {
    const made = await create(type, { projectRef: ref, secrets: secrets(["A", "1"], ["B", "2"]) });

    expect(await changes(made, { secrets: secrets(["B", "2"], ["A", "1"]) })).toEqual({});
  });

  test("that are no longer declared are removed", async () => {
    const made = await create(type, { projectRef: ref, secrets: secrets(["A", "1"], ["B", "2"]) });
    emulator.calls.length = 0;

    await update(made, { secrets: secrets(["A", "1"]) });

    expect(calls()).toEqual([
      "POST /projects/{ref}/secrets",
      "DELETE /projects/{ref}/secrets",
      "GET /projects/{ref}/secrets",
    ]);
    const { json } = await emulator.call("GET", `/projects/${ref}/secrets`);
    expect(json.map(({ name }: { name: string }) => name)).toEqual(["A"]);
  });

  test("with a reserved name are refused", async () => {
    const { failures } = await check(type, { projectRef: ref, secrets: secrets(["SUPABASE_URL", "x"]) });

    expect(failures).toEqual([
      { property: "secrets", reason: "has SUPABASE_URL: names that begin with SUPABASE_ are reserved" },
    ]);
  });
});
