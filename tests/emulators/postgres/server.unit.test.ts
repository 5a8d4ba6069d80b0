import { expect, test } from "vitest";
import { describeFailedStart } from "../../../emulators/postgres/server";

test.each([
  [
    "the last fatal line of its log",
    `2026-11-28 13:36:08.370 GMT [25490] LOG:  skipping missing configuration file "overrides.conf"
2026-11-28 13:36:08.382 UTC [25490] FATAL:  could not open shared memory segment "/PostgreSQL.27": Permission denied
2026-11-28 13:36:08.383 UTC [25490] LOG:  database system is shut down`,
    'could not open shared memory segment "/PostgreSQL.27": Permission denied',
  ],
  [
    "a panic",
    "2026-11-28 UTC [1] PANIC:  could not write to file: No space left on device",
    "could not write to file: No space left on device",
  ],
  ["its last output", "one\nloader: libx.so is missing", "loader: libx.so is missing"],
  ["that it wrote nothing", "", "it wrote nothing to its log"],
])("a server that did not start is reported with %s", (_what, text, reason) => {
  expect(describeFailedStart("/x/data", text)).toBe(
    `PostgreSQL did not start on /x/data (${reason}): fix the cause and run the command again.`,
  );
});
