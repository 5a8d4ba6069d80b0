import { expect, test } from "vitest";
import type { Catalog } from "../../../../plugins/supabasex/provider/sqlBundle/catalog";
import {
  diffPostures,
  extendBaseline,
  postureOf,
} from "../../../../plugins/supabasex/provider/sqlBundle/catalog/posture";
import { postureRepairOf } from "../../../../plugins/supabasex/provider/sqlBundle/repair/postureRepair";

// Types of columns of another application's table, which limit what clients write.

const columns: Readonly<Record<string, string>> = {
  code: "character varying(8)",
  labels: "character varying(8)[]",
  levels: "public.level[]",
  emails: "public.email[]",
  price: "numeric(10,2)",
  made_at: "timestamp(3) without time zone",
  note: "text",
};

function accessWith(types: Readonly<Record<string, string>>): Catalog {
  const live: Catalog = {
    server: { majorVersion: 17, coverage: 3 },
    "table public.items": { owner: "postgres", rowSecurity: true },
    "type public.level": { kind: "enum", owner: "postgres", labels: ["low", "high"] },
    "type public.email": { kind: "domain", owner: "postgres" },
    ...Object.fromEntries(
      Object.entries(types).map(([name, type]) => [`column public.items ${name}`, { type }]),
    ),
  };
  return postureOf({ live, expected: {}, managed: {} });
}

const known = accessWith(columns);
const reportedIn = (baseline: Catalog, posture: Catalog) =>
  diffPostures(baseline, posture).map(({ identity, property }) => `${identity}, ${property}`);

test.each([
  ["code", "text"],
  ["code", "character varying(9)"],
  ["labels", "text[]"],
  ["levels", "text[]"],
  ["emails", "text[]"],
  ["price", "numeric"],
  ["made_at", "timestamp without time zone"],
])("%s, which loses its limit, is reported: %s", (column, type) => {
  const now = accessWith({ ...columns, [column]: type, further: "character varying(255)" });
  const differences = diffPostures(known, now);

  expect(reportedIn(known, now)).toEqual(["table public.items, types"]);
  expect(postureRepairOf("table public.items", differences, known, { live: now }).advice).toBe(
    `alter table public.items alter column ${column} type ${columns[column]}`,
  );
});

test.each(["character varying(255)", "numeric(10,2)", "public.level", "time(3) with time zone", "text[]"])(
  "an added column is not reported: %s",
  (type) => {
    expect(reportedIn(known, accessWith({ ...columns, further: type }))).toEqual([]);
  },
);

test("a column without a limit may get another type", () => {
  expect(reportedIn(known, accessWith({ ...columns, note: "jsonb" }))).toEqual([]);
});

test("an added column is known from the next deployment on", () => {
  const further = accessWith({ ...columns, further: "character varying(255)" });
  const adopted = extendBaseline(known, further, further);

  expect(reportedIn(adopted, accessWith({ ...columns, further: "text" }))).toEqual([
    "table public.items, types",
  ]);
});

test("a record that has a hash of the types is not compared", () => {
  const hashed = { ...known, "table public.items": { ...known["table public.items"], types: "17: abc" } };

  expect(reportedIn(hashed, known)).toEqual([]);
});
