import { setTimeout as wait } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { JsonObject } from "../../foundation/json";
import { type Clouds, connectClouds } from "../support/clouds";
import { createTestStack, type TestStack } from "../support/testStack";

// A whole project is paused and then deleted at the API. The provider detects neither (after a 404 its state is unchanged),
// and the database cannot be read: one sentence has to say why, and what to do.
let stack: TestStack;
let clouds: Clouds;

beforeAll(async () => {
  stack = await createTestStack();
  const deployed = await stack.pulumi("up", "--yes", "--skip-preview");
  expect(deployed.exitCode, deployed.output).toBe(0);
  clouds = connectClouds(stack.services);
});

afterAll(async () => {
  await stack?.remove();
});

const refresh = async (...more: string[]) =>
  await stack.pulumi("refresh", "--preview-only", "--expect-no-changes", "--diff", ...more);

const projectRef = async () => (await stack.pulumi("stack", "output", "projectRef")).stdout.trim();

async function projects(): Promise<{ id: unknown; status: unknown }[]> {
  const found = (await clouds.supabase("GET", "/projects")) as JsonObject[];
  return found.map(({ id, status }) => ({ id, status }));
}

/** Returns the command in the sentence about the project. */
function commandIn(output: string): string[] {
  const command = /^.*warning: Project \w+ .*`pulumi (up [^`]+)`/m.exec(output)?.[1];
  if (command === undefined) throw new Error(`no command in ${output}`);
  return [...command.replaceAll("'", "").split(" "), "--yes", "--skip-preview"];
}

test("a paused project is reported with the command that resumes it, and runs afterwards", async () => {
  const ref = await projectRef();
  await clouds.supabase("POST", `/projects/${ref}/pause`);
  while ((await projects())[0]?.status !== "INACTIVE") await wait(20);

  const everything = await refresh();
  const itself = await refresh("--target", "**::supabase-platform-settings");

  expect(everything.exitCode).toBe(1);
  expect(everything.output).toContain(`Project ${ref} is paused (its status is INACTIVE)`);
  expect(itself.exitCode, itself.output).toBe(7);
  expect(itself.output).toContain('~ status: "ACTIVE_HEALTHY" => "INACTIVE"');

  const woken = await stack.pulumi(...commandIn(everything.output));

  expect(woken.exitCode, woken.output).toBe(0);
  expect(await projects()).toEqual([{ id: ref, status: "ACTIVE_HEALTHY" }]);
  const settled = await refresh();
  expect(settled.exitCode, settled.output).toBe(0);
});

test("a deleted project is reported with the command that creates a new one, which has everything except the data", async () => {
  const ref = await projectRef();
  await clouds.supabase("DELETE", `/projects/${ref}`);

  const everything = await refresh();
  const itself = await refresh("--target", "**::supabase-platform-settings");

  expect(everything.exitCode).toBe(1);
  expect(everything.output).toContain(`Project ${ref} does not exist any more`);
  expect(itself.exitCode, itself.output).toBe(7);
  expect(itself.output).toContain('~ status: "ACTIVE_HEALTHY" => "REMOVED"');

  const made = await stack.pulumi(...commandIn(everything.output));

  expect(made.exitCode, made.output).toBe(0);
  const another = await projectRef();
  expect(another).not.toBe(ref);
  expect(await projects()).toEqual([{ id: another, status: "ACTIVE_HEALTHY" }]);
  const settled = await refresh();
  expect(settled.exitCode, settled.output).toBe(0);
});
