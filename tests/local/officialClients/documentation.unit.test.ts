import { readFileSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import { checkoutRoot } from "../../../foundation/checkout";
import { clientChanges, commandOf } from "../../support/drift/clientChanges";
import { projectChanges } from "../../support/drift/projectChanges";
import { cliCommands, type Outcome } from "./commands";
import { mcpTools } from "./tools";

const page = readFileSync(path.join(checkoutRoot(), "docs", "supabase-cli.md"), "utf8");

/** Returns the command of a command line. */
function cliCommandOf(line: string): string | undefined {
  const names = Object.keys(cliCommands).filter((name) => line === name || line.startsWith(`${name} `));
  return names.sort((a, b) => b.length - a.length)[0];
}

const tools = ["apply_migration", "execute_sql", "deploy_edge_function", "update_storage_config"];

const isRun = (outcome: Outcome | undefined) => outcome !== undefined && !("notRun" in outcome);

test("a test runs every command that the page contains", () => {
  const lines = [...page.matchAll(/npm run supabase -- ([a-z][^\n`]*)/g)].map(([, line]) => line ?? "");
  expect(lines.length).toBeGreaterThan(9);

  for (const line of lines) expect(isRun(cliCommands[cliCommandOf(line) ?? ""]), line).toBe(true);
});

test("every command and tool that is reported according to the page has a row in docs/drift.md", () => {
  const table = page.split("\n").filter((line) => line.startsWith("| `"));
  const names = table.flatMap((row) => [...(row.split("|")[1] ?? "").matchAll(/`([a-z-]+ [a-z-]+)`/g)]);
  expect(names.length).toBeGreaterThan(10);

  const rows = [...clientChanges.map(commandOf), ...projectChanges.map(({ name }) => name)].join("\n");
  for (const [, name = ""] of names) {
    expect(Object.keys(cliCommands)).toContain(name);
    expect(rows).toContain(`supabase ${name}`);
  }
  for (const name of tools) expect(rows).toContain(`MCP ${name} `);
});

test("every tool that the page names exists", () => {
  for (const name of tools) {
    expect(page).toContain(`\`${name}\``);
    expect(Object.keys(mcpTools)).toContain(name);
  }
});
