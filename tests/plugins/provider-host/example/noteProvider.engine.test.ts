import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createPluginProject, type PluginProject } from "../pluginProject";

// The provider in the README of the host, through a resource's whole lifecycle on the real engine.

const program = `
const pulumi = require("@pulumi/pulumi");
new pulumi.CustomResource(
  "note:index:Note",
  "first",
  { path: process.env.NOTE, text: process.env.TEXT },
  { version: "1.0.0" },
);
`;

let project: PluginProject;
let note: string;

beforeAll(async () => {
  project = await createPluginProject({
    plugin: "note",
    entryPoint: path.join(import.meta.dirname, "noteProvider.ts"),
    program,
    environment: (folder) => {
      note = path.join(folder, "note.txt");
      return { NOTE: note, TEXT: "hello" };
    },
  });
});
afterAll(() => project?.remove());

const up = (more?: NodeJS.ProcessEnv) => project.pulumi(["up", "--yes", "--skip-preview"], more);

test("an invalid input is refused with the property and the reason", async () => {
  const { code, output } = await up({ TEXT: "" });

  expect(code).not.toBe(0);
  expect(output).toContain("must not be empty");
  expect(existsSync(note)).toBe(false);
});

test("a preview writes nothing, and up does", async () => {
  const preview = await project.pulumi(["preview"]);
  expect(preview, preview.output).toMatchObject({ code: 0 });
  expect(existsSync(note)).toBe(false);

  const deployment = await up();

  expect(deployment, deployment.output).toMatchObject({ code: 0 });
  expect(readFileSync(note, "utf8")).toBe("hello");
});

test("a changed text is an update, and a manual change is drift that the next up repairs", async () => {
  expect(await up({ TEXT: "changed" })).toMatchObject({ code: 0 });
  expect(readFileSync(note, "utf8")).toBe("changed");
  writeFileSync(note, "by hand");

  const refresh = await project.pulumi(["refresh", "--preview-only", "--expect-no-changes"]);
  const repair = await project.pulumi(["up", "--yes", "--skip-preview", "--refresh"], { TEXT: "changed" });

  expect(refresh.code).not.toBe(0);
  expect(repair, repair.output).toMatchObject({ code: 0 });
  expect(readFileSync(note, "utf8")).toBe("changed");
});

test("a manually deleted note is created again", async () => {
  rmSync(note);

  const repair = await project.pulumi(["up", "--yes", "--skip-preview", "--refresh"]);

  expect(repair, repair.output).toMatchObject({ code: 0 });
  expect(readFileSync(note, "utf8")).toBe("hello");
});

test("destroy deletes it", async () => {
  const destroy = await project.pulumi(["destroy", "--yes", "--skip-preview"]);

  expect(destroy, destroy.output).toMatchObject({ code: 0 });
  expect(existsSync(note)).toBe(false);
});
