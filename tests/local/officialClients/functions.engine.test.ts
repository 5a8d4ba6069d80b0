import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { execa } from "execa";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { localPaths } from "../../../local/environment";
import { prepareWorkspace } from "../../../local/officialClients/workspace";
import { type ServedEmulator, servedEmulator } from "../../emulators/managementApi/server";
import { accessToken } from "../../emulators/managementApi/support";
import { clients, reason } from "../../support/officialClients";

// Runs `supabase functions` of the official CLI against the Management API only, because functions need no database.

/** A project's functions: one imports a shared module, one has its own import map, one reads a file. */
const sources: Readonly<Record<string, string>> = {
  "_shared/cors.ts":
    'import { anybody } from "./origins/anybody.ts";\nexport const headers = { "Access-Control-Allow-Origin": anybody };\n',
  "_shared/origins/anybody.ts": 'export const anybody = "*";\n',
  "hello/index.ts":
    'import { headers } from "../_shared/cors.ts";\nDeno.serve(() => new Response("hello", { headers }));\n',
  "mapped/deno.json": '{ "imports": { "shared/": "../_shared/", "zod": "npm:zod@4" } }\n',
  "mapped/index.ts":
    'import { headers } from "shared/cors.ts";\nimport { z } from "zod";\nimport { text } from "./lib/text.ts";\nDeno.serve(() => new Response(z.string().parse(text), { headers }));\n',
  "mapped/lib/text.ts": 'export const text = "mapped";\n',
  "page/index.ts": 'Deno.serve(async () => new Response(await Deno.readTextFile("./page.html")));\n',
  "page/page.html": "<p>hello</p>\n",
};
const configuration = `project_id = "functions"

[functions.page]
static_files = ["./functions/page/*.html"]
verify_jwt = false
`;

describe.skipIf(typeof clients === "string")(`functions of the CLI${reason}`, () => {
  let emulator: ServedEmulator;
  let folder: string;
  let project: string;
  let ref: string;

  beforeAll(async () => {
    emulator = await servedEmulator();
  });
  afterAll(async () => await emulator.close());
  beforeEach(async () => {
    ref = await emulator.project();
    folder = mkdtempSync(path.join(tmpdir(), "functions of the cli "));
    project = path.join(folder, "project");
    for (const [name, text] of Object.entries(sources)) write(name, text);
    writeFileSync(path.join(project, "supabase", "config.toml"), configuration);
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  function write(name: string, text: string): void {
    const file = path.join(project, "supabase", "functions", name);
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, text);
  }

  async function functions(line: string, workdir = project) {
    if (typeof clients === "string") throw new Error(clients);
    const { variables } = await prepareWorkspace(
      localPaths(path.join(folder, "checkout"), {}),
      emulator.endpoint,
      undefined,
    );
    const args = ["functions", ...line.split(" "), "--project-ref", ref, "--agent", "no", "--yes"];
    const env = { ...variables, SUPABASE_ACCESS_TOKEN: accessToken, SUPABASE_WORKDIR: workdir };
    const result = await execa(process.execPath, [clients.supabase, ...args], {
      ...{ cwd: workdir, env, reject: false, all: true, stdin: "ignore" },
    });
    return { exitCode: result.exitCode, output: result.all };
  }

  /** Returns the functions in the API's list, by slug. */
  async function deployed(): Promise<
    Record<string, { verify_jwt: boolean; version: number; import_map: boolean }>
  > {
    const { json } = await emulator.call("GET", `/projects/${ref}/functions`);
    return Object.fromEntries(
      json.map(({ slug, verify_jwt, version, import_map }: Record<string, unknown>) => [
        slug,
        { verify_jwt, version, import_map },
      ]),
    );
  }

  /** Returns all files of a download, by path below `functions`. */
  function filesIn(workdir: string): Record<string, string> {
    const root = path.join(workdir, "supabase", "functions");
    const names = readdirSync(root, { recursive: true, withFileTypes: true }).filter((entry) =>
      entry.isFile(),
    );
    return Object.fromEntries(
      names.map((entry) => {
        const file = path.join(entry.parentPath, entry.name);
        return [path.relative(root, file), readFileSync(file, "utf8")];
      }),
    );
  }

  test("all functions are deployed at once, and a download returns every file", async () => {
    const deploy = await functions("deploy --use-api");
    const away = path.join(folder, "away");
    mkdirSync(path.join(away, "supabase"), { recursive: true });
    const download = await functions("download --use-api", away);

    expect(deploy.output).toContain("hello, mapped, page");
    expect(deploy.exitCode, deploy.output).toBe(0);
    expect(await deployed()).toEqual({
      hello: { verify_jwt: true, version: 1, import_map: false },
      mapped: { verify_jwt: true, version: 1, import_map: true },
      page: { verify_jwt: false, version: 1, import_map: false },
    });
    expect(download.exitCode, download.output).toBe(0);
    expect(filesIn(away)).toEqual(sources);
  });

  test("a single function is deployed with --no-verify-jwt and another import map, and downloaded", async () => {
    await functions("deploy --use-api");

    const open = await functions("deploy hello --use-api --no-verify-jwt");
    expect(open.exitCode, open.output).toBe(0);
    expect((await deployed()).hello).toEqual({ verify_jwt: false, version: 2, import_map: false });

    const map = path.join(project, "supabase", "functions", "mapped", "deno.json");
    const mapped = await functions(`deploy hello --use-api --import-map ${path.relative(project, map)}`);
    expect(mapped.exitCode, mapped.output).toBe(0);
    expect((await deployed()).hello).toMatchObject({ version: 3, import_map: true });

    const away = path.join(folder, "away");
    mkdirSync(path.join(away, "supabase"), { recursive: true });
    const download = await functions("download page --use-api", away);
    expect(download.exitCode, download.output).toBe(0);
    expect(Object.keys(filesIn(away)).sort()).toEqual(["page/index.ts", "page/page.html"]);
  });

  test("--prune deletes only functions that the folder no longer has", async () => {
    await functions("deploy --use-api");
    rmSync(path.join(project, "supabase", "functions", "hello"), { recursive: true });

    const pruned = await functions("deploy --use-api --prune");

    expect(pruned.exitCode, pruned.output).toBe(0);
    expect(Object.keys(await deployed())).toEqual(["mapped", "page"]);
  });

  test("a function that cannot be bundled fails the deployment and is not changed", async () => {
    await functions("deploy --use-api");
    write(
      "mapped/index.ts",
      'import { gone } from "./lib/gone.ts";\nDeno.serve(() => new Response(gone));\n',
    );

    const failed = await functions("deploy --use-api");

    expect(failed.exitCode).toBe(1);
    expect(failed.output).toMatch(
      /400.*Failed to bundle the function \(reason: Module not found .*lib\/gone\.ts/,
    );
    expect((await deployed()).mapped?.version).toBe(1);
  });

  test.each([
    ["deploy gone --use-api", /400.*Failed to bundle the function/],
    ["download gone --use-api", /404.*Function not found/],
    ["delete gone", /gone does not exist on the Supabase project/],
  ])("functions %s: hosted's own error", async (line, message) => {
    const { exitCode, output } = await functions(line);

    expect(output).toMatch(message);
    expect(exitCode).toBe(1);
  });
});
