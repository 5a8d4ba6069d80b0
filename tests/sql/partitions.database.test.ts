import type { Client } from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { readCatalog } from "../../plugins/supabasex/provider/sqlBundle/catalog";
import { type BundledDatabase, startBundledDatabase } from "./support/database";
import { seedWorld, tenantId } from "./support/world";

let database: BundledDatabase;
let client: Client;

beforeAll(async () => {
  database = await startBundledDatabase();
  client = database.postgres;
  await seedWorld(client);
});

afterAll(async () => await database.remove());

const partitionsOf = async (parent: string): Promise<string[]> =>
  (
    await client.query<{ name: string }>(
      "select inhrelid::regclass::text as name from pg_inherits where inhparent = $1::regclass order by 1",
      [parent],
    )
  ).rows.map((row) => row.name);

const maintain = (asOf: string) => client.query("select private.maintain_partitions($1)", [asOf]);

const months = (parent: string, ...names: string[]): string[] => [
  ...names.map((name) => `${parent}_${name}`),
  `${parent}_default`,
];

describe("maintenance", () => {
  test("runs through three months and their ends, with traffic, cron and autovacuum, and the catalog stays unchanged", async () => {
    const before = await readCatalog(client);
    const writer = await database.cluster.client("postgres");
    let writing = true;
    const traffic = (async (): Promise<number> => {
      let written = 0;
      while (writing) {
        await writer.query("update shared.customers set tags = array[$1::text] where tenant_id = $2", [
          String(written),
          tenantId("a"),
        ]);
        await writer.query("select private.collect_business_metrics()");
        written++;
      }
      return written;
    })();

    // The last and the first second of each month, in the most unfavourable time zone of a session.
    await client.query("set time zone 'Pacific/Auckland'");
    const moments = [
      "2027-01-31T23:59:59Z",
      "2027-02-01T00:00:00Z",
      "2027-02-28T23:59:59Z",
      "2027-03-01T00:00:00Z",
      "2027-03-31T23:59:59Z",
      "2027-04-01T00:00:00Z",
    ];
    try {
      for (const moment of moments) {
        await maintain(moment);
        await client.query("vacuum analyze audit.entries");
      }
    } finally {
      writing = false;
      await client.query("set time zone 'UTC'");
    }
    const written = await traffic;

    expect(written).toBeGreaterThan(0);
    expect(await partitionsOf("shared.metrics")).toEqual(
      expect.arrayContaining(months("shared.metrics", "2027_04", "2027_05", "2027_06", "2027_07")),
    );
    expect(await readCatalog(client)).toEqual(before);
  });

  test("control: a partition that differs from its parent is visible in the catalog", async () => {
    const before = await readCatalog(client);
    await client.query("alter table shared.metrics_2027_07 disable row level security");
    await client.query("grant select on shared.metrics_2027_06 to authenticated");
    const after = await readCatalog(client);
    await client.query("alter table shared.metrics_2027_07 enable row level security");
    await client.query("revoke select on shared.metrics_2027_06 from authenticated");

    expect(Object.keys(after).filter((identity) => !(identity in before))).toEqual([
      "table shared.metrics_2027_06",
      "table shared.metrics_2027_07",
    ]);
    expect(await readCatalog(client)).toEqual(before);
  });

  test("may run twice, and concurrently", async () => {
    const other = await database.cluster.client("postgres");
    await Promise.all([
      maintain("2027-08-01T00:00:00Z"),
      other.query("select private.maintain_partitions('2027-08-01T00:00:00Z')"),
    ]);
    const once = await partitionsOf("audit.entries");
    await maintain("2027-08-01T00:00:00Z");

    expect(await partitionsOf("audit.entries")).toEqual(once);
  });

  test("rows that were inserted while their month had no partition are moved out of the default one", async () => {
    await client.query(
      `insert into shared.metrics (tenant_id, metric_name, metric_value, "timestamp")
       values ($1, 'early', 1, '2028-06-15'), ($1, 'early', 2, '2028-07-01'), ($1, 'late', 3, '2029-01-01')`,
      [tenantId("a")],
    );
    await maintain("2028-06-30T12:00:00Z");
    const { rows } = await client.query(
      `select tableoid::regclass::text as partition, metric_value::int as value from shared.metrics
       where metric_name in ('early', 'late') order by metric_value`,
    );

    expect(rows).toEqual([
      { partition: "shared.metrics_2028_06", value: 1 },
      { partition: "shared.metrics_2028_07", value: 2 },
      { partition: "shared.metrics_default", value: 3 },
    ]);
  });

  test("drops what is older than the retention, and nothing else", async () => {
    await maintain("2030-01-01T00:00:00Z");

    expect(await partitionsOf("shared.metrics")).toEqual(
      months("shared.metrics", "2030_01", "2030_02", "2030_03", "2030_04"),
    );
    expect(await partitionsOf("audit.entries")).toEqual(
      months(
        "audit.entries",
        // 24 months: June 2028 is the oldest one that exists.
        "2028_06",
        "2028_07",
        "2028_08",
        "2028_09",
        "2030_01",
        "2030_02",
        "2030_03",
        "2030_04",
      ),
    );
  });
});

test("every partition is closed: owner, row-level security, no grants", async () => {
  const { rows } = await client.query(
    `select oid::regclass::text as name from pg_class
     where relispartition and relkind = 'r' and relnamespace::regnamespace::text in ('shared', 'audit')
       and not (
         relowner = 'app_owner'::regrole and relrowsecurity and relforcerowsecurity
         and not exists (select from aclexplode(relacl) where grantee <> relowner)
       )`,
  );

  expect(rows).toEqual([]);
});

