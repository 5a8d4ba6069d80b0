import { expect, test } from "vitest";
import { withoutPlatformVersion } from "../../../ops/types/generate";

const local = "export type Database = {\n  shared: {\n    Tables: {}\n  }\n}\n";

test("types of a hosted project and of a local one with the same schemas are the same", () => {
  const hosted = local.replace(
    "export type Database = {\n",
    `export type Database = {
  // Allows to automatically instantiate createClient with right options
  // instead of createClient<Database, { PostgrestVersion: 'XX' }>(URL, KEY)
  __InternalSupabase: {
    PostgrestVersion: "14.1"
  }
`,
  );

  expect(hosted).not.toBe(local);
  expect(withoutPlatformVersion(hosted)).toBe(local);
  expect(withoutPlatformVersion(local)).toBe(local);
});
