import { describe, expect, it } from "vitest";
import { targetVariables } from "../../../local/commands/backup";

const database = {
  url: "postgresql://postgres:secret@127.0.0.1:5432/postgres",
  projectRef: "abcdefghijklmnopqrst",
};
const other = "postgresql://postgres:secret@db.example.test:5432/postgres";

describe("the target of a restore on this machine", () => {
  it.each([
    ["is the stack's own database", {}, database.url],
    ["is the one that RESTORE_DATABASE_URL names", { RESTORE_DATABASE_URL: other }, other],
    ["is the stack's own where the variable is empty", { RESTORE_DATABASE_URL: "" }, database.url],
  ])("%s", (_, environment, url) => {
    expect(targetVariables(database, environment)).toEqual({
      RESTORE_DATABASE_URL: url,
      SUPABASE_PROJECT_REF: database.projectRef,
    });
  });
});
