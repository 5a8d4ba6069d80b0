import { cp, mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { execa } from "execa";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { checkoutRoot } from "../../../foundation/checkout";
import { ManagementApi } from "../../../foundation/managementApi";
import { localAccessToken, localPaths } from "../../../local/environment";
import { withDatabase } from "../../../local/officialClients/commandLine";
import type { OfficialClients } from "../../../local/officialClients/installation";
import { prepareWorkspace, type Workspace } from "../../../local/officialClients/workspace";
import { type ProjectDatabase, projectDatabase } from "../../../local/projectDatabase";
import { localStack } from "../../../local/stack/stackLocation";
import { generateTypes, withoutPlatformVersion } from "../../../ops/types/generate";
import { type ClientChange, clientChanges, type Undo } from "../../support/drift/clientChanges";
import { clients, reason } from "../../support/officialClients";
import { sliceOf } from "../../support/slice";
import { type CommandResult, createTestStack, onlySql, type TestStack } from "../../support/testStack";
import { cliCommands, commandsIn } from "./commands";
import { McpServer } from "./mcpServer";
import { mcpTools } from "./tools";

// Runs every command of the official CLI and every tool of the official MCP server against a deployed stack.

describe.skipIf(typeof clients === "string")(`the official clients${reason}`, () => {
  const programs = clients as OfficialClients;
  let stack: TestStack;
  let workspace: Workspace;
  let database: ProjectDatabase;

  beforeAll(async () => {
    stack = await createTestStack();
    const up = await stack.pulumi("up", "--yes", "--skip-preview", "-s", "local");
    expect(up.exitCode, up.output).toBe(0);
    const directory = path.join(path.dirname(stack.project), "local");
    const paths = localPaths(stack.project, { THORBIS_LOCAL_DIRECTORY: directory });
    const found = await projectDatabase(localStack(paths), paths.state, stack.services.supabase.endpoint);
    if (found === undefined) throw new Error("The stack has no project.");
    database = found;
    workspace = await prepareWorkspace(paths, stack.services.supabase.endpoint, database);
    // Downloads must not be written to the checkout.
    const functions = path.join(workspace.workdir, "supabase", "functions");
    await rm(functions);
    await cp(path.join(checkoutRoot(), "functions"), functions, { recursive: true });
  });
  afterAll(() => stack?.remove());

  /** Runs a command of the CLI like `npm run supabase`; `+` stands for a space in an argument. */
  async function cli(line: string, input = ""): Promise<CommandResult> {
    const args = line.split(" ").map((arg) => arg.replaceAll("+", " "));
    const result = await execa(
      process.execPath,
      [programs.supabase, "--agent", "no", "--yes", ...withDatabase(args, database.url)],
      { cwd: workspace.workdir, env: workspace.variables, reject: false, all: true, input },
    );
    return { exitCode: result.exitCode ?? -1, output: result.all, stdout: result.stdout };
  }

  /** Calls the Management API below the project's path. */
  async function call(method: string, place: string, body?: object): Promise<unknown> {
    const url = `${stack.services.supabase.endpoint}/v1/projects/${database.projectRef}${place}`;
    const headers = { Authorization: `Bearer ${localAccessToken}`, "Content-Type": "application/json" };
    const answer = await fetch(url, { method, headers, ...(body && { body: JSON.stringify(body) }) });
    return await answer.json();
  }

  /** Waits for a database restart that a setting has caused. */
  async function projectIsActive(): Promise<void> {
    await expect
      .poll(async () => ((await call("GET", "")) as { status: string }).status, { timeout: 60_000 })
      .toBe("ACTIVE_HEALTHY");
  }

  /** Runs statements in a new connection, because settings may restart the database, which ends open connections. */
  async function sql(...statements: readonly string[]): Promise<void> {
    const client = await stack.database();
    for (const statement of statements) await client.query(statement);
    await client.end();
  }

  const refresh = async (...more: string[]) =>
    await stack.pulumi("refresh", "-s", "local", "--preview-only", "--diff", "--expect-no-changes", ...more);

  test("every command of the CLI has an expected outcome, and no outcome is for a removed command", async () => {
    const { stdout } = await execa(process.execPath, [programs.supabase, "--completions", "bash"]);

    const expected = Object.keys(cliCommands).map((name) => name.replaceAll(/[ -]/g, "_"));
    expect(commandsIn(stdout)).toEqual(expected.sort());
  });

  test("the CLI links the project, pulls its whole configuration, and then finds no difference", async () => {
    expect(await cli(`link --project-ref ${database.projectRef}`)).toMatchObject({ exitCode: 0 });
    const pull = await cli("config pull");
    const diff = await cli("config diff");

    expect(pull.output).toMatch(/[1-9]\d* changes written/);
    expect(diff.output).toContain("No config differences found.");
  });

  test("every command line of docs/supabase-cli.md runs", async () => {
    const page = await readFile(path.join(checkoutRoot(), "docs", "supabase-cli.md"), "utf8");
    const lines = [...page.matchAll(/npm run supabase -- ([a-z][^\n`]*)/g)].map(([, line]) => line ?? "");
    expect(lines.length).toBeGreaterThan(9);

    for (const line of lines) {
      const { exitCode, output } = await cli(line.replace("<ref>", database.projectRef));
      expect(exitCode, `${line}: ${output}`).toBe(0);
    }
  });

  test("the types that the API generates are those of functions/_shared/database.types.ts", async () => {
    const file = path.join(checkoutRoot(), "functions", "_shared", "database.types.ts");
    const { endpoint } = stack.services.supabase;
    const api = new ManagementApi({ accessToken: localAccessToken, endpoint, client: "thorbis-types" });

    const types = await generateTypes({ api, path: `/projects/${database.projectRef}` });

    expect(withoutPlatformVersion(types)).toBe(await readFile(file, "utf8"));
  });

  test("refresh names a migration that a colleague pushed; when its file is merged, it is adopted and not run", async () => {
    const version = "20991231235959";
    const home = path.join(stack.project, "sql", "migrations", `${version}_colleague.sql`);
    const away = path.join(path.dirname(stack.project), "colleague.sql");
    await writeFile(home, "create table public.of_a_colleague (id integer primary key);\n");
    const push = await cli("db push");
    expect(push.output, push.output).toContain(`${version}_colleague.sql`);
    expect(push.exitCode).toBe(0);
    await rename(home, away);

    const pushed = await refresh(...onlySql);
    expect(pushed.exitCode, pushed.output).toBe(7);
    expect(pushed.output).toContain(`migration record ${version}: not made by the bundle`);
    expect(pushed.output).toContain("table public.of_a_colleague: not made by the bundle");

    await rename(away, home);
    const preview = await stack.pulumi("preview", "-s", "local", "--diff", ...onlySql);
    expect(preview.exitCode, preview.output).toBe(0);
    const up = await stack.pulumi("up", "--yes", "--skip-preview", "-s", "local", ...onlySql);
    expect(up.exitCode, up.output).toBe(0);
    const adopted = await refresh(...onlySql);
    expect(adopted.exitCode, adopted.output).toBe(0);
    await sql("drop table public.of_a_colleague");
    const isOurs = await refresh(...onlySql);
    expect(isOurs.output).toContain("table public.of_a_colleague");
    expect(isOurs.exitCode).toBe(7);

    // The stack keeps it, like any of its own migrations.
    await sql("create table public.of_a_colleague (id integer primary key)");
  });

  const startMcpServer = () =>
    McpServer.start(programs.mcpServer, database.projectRef, stack.services.supabase.endpoint);

  describe("tools of the MCP server", () => {
    let server: McpServer;
    beforeAll(async () => {
      server = await startMcpServer();
    });
    afterAll(() => server?.stop());

    test("every tool has an expected outcome", async () => {
      const tools = await server.tools();

      expect(tools.map(({ name }) => name).sort()).toEqual(Object.keys(mcpTools).sort());
    });

    test.each(Object.entries(mcpTools))("%s", async (name, { args = {}, says, isError }) => {
      const answer = await server.call(name, args);

      const text = answer.content.map((part) => part.text).join("\n");
      expect(text).toMatch(says);
      expect(answer.isError ?? false).toBe(isError ?? false);
    });

    test("a migration that an agent applied is removed from the history", async () => {
      await sql(
        "drop table public.of_an_agent",
        "delete from supabase_migrations.schema_migrations where name = 'of_an_agent'",
      );
    });
  });

  describe("commands of the CLI", () => {
    let other: string | undefined;
    // Each takes two seconds to start, and all of `inspect db` only read the database.
    const inspections = Object.keys(cliCommands).filter((name) => name.startsWith("inspect db "));
    const inspected = sliceOf(inspections, 5);
    const run = Object.entries(cliCommands).filter(
      ([name, outcome]) =>
        !("notRun" in outcome) && (inspected.includes(name) || !inspections.includes(name)),
    );

    test.each(run)("%s", async (_, outcome) => {
      if ("notRun" in outcome) return;
      const template = "runs" in outcome ? outcome.runs : outcome.refused;
      const line = template.replace("$ref", database.projectRef).replace("$other", other ?? "");
      const { exitCode, output } = await cli(line);

      if (outcome.prints !== undefined) expect(output).toMatch(outcome.prints);
      if ("runs" in outcome) expect(exitCode, output).toBe(0);
      else expect(exitCode, output).not.toBe(0);
      expect(output).not.toContain("Cannot ");
      if (template.startsWith("ssl-enforcement update")) await projectIsActive();
      if (template.startsWith("projects create")) other = /\b[a-z]{20}\b/.exec(output)?.[0];
    });
  });

  test("afterwards, refresh reports the settings that the stack manages: TLS and network restrictions", async () => {
    const { exitCode, output } = await refresh();

    expect(exitCode, output).toBe(7);
    expect(output).toContain("sslEnforcement");
    expect(output).toContain("203.0.113.0/24");
  });

  describe("changes with the official clients", () => {
    const home = () => path.join(stack.project, "sql", "migrations", "99991231235959_pushed.sql");
    const config = () => path.join(workspace.workdir, "supabase", "config.toml");
    const functionsFolder = () => path.join(workspace.workdir, "supabase", "functions");
    let server: McpServer;
    let rootKey: string;
    beforeAll(async () => {
      server = await startMcpServer();
    });
    afterAll(() => server?.stop());

    /** Writes the colleague's additional files, beside the stack's own. */
    async function prepareFolders(): Promise<void> {
      await writeFile(home(), "create table public.pushed (id integer primary key);\n");
      const before = await readFile(config(), "utf8");
      const changed = before.replace("minimum_password_length = 12", "minimum_password_length = 13");
      expect(changed).not.toBe(before);
      await writeFile(config(), changed);
      await mkdir(path.join(functionsFolder(), "colleague"));
      await writeFile(
        path.join(functionsFolder(), "colleague", "index.ts"),
        "Deno.serve(() => new Response('hello'));\n",
      );
    }

    async function make({ by }: ClientChange): Promise<void> {
      if ("cli" in by) {
        const { exitCode, output } = await cli(by.cli, by.input);
        expect(exitCode, `${by.cli}: ${output}`).toBe(0);
        // Some settings restart the database.
        await projectIsActive();
      } else {
        const { content, isError = false } = await server.call(by.tool, by.args);
        expect(isError, `${by.tool}: ${content.map(({ text }) => text).join("\n")}`).toBe(false);
      }
    }

    async function run(step: Undo): Promise<void> {
      if ("sql" in step) await sql(step.sql);
      else if ("cli" in step) {
        const { items = [] } = (await call("GET", "/config/auth/sso/providers")) as {
          items?: { id: string }[];
        };
        const { exitCode, output } = await cli(step.cli.replace("$sso", items[0]?.id ?? ""));
        expect(exitCode, `${step.cli}: ${output}`).toBe(0);
      } else {
        const [method, place, body] = step.call;
        await call(method, place, JSON.parse(JSON.stringify(body).replace("$rootKey", rootKey)));
      }
    }

    test("one refresh reports all of them, and up stops at the pushed migrations", async () => {
      rootKey = ((await call("GET", "/pgsodium")) as { root_key: string }).root_key;
      await prepareFolders();
      for (const change of clientChanges) {
        if (change.before !== undefined) await run(change.before);
        await make(change);
      }
      await rm(home());

      const { exitCode, output } = await refresh();
      const up = await stack.pulumi("up", "--yes", "--skip-preview", "-s", "local");

      expect(exitCode, output).toBe(7);
      const unreported = clientChanges.flatMap(({ name, reports }) =>
        reports.filter((text) => !output.includes(text)).map((text) => `${name}: ${text}`),
      );
      expect(unreported, output).toEqual([]);
      expect(up.exitCode).toBe(1);
      expect(up.output).toContain("99991231235959");
    });

    test("without the pushed migrations, up sends the stack's values and names the entry that accepts each other change", async () => {
      for (const { up, undo = [] } of clientChanges)
        if (up === "stops" || up === "leaves it") for (const step of undo) await run(step);

      const up = await stack.pulumi("up", "--yes", "--skip-preview", "-s", "local");
      expect(up.exitCode, up.output).toBe(0);
      const left = await refresh();

      const named = clientChanges.filter((change) => change.up === "names the entry of `project.accept`");
      for (const { reports } of named)
        for (const text of reports) {
          const [identity = text] = text.split(": ");
          expect(up.output).toContain(`project.accept: ${identity} @ `);
          expect(left.output).toContain(text);
        }
      for (const { reports } of clientChanges.filter((change) => change.up === "sends the stack's value"))
        for (const text of reports) expect(left.output).not.toContain(text);
      for (const { undo = [] } of named) for (const step of undo) await run(step);
      const after = await refresh();
      // The API and the CLI cannot revert these: a setting remains, and a repaired record has the CLI's statements.
      expect(after.output.match(/^ {2}(opens|changes|extra) .*$/gm), after.output).toEqual([
        expect.stringContaining("database setting statement_timeout"),
        expect.stringContaining("migration record 20261122100000, content"),
      ]);
    });
  });
});
