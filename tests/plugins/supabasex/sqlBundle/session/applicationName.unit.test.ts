import { expect, test } from "vitest";
import {
  applicationName,
  stackOf,
} from "../../../../../plugins/supabasex/provider/sqlBundle/session/applicationName";

test("the application name contains bundle, stack, commit and actor", () => {
  const actions = { GITHUB_SHA: "1a2b3c4d5e6f", GITHUB_ACTOR: "alice", USER: "runner" };
  expect(applicationName("thorbis", "prod", actions)).toBe("supabasex thorbis prod 1a2b3c4d by alice");
  expect(applicationName("thorbis", "dev", { USER: "bob" })).toBe("supabasex thorbis dev by bob");
  expect(applicationName("thorbis", undefined, actions)).toBe("supabasex thorbis");
});

test("it is ASCII and at most as long as the server allows", () => {
  const name = applicationName("thorbis", "s".repeat(80), { USER: "zoë" });
  expect(name).toHaveLength(63);
  expect(applicationName("thorbis", "prod", { USER: "zoë" })).toBe("supabasex thorbis prod by zo?");
});

test("the stack comes from the resource's URN", () => {
  expect(stackOf("urn:pulumi:prod::thorbis-supabase::supabasex:index:SqlBundle::sql")).toBe("prod");
  expect(stackOf("urn")).toBeUndefined();
});
