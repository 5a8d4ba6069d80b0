import { expect, test } from "vitest";
import { withDatabase } from "../../../local/officialClients/commandLine";

const url = "postgresql://postgres:secret@127.0.0.1:5432/postgres";

test.each([
  ["no choice of a database", "migration list"],
  ["options of every command before it", "--agent no -o json db push --yes"],
  ["the linked project", "inspect db locks --linked"],
])("a command on a database gets the stack's database: %s", (_, line) => {
  expect(withDatabase(line.split(" "), url)).toEqual([
    ...line.split(" ").filter((arg) => arg !== "--linked"),
    "--db-url",
    url,
  ]);
});

test.each([
  ["another database", "db push --db-url postgresql://other"],
  ["another database, with =", "db push --db-url=postgresql://other"],
  ["a local one", "migration up --local"],
  ["help", "db push --help"],
  ["no database in the command", "migration new orders"],
  ["no command", "db"],
  ["an option's value that is a group's name", "--profile db functions list"],
  ["a command of the API", "gen types --linked"],
])("the arguments are not changed: %s", (_, line) => {
  expect(withDatabase(line.split(" "), url)).toEqual(line.split(" "));
});

test("the arguments are not changed if there is no project yet", () => {
  expect(withDatabase(["db", "push"], undefined)).toEqual(["db", "push"]);
});
