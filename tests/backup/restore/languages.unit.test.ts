import { expect, test } from "vitest";
import { withHandlers } from "../../../backup/restore/languages";

test("a procedural language gets the handler that its archive lacks, and keeps one that it has", () => {
  const entry = (id: number, kind: string, tag: string, { sql }: { readonly sql: string }) => ({
    ...{ id, kind, tag, sql, schema: undefined, owner: "app", needs: [] },
  });
  const language = (name: string) => ({
    kind: "language",
    name,
    facts: { definition: `create trusted language ${name} handler pg_catalog.plpgsql_call_handler` },
  });
  const own = "CREATE PROCEDURAL LANGUAGE own HANDLER app.own_handler;";
  const written = withHandlers(
    [
      entry(1, "PROCEDURAL LANGUAGE", "Odd $& one", {
        sql: 'CREATE OR REPLACE PROCEDURAL LANGUAGE "Odd $& one";\n\n\nALTER PROCEDURAL LANGUAGE "Odd $& one" OWNER TO app;',
      }),
      entry(2, "PROCEDURAL LANGUAGE", "own", { sql: own }),
      entry(3, "PROCEDURAL LANGUAGE", "unknown", { sql: "CREATE OR REPLACE PROCEDURAL LANGUAGE unknown;" }),
      entry(4, "FUNCTION", "own", { sql: own }),
    ],
    [language('"Odd $& one"'), language("own")],
  );
  expect(written.map(({ sql }) => sql)).toEqual([
    'create trusted language "Odd $& one" handler pg_catalog.plpgsql_call_handler;\n\n\nALTER PROCEDURAL LANGUAGE "Odd $& one" OWNER TO app;',
    own,
    "CREATE OR REPLACE PROCEDURAL LANGUAGE unknown;",
    own,
  ]);
});
