import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { afterAll, beforeEach, expect, test } from "vitest";
import { refuseIncompleteStates } from "../../../local/plugins/handover";

const stacks = mkdtempSync(path.join(os.tmpdir(), "handover-"));
afterAll(() => rmSync(stacks, { recursive: true }));

const project = { type: "supabase:index/project:Project", id: "abcdefghijklmnopqrst" };
const queue = { type: "aws:sqs/queue:Queue", id: "https://sqs/1/dead" };
const role = { type: "postgresql:index/role:Role", id: "backup" };
const whole = (resource: { id: string }) => ({ ...resource, outputs: { id: resource.id } });

function write(stack: string, resources: object[] | null): void {
  const text = JSON.stringify({ version: 3, checkpoint: { latest: { resources } } });
  writeFileSync(path.join(stacks, `${stack}.json`), text);
}

beforeEach(() => {
  write("local", null);
  write("like-dev", null);
});

test.each([
  ["a project", project],
  ["a queue", queue],
  ["a role", role],
])("the official plugins are refused if %s lacks the copy of its id", async (_what, resource) => {
  write("local", [{ ...resource, outputs: { name: "x" } }]);
  await expect(refuseIncompleteStates(stacks)).rejects.toThrow(
    "The state of stack local was written by an earlier version of this repository, and the official plugins cannot find its resources: run `npm start` without --official-plugins once for each, which completes the state, then this command again.",
  );
});

test("every stack of the machine is checked, because the choice applies to all of them", async () => {
  write("local", [project]);
  write("like-dev", [{ ...project, outputs: { id: "<nil>" } }]);
  await expect(refuseIncompleteStates(stacks)).rejects.toThrow("stack like-dev and stack local");
});

test("complete states, resources of our own plugin, components and providers pass", async () => {
  write("local", [
    whole(project),
    whole(queue),
    whole(role),
    { type: "supabasex:index:SqlBundle", id: "sql", outputs: {} },
    { type: "thorbis:index:SupabaseProject" },
    { type: "pulumi:providers:postgresql", id: "0f", outputs: {} },
  ]);
  await expect(refuseIncompleteStates(stacks)).resolves.toBeUndefined();
});

test("before the first deployment nothing is refused", async () => {
  await expect(refuseIncompleteStates(path.join(stacks, "none"))).resolves.toBeUndefined();
});
