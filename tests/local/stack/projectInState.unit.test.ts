import { expect, test } from "vitest";
import { projectInState, projectRefInState } from "../../../local/stack/projectInState";

const project = { type: "supabase:index/project:Project", urn: "urn:project", id: "abc" };
const settings = { type: "supabasex:index:PlatformSettings", urn: "urn:settings", id: "abc" };
const stateWith = (resources: object[] | null) => JSON.stringify({ checkpoint: { latest: { resources } } });

test("finds the project of a stack, and how to resume it", () => {
  expect(
    projectInState(stateWith([{ type: "pulumi:pulumi:Stack", urn: "urn:stack" }, project, settings])),
  ).toEqual({
    ref: "abc",
    urn: "urn:project",
    platformSettingsUrn: "urn:settings",
  });
});

test.each([
  ["nothing", null],
  ["no project", [settings]],
  ["a project without settings", [project]],
])("a state with %s has no project to resume", (_, resources) => {
  expect(projectInState(stateWith(resources))).toBeUndefined();
});

test("the ref of a project is known before its settings exist, and unknown while it is being created", () => {
  expect(projectRefInState(stateWith([project]))).toBe("abc");
  expect(projectRefInState(stateWith([{ ...project, id: undefined }]))).toBeUndefined();
  expect(projectRefInState(stateWith(null))).toBeUndefined();
});
