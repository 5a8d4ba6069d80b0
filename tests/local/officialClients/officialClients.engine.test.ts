import { cp, readFile, rename, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { execa } from "execa";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { checkoutRoot } from "../../../foundation/checkout";
import { describeError } from "../../../foundation/userError";
import { localAccessToken, localPaths } from "../../../local/environment";
import { withDatabase } from "../../../local/officialClients/commandLine";
import { ensureOfficialClients, type OfficialClients } from "../../../local/officialClients/installation";
import { prepareWorkspace, type Workspace } from "../../../local/officialClients/workspace";
import { type ProjectDatabase, projectDatabase } from "../../../local/projectDatabase";
import { localStack } from "../../../local/stack/stackLocation";
import { type CommandResult, createTestStack, type TestStack } from "../../support/testStack";
import { cliCommands, commandsIn } from "./commands";
import { McpServer } from "./mcpServer";
import { mcpTools } from "./tools";

// The real CLI and the real MCP server, against a deployed stack: every command and tool that there is.
const clients: OfficialClients | string = await ensureOfficialClients((line) => console.log(line)).catch(
  (error: unknown) => describeError(error),
);
const reason = typeof clients === "string" ? ` (skipped: ${clients})` : "";

interface Finding {
  readonly name: string;
  readonly level: "ERROR" | "WARN" | "INFO";
  readonly metadata: { readonly name: string };
}

/** The linter's informations that the stack has and keeps: the tables that each may be of, and why. */
const acceptedFindings: Readonly<Record<string, { readonly of: RegExp; readonly reason: string }>> = {
  unused_index: { of: /^[a-z0-9_]+$/, reason: "A test database answers too few queries to use every index." },
  rls_enabled_no_policy: {
    of: /_(\d{4}_\d{2}|default)$/,
    reason: "A partition is read through its parent, which has the policies; read directly it shows nothing.",
  },
  no_primary_key: {
    of: /^ddl_log(_\d{4}_\d{2}|_default)?$/,
    reason: "No constraint may refuse an entry of the log: it would fail the statement that is logged.",
  },
};

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
    // Downloads must not land in the checkout.
    const functions = path.join(workspace.workdir, "supabase", "functions");
    await rm(functions);
    await cp(path.join(checkoutRoot(), "functions"), functions, { recursive: true });
  });
  afterAll(() => stack?.remove());

  /** Runs a command of the CLI as `npm run supabase` does; `+` stands for a blank in an argument. */
  async function cli(line: string): Promise<CommandResult> {
    const args = line.split(" ").map((arg) => arg.replaceAll("+", " "));
    const result = await execa(
      process.execPath,
      [programs.supabase, "--agent", "no", "--yes", ...withDatabase(args, database.url)],
      { cwd: workspace.workdir, env: workspace.variables, reject: false, all: true, stdin: "ignore" },
    );
    return { exitCode: result.exitCode ?? -1, output: result.all, stdout: result.stdout };
  }

  /** Waits for a restart of the database that a setting has caused. */
  async function projectIsActive(): Promise<void> {
    const headers = { Authorization: `Bearer ${localAccessToken}` };
    const url = `${stack.services.supabase.endpoint}/v1/projects/${database.projectRef}`;
    await expect
      .poll(async () => ((await (await fetch(url, { headers })).json()) as { status: string }).status, {
        timeout: 60_000,
      })
      .toBe("ACTIVE_HEALTHY");
  }

  /** Runs statements in a connection of their own: a setting restarts the database, which ends open connections. */
  async function sql(...statements: readonly string[]): Promise<void> {
    const client = await stack.database();
    for (const statement of statements) await client.query(statement);
    await client.end();
  }

  const refresh = async () =>
    await stack.pulumi("refresh", "-s", "local", "--preview-only", "--diff", "--expect-no-changes");

  test("every command of the CLI has an expected outcome, and no outcome is of a command that is gone", async () => {
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

  test("a key that `config push` changes is named by refresh, and the next up puts it right", async () => {
    const file = path.join(workspace.workdir, "supabase", "config.toml");
    const before = await readFile(file, "utf8");
    const changed = before.replace("minimum_password_length = 12", "minimum_password_length = 13");
    expect(changed).not.toBe(before);
    await writeFile(file, changed);

    const push = await cli("config push");
    expect(push.exitCode, push.output).toBe(0);
    await writeFile(file, before);

    const { exitCode, output } = await refresh();
    expect(exitCode, output).toBe(7);
    expect(output).toContain("password_min_length");
    const up = await stack.pulumi("up", "--yes", "--skip-preview", "-s", "local");
    expect(up.exitCode, up.output).toBe(0);
    const after = await refresh();
    expect(after.exitCode, after.output).toBe(0);
  });

  test("a migration that a colleague pushed is named by refresh, and comes home with its file: it is adopted, not run", async () => {
    const version = "20991231235959";
    const home = path.join(stack.project, "sql", "migrations", `${version}_colleague.sql`);
    const away = path.join(path.dirname(stack.project), "colleague.sql");
    await writeFile(home, "create table public.of_a_colleague (id integer primary key);\n");
    const push = await cli("db push");
    expect(push.output, push.output).toContain(`${version}_colleague.sql`);
    expect(push.exitCode).toBe(0);
    await rename(home, away);

    const pushed = await refresh();
    expect(pushed.exitCode, pushed.output).toBe(7);
    expect(pushed.output).toContain(`migration record ${version}: not made by the bundle`);
    expect(pushed.output).toContain("table public.of_a_colleague: not made by the bundle");

    await rename(away, home);
    const preview = await stack.pulumi("preview", "-s", "local", "--diff");
    expect(preview.exitCode, preview.output).toBe(0);
    const up = await stack.pulumi("up", "--yes", "--skip-preview", "-s", "local");
    expect(up.exitCode, up.output).toBe(0);
    const adopted = await refresh();
    expect(adopted.exitCode, adopted.output).toBe(0);
    await sql("drop table public.of_a_colleague");
    const isOurs = await refresh();
    expect(isOurs.output).toContain("table public.of_a_colleague");
    expect(isOurs.exitCode).toBe(7);

    // The file goes again: its record too, as a deployment of a checkout without it would be refused.
    await rm(home);
    await sql(`delete from supabase_migrations.schema_migrations where version = '${version}'`);
    await sql(`delete from supabase_migrations.bundle_files where path like '%${version}%'`);
  });

  describe("Supabase's advisors", () => {
    const findings = async (): Promise<Finding[]> => {
      const { exitCode, stdout, output } = await cli("db advisors --level info --fail-on none -o json");
      expect(exitCode, output).toBe(0);
      return JSON.parse(stdout) as Finding[];
    };

    test("find no error and no warning, and each information is accepted with a reason", async () => {
      const found = await findings();

      expect(found.filter(({ level }) => level !== "INFO")).toEqual([]);
      const unaccepted = found.filter(
        ({ name, metadata }) => !acceptedFindings[name]?.of.test(metadata.name),
      );
      expect(unaccepted).toEqual([]);
      expect(new Set(found.map(({ name }) => name))).toEqual(new Set(Object.keys(acceptedFindings)));
    });

    test("find a view that shows anybody the users", async () => {
      await sql(
        "create view public.everybody as select * from auth.users",
        "grant select on public.everybody to anon",
      );

      const found = await findings();
      await sql("drop view public.everybody");

      const errors = found.filter(({ level }) => level === "ERROR").map(({ name }) => name);
      expect(errors.sort()).toEqual(["auth_users_exposed", "security_definer_view"]);
    });
  });

  describe("tools of the MCP server", () => {
    let server: McpServer;
    beforeAll(async () => {
      server = await McpServer.start(
        programs.mcpServer,
        database.projectRef,
        stack.services.supabase.endpoint,
      );
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

    test("what an agent applied is reverted from the history", async () => {
      await sql(
        "drop table public.of_an_agent",
        "delete from supabase_migrations.schema_migrations where name = 'of_an_agent'",
      );
    });
  });

  describe("commands of the CLI", () => {
    let other: string | undefined;
    const run = Object.entries(cliCommands).filter(([, outcome]) => !("notRun" in outcome));

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

  test("afterwards refresh names what the stack owns: TLS and network restrictions", async () => {
    const { exitCode, output } = await refresh();

    expect(exitCode, output).toBe(7);
    expect(output).toContain("sslEnforcement");
    expect(output).toContain("203.0.113.0/24");
  });
});
