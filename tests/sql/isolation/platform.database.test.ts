import type { Client } from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Actor, actors, as, attempt, type Outcome } from "../support/actors";
import { type BundledDatabase, startBundledDatabase } from "../support/database";
import { buckets, seedWorld, type TenantLetter, tenantId } from "../support/world";
import { type Expected, expectedOf } from "./securityModel";

const tenants: readonly TenantLetter[] = ["a", "b"];

let database: BundledDatabase;

beforeAll(async () => {
  database = await startBundledDatabase();
  await seedWorld(database.postgres);
});

afterAll(async () => await database.remove());

const namesOf = (actor: Actor): string[] =>
  actor.tenantRole === undefined ? [actor.name] : ["member", actor.tenantRole];

/** Returns the tenants whose objects or topics the command must be able to access. */
function expectedTenants(actor: Actor, expected: Expected): readonly TenantLetter[] | "denied" {
  if (expected === "denied") return "denied";
  if (expected === "all") return tenants;
  return expected === "tenant" && actor.tenant !== undefined ? [actor.tenant] : [];
}

/** Returns the tenants whose objects or topics the command can access. */
async function workingTenants(
  client: Client,
  statement: (tenant: TenantLetter) => [sql: string, values: unknown[]],
  prepare: (tenant: TenantLetter) => Promise<unknown> = () => Promise.resolve(),
): Promise<readonly TenantLetter[] | "denied"> {
  const working: TenantLetter[] = [];
  let denied = 0;
  for (const tenant of tenants) {
    await prepare(tenant);
    const outcome = await attempt(client, ...statement(tenant), { undo: true });
    if ("rows" in outcome) {
      if (outcome.rows > 0) working.push(tenant);
    } else if (lacksRight(outcome)) {
      denied++;
    } else {
      expect(outcome).toMatchObject({
        code: "42501",
        message: expect.stringContaining("row-level security"),
      });
    }
  }
  return denied === tenants.length ? "denied" : working;
}

const lacksRight = (outcome: Outcome): boolean =>
  "code" in outcome && /^permission denied/.test(outcome.message);

const objectCommands: Readonly<
  Record<string, (bucket: string, tenant: TenantLetter) => [sql: string, values: unknown[]]>
> = {
  select: (bucket, tenant) => [
    "select from storage.objects where bucket_id = $1 and name like $2",
    [bucket, `${tenantId(tenant)}/%`],
  ],
  insert: (bucket, tenant) => [
    "insert into storage.objects (bucket_id, name) values ($1, $2)",
    [bucket, `${tenantId(tenant)}/new.png`],
  ],
  update: (bucket, tenant) => [
    "update storage.objects set user_metadata = '{}' where bucket_id = $1 and name like $2",
    [bucket, `${tenantId(tenant)}/%`],
  ],
  delete: (bucket, tenant) => [
    "delete from storage.objects where bucket_id = $1 and name like $2",
    [bucket, `${tenantId(tenant)}/%`],
  ],
};

describe.each(actors.map((actor) => [actor.name, actor] as const))("%s", (_name, actor) => {
  test.each(Object.keys(objectCommands))("objects of every bucket: %s", async (command) => {
    const { rows } = await database.postgres.query<{ id: string }>(
      "select id from storage.buckets order by id",
    );
    const expected = expectedTenants(actor, expectedOf(namesOf(actor), "bucket", command));
    const actual: Record<string, unknown> = {};
    await as(database, actor, async (client) => {
      // Like the Storage API before it deletes.
      await client.query("select set_config('storage.allow_delete_query', 'true', true)");
      for (const bucket of rows) {
        actual[bucket.id] = await workingTenants(client, (tenant) =>
          (objectCommands[command] as (typeof objectCommands)[string])(bucket.id, tenant),
        );
      }
    });

    expect(actual).toEqual(Object.fromEntries([...buckets].map((bucket) => [bucket, expected])));
  });

  // Like Realtime at join: rows with only topic and extension, and the topic in a setting.
  test.each(["topic", "changes"])("%s: receive and send", async (kind) => {
    const topicOf = (tenant: TenantLetter): string =>
      `tenant:${tenantId(tenant)}${kind === "changes" ? ":changes" : ":room:1"}`;
    const actual: Record<string, unknown> = {};
    for (const tenant of tenants) {
      await database.postgres.query(
        "insert into realtime.messages (topic, extension) values ($1, 'broadcast'), ($1, 'presence')",
        [topicOf(tenant)],
      );
    }
    await as(database, actor, async (client) => {
      const joining = (tenant: TenantLetter) =>
        client.query("select set_config('realtime.topic', $1, true)", [topicOf(tenant)]);
      actual.receive = await workingTenants(
        client,
        (tenant) => ["select from realtime.messages where topic = $1", [topicOf(tenant)]],
        joining,
      );
      actual.send = await workingTenants(
        client,
        (tenant) => [
          "insert into realtime.messages (topic, extension) values ($1, 'broadcast'), ($1, 'presence')",
          [topicOf(tenant)],
        ],
        joining,
      );
    });

    expect(actual).toEqual({
      receive: expectedTenants(actor, expectedOf(namesOf(actor), kind, "receive")),
      send: expectedTenants(actor, expectedOf(namesOf(actor), kind, "send")),
    });
  });
});
