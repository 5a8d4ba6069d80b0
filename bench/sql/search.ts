// Measures a search of customers, for terms that find none, some or all of a tenant's 20,000 customers, in a database in which
// another tenant has as many. One line of JSON per term. Run: npx tsx bench/sql/search.ts [rounds]
import { member } from "../../tests/sql/support/actors";
import { startBundledDatabase } from "../../tests/sql/support/database";
import { seedWorld, tenantId } from "../../tests/sql/support/world";
import { interleaved, report } from "./support";

const rounds = Number(process.argv[2] ?? 21);
const customers = 20_000;
const target = { milliseconds: 100 };

/** Search terms by description. */
const terms: Readonly<Record<string, string>> = {
  "a first name that all have": "Maria",
  "part of that name": "ari",
  "that name with a mistake": "Marja",
  "a letter": "a",
  "two letters": "ma",
  "the domain of all addresses": "example.com",
  "a name of a thousand": "Smith17",
  "a whole name": "Maria Smith17 5017",
  "a name with a mistake": "Smiht17",
  "a number in all telephone numbers": "0100",
  "a wildcard": "%",
  "an underscore": "_",
  nothing: "",
  "a blank": " ",
  "a word that nobody has": "Quixotically",
  "a negated word": "-Quixotically",
  "many common words": "Maria or Smith1 or Smith2 or example or com",
  "a phrase": '"maria smith1"',
  "a phrase that nobody has": '"maria maria"',
  "many phrases": Array.from({ length: 60 }, (_, n) => `"maria smith${n}"`).join(" or "),
  "many negated words": Array.from({ length: 160 }, (_, n) => `-a${n}`).join(" "),
  "a thousand characters": "Maria ".repeat(170),
};

async function main(): Promise<void> {
  const database = await startBundledDatabase();
  try {
    const client = database.postgres;
    await seedWorld(client);
    for (const tenant of ["a", "b"] as const) {
      await client.query(
        `insert into shared.customers (tenant_id, first_name, last_name, email, phone)
         select $1::uuid, 'Maria', 'Smith' || n % 20 || ' ' || n, 'maria' || n || '@example.com', '+1555' || lpad(n::text, 7, '0')
         from generate_series(1, ${customers}) as n`,
        [tenantId(tenant)],
      );
    }
    const admin = await database.cluster.client("supabase_admin");
    await admin.query("vacuum analyze");
    await client.query("select set_config('request.jwt.claims', $1, false)", [
      JSON.stringify(member("a", "manager").claims),
    ]);
    await client.query("set role authenticated");
    const milliseconds = await interleaved(
      Object.fromEntries(
        Object.entries(terms).map(([name, term]) => [
          name,
          () => client.query("select * from shared.search_customers($1)", [term]),
        ]),
      ),
      rounds,
    );
    for (const [name, term] of Object.entries(terms)) {
      const { rowCount } = await client.query("select from shared.search_customers($1)", [term]);
      report({ bench: "search", term: name, found: rowCount, milliseconds: milliseconds[name], target });
    }
  } finally {
    await database.remove();
  }
}

void main();