describe("partitions of an append-only table are append-only", () => {
  const tables = ["audit.entries", "private.ddl_log"];
  const attemptsOn = (partition: string) => [
    `delete from ${partition}`,
    `update ${partition} set id = id`,
    `truncate ${partition}`,
  ];
  const allPartitions = async () => (await Promise.all(tables.map(partitionsOf))).flat();

  test("for the owner and postgres, also where other triggers do not fire", async () => {
    const admin = await database.cluster.client("supabase_admin");
    await admin.query("grant set on parameter session_replication_role to postgres");
    const partitions = await allPartitions();
    const attempts = partitions.flatMap(attemptsOn);
    try {
      for (const role of ["postgres", "app_owner"]) {
        for (const mode of ["origin", "replica"]) {
          await client.query(`reset role; set session_replication_role = ${mode}; set role ${role}`);
          for (const attempt of attempts)
            await expect(client.query(attempt), `${role}: ${attempt}`).rejects.toThrow("append-only");
        }
      }
    } finally {
      await client.query("reset role; reset session_replication_role");
      await admin.query("revoke set on parameter session_replication_role from postgres");
    }
    expect(partitions.filter((name) => name.endsWith("_default"))).toEqual([
      "audit.entries_default",
      "private.ddl_log_default",
    ]);
  });

  test("control: a partition of another table is not", async () => {
    for (const attempt of ["delete from shared.metrics_default", "truncate shared.metrics_default"])
      await expect(client.query(attempt)).resolves.toBeDefined();
  });

  test("rows move from the default partition, which then refuses changes again", async () => {
    await client.query(
      `insert into private.ddl_log (occurred_at, tag) values ('2031-05-05', 'EARLY'), ('2032-05-05', 'LATE')`,
    );
    await maintain("2031-04-30T12:00:00Z");
    const { rows } = await client.query(
      `select tableoid::regclass::text as partition, tag from private.ddl_log where tag in ('EARLY', 'LATE') order by tag`,
    );

    expect(rows).toEqual([
      { partition: "private.ddl_log_2031_05", tag: "EARLY" },
      { partition: "private.ddl_log_default", tag: "LATE" },
    ]);
    for (const attempt of [
      ...attemptsOn("private.ddl_log_2031_05"),
      ...attemptsOn("private.ddl_log_default"),
    ])
      await expect(client.query(attempt)).rejects.toThrow("append-only");
  });

  test("the maintenance restores what was dropped or disabled, and changes nothing otherwise", async () => {
    const before = await readCatalog(client);
    const writtenAt = async () =>
      (
        await client.query(
          "select oid::int, xmin::text from pg_trigger where tgfoid = 'private.refuse_audit_change()'::regprocedure order by oid",
        )
      ).rows;
    await maintain("2031-05-01T12:00:00Z");
    const unchanged = await writtenAt();
    await maintain("2031-05-01T12:00:00Z");
    expect(await writtenAt()).toEqual(unchanged);

    await client.query("drop trigger refuse_change on private.ddl_log_2031_05");
    await client.query("alter table audit.entries_2031_05 disable trigger refuse_audit_change");
    const changed = await readCatalog(client);
    await maintain("2031-05-01T12:00:00Z");

    expect(changed["trigger private.ddl_log refuse_change"]).toMatchObject({
      partitions: ["private.ddl_log_2031_05"],
    });
    expect(changed["trigger audit.entries_2031_05 refuse_audit_change"]).toMatchObject({ enabled: "no" });
    expect(await readCatalog(client)).toEqual(before);
  });
});

test("a copy has the events of the parent's trigger, and is written once", async () => {
  await client.query("begin");
  try {
    await client.query(
      `create or replace trigger refuse_change before insert or delete on private.ddl_log
         for each statement execute function private.refuse_audit_change();
       alter table private.ddl_log enable always trigger refuse_change;
       select private.guard_partitions('private.ddl_log')`,
    );
    const copies = async () =>
      (
        await client.query<{ event: string; written: string }>(
          `select substring(pg_get_triggerdef(oid) from 'BEFORE .* ON') as event, tgenabled, ctid::text as written from pg_trigger
           where tgname = 'refuse_change' and tgrelid <> 'private.ddl_log'::regclass order by tgrelid`,
        )
      ).rows;
    const written = await copies();
    await client.query("select private.guard_partitions('private.ddl_log')");

    expect(new Set(written.map(({ event }) => event))).toEqual(new Set(["BEFORE INSERT OR DELETE ON"]));
    expect(await copies()).toEqual(written);
  } finally {
    await client.query("rollback");
  }
});

test("no other function or file creates partitions", async () => {
  const { rows } = await client.query<{ name: string }>(
    `select oid::regprocedure::text as name from pg_proc
     where prosrc ~* 'partition of|attach partition' and pronamespace::regnamespace::text in ('private', 'shared')`,
  );

  expect(rows).toEqual([{ name: "private.create_partition(regclass,date)" }]);
});

test("the jobs are scheduled as postgres, whose privileges are sufficient for each", async () => {
  const { rows } = await client.query<{ jobname: string; command: string }>(
    "select jobname, schedule, username, active, command from cron.job order by jobname",
  );

  expect(rows).toMatchObject([
    { jobname: "clean-up-presence", schedule: "*/5 * * * *", username: "postgres", active: true },
    { jobname: "collect-metrics", schedule: "0 */6 * * *", username: "postgres", active: true },
    { jobname: "forget-people", schedule: "29 3 * * *", username: "postgres", active: true },
    { jobname: "maintain-partitions", schedule: "17 3 * * *", username: "postgres", active: true },
    { jobname: "prune-job-history", schedule: "41 3 * * *", username: "postgres", active: true },
  ]);
  for (const { jobname, command } of rows) {
    await expect(client.query(command), jobname).resolves.toBeDefined();
  }
});
