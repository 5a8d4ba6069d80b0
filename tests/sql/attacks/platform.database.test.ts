import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { as, attempt, claimsOf, member } from "../support/actors";
import { type BundledDatabase, startBundledDatabase } from "../support/database";
import { buckets, seedWorld, tenantId, userId } from "../support/world";

let database: BundledDatabase;
const own = tenantId("a");
const other = tenantId("b");
const employee = member("a", "employee");

beforeAll(async () => {
  database = await startBundledDatabase();
  await seedWorld(database.postgres);
});

afterAll(async () => await database.remove());

describe("storage paths", () => {
  const upload = async (name: string, bucket: string): Promise<boolean> =>
    await as(database, employee, async (client) => {
      const outcome = await attempt(client, "insert into storage.objects (bucket_id, name) values ($1, $2)", [
        bucket,
        name,
      ]);
      if ("code" in outcome) expect(outcome.code).toBe("42501");
      return "rows" in outcome;
    });

  const tricks = [
    `${other}/file.png`,
    `/${other}/file.png`,
    `${own}/../${other}/file.png`,
    `${own}/./../${other}/file.png`,
    `../${other}/file.png`,
    `${own}//file.png`,
    `${own}/..`,
    `${own}/folder/`,
    `${own}\\..\\${other}\\file.png`,
    `${own}/%2e%2e/${other}/file.png`,
    `${own}/%2E%2E%2F${other}/file.png`,
    `${own}/a\nb.png`,
    `${own.toUpperCase()}/file.png`,
    `${own} /file.png`,
    `${own}.png`,
    `${own}-extra/file.png`,
    `${own.slice(0, -1)}/file.png`,
    `${own}\u200b/file.png`,
    `{${own}}/file.png`,
    `${own},${other}/file.png`,
    `${own}/a/../../${other}/file.png`,
    `${own}/%5c..%5c${other}/file.png`,
    own,
    "file.png",
    "",
  ];

  test.each(buckets)("no path leaves the tenant's folder: %s", async (bucket) => {
    const accepted: string[] = [];
    for (const name of tricks) if (await upload(name, bucket)) accepted.push(name);

    expect(accepted).toEqual([]);
  });

  test("control: ordinary names in the tenant's folder are accepted", async () => {
    for (const name of [
      `${own}/file.png`,
      `${own}/a/b/c.tar.gz`,
      `${own}/.hidden`,
      `${own}/50% off…v1..2.pdf`,
    ]) {
      expect([name, await upload(name, "documents")]).toEqual([name, true]);
    }
  });

  test("control: the guide's policy accepts a path that leaves the folder", async () => {
    await database.postgres.query(`
      create schema guide;
      create table guide.objects (bucket_id text, name text);
      alter table guide.objects enable row level security;
      create policy "Document access" on guide.objects for all using (
        bucket_id in ('documents', 'attachments')
        and auth.role() = 'authenticated'
        and (storage.foldername(name))[1] = (auth.jwt() ->> 'tenant_id')::text
      );
      grant usage on schema guide to authenticated;
      grant insert on guide.objects to authenticated`);

    const outcome = await as(database, employee, (client) =>
      attempt(client, "insert into guide.objects values ('documents', $1)", [`${own}/../${other}/file.png`]),
    );

    expect(outcome).toEqual({ rows: 1 });
  });

  test("an object cannot be moved into another tenant's folder or into another bucket", async () => {
    const move = (set: string) =>
      as(database, employee, (client) =>
        attempt(
          client,
          `update storage.objects set ${set} where bucket_id = 'documents' and name like '${own}/%'`,
        ),
      );

    expect(await move(`name = '${other}/stolen.png'`)).toMatchObject({ code: "42501" });
    expect(await move(`name = '${own}/../x'`)).toMatchObject({ code: "42501" });
    expect(await move("bucket_id = 'unknown'")).toMatchObject({ code: "42501" });
    expect(await move(`name = '${own}/moved.png'`)).toEqual({ rows: 1 });
  });

  test("anon can list nothing, not even public avatars", async () => {
    const outcome = await as(database, { name: "anon", role: "anon" }, (client) =>
      attempt(client, "select from storage.objects"),
    );

    expect(outcome).toEqual({ rows: 0 });
  });

  test("buckets accept only allowed types and sizes", async () => {
    const { rows } = await database.postgres.query(
      `select id, public, file_size_limit::text as bytes, '*/*' = any (allowed_mime_types) or '*' = any (allowed_mime_types)
         or 'text/html' = any (allowed_mime_types) or 'image/svg+xml' = any (allowed_mime_types) as dangerous
       from storage.buckets order by id`,
    );

    expect(rows).toEqual([
      { id: "attachments", public: false, bytes: "104857600", dangerous: false },
      { id: "avatars", public: true, bytes: "5242880", dangerous: false },
      { id: "documents", public: false, bytes: "52428800", dangerous: false },
    ]);
  });
});

describe("realtime topics", () => {
  const joins = async (topic: string): Promise<{ receive: boolean; send: boolean }> =>
    await as(database, employee, async (client) => {
      await client.query("reset role");
      await client.query("insert into realtime.messages (topic, extension) values ($1, 'broadcast')", [
        topic,
      ]);
      await client.query("set local role authenticated");
      await client.query("select set_config('realtime.topic', $1, true)", [topic]);
      const received = await attempt(client, "select from realtime.messages where topic = $1", [topic]);
      const sent = await attempt(
        client,
        "insert into realtime.messages (topic, extension) values ($1, 'broadcast')",
        [topic],
      );
      return { receive: "rows" in received && received.rows > 0, send: "rows" in sent };
    });

  test.each([
    `tenant:${other}`,
    `tenant:${other}:changes`,
    `tenant:${other}:room`,
    `tenant::${own}`,
    `tenants:${own}`,
    `Tenant:${own}`,
    `tenant:${own.toUpperCase()}`,
    `tenant:${own},${other}`,
    `tenant:${own}-extra`,
    `tenant:${own}-extra:room`,
    `tenant:${own}\u200b`,
    `tenant:{${own}}`,
    `tenant:\ntenant:${own}`,
    `tenant:${own} :x`,
    `tenant:%`,
    "tenant:",
    "*",
    own,
    "",
  ])("guessing %s gives no access", async (topic) => {
    expect(await joins(topic)).toEqual({ receive: false, send: false });
  });

  test("control: the tenant's own topics work, and no client can send as the database", async () => {
    expect(await joins(`tenant:${own}`)).toEqual({ receive: true, send: true });
    expect(await joins(`tenant:${own}:room:5`)).toEqual({ receive: true, send: true });
    expect(await joins(`tenant:${own}:changes`)).toEqual({ receive: true, send: false });
    expect(await joins(`tenant:${own}:changes:x`)).toEqual({ receive: true, send: false });
  });

  test("control: with a policy for every signed-in user, the guess gives access", async () => {
    await database.postgres.query(
      "create policy weakened on realtime.messages to authenticated using (true) with check (true)",
    );
    try {
      expect(await joins(`tenant:${other}:changes`)).toEqual({ receive: true, send: true });
    } finally {
      await database.postgres.query("drop policy weakened on realtime.messages");
    }
  });

  test("joining an own topic does not show messages of another topic", async () => {
    const foreign = `tenant:${other}:changes`;
    await as(database, employee, async (client) => {
      await client.query("reset role");
      await client.query("insert into realtime.messages (topic, extension) values ($1, 'broadcast')", [
        foreign,
      ]);
      await client.query("set local role authenticated");
      await client.query("select set_config('realtime.topic', $1, true)", [`tenant:${own}`]);

      expect(await attempt(client, "select from realtime.messages where topic = $1", [foreign])).toEqual({
        rows: 0,
      });
      expect(
        await attempt(client, "insert into realtime.messages (topic, extension) values ($1, 'broadcast')", [
          foreign,
        ]),
      ).toMatchObject({ code: "42501" });
    });
  });

  test("an unknown Realtime extension is refused", async () => {
    const outcome = await as(database, employee, async (client) => {
      await client.query("select set_config('realtime.topic', $1, true)", [`tenant:${own}`]);
      return await attempt(client, "insert into realtime.messages (topic, extension) values ($1, 'other')", [
        `tenant:${own}`,
      ]);
    });

    expect(outcome).toMatchObject({ code: "42501" });
  });

  test("deletes are not published, because no policy can filter them", async () => {
    const { rows } = await database.postgres.query(
      `select pubinsert, pubupdate, pubdelete, pubtruncate from pg_publication where pubname = 'supabase_realtime'`,
    );

    expect(rows).toEqual([{ pubinsert: true, pubupdate: true, pubdelete: false, pubtruncate: false }]);
  });
});

test("presence: no user can write for a colleague", async () => {
  const speak = (user: string) =>
    as(database, { ...employee, claims: claimsOf("a", "employee") }, (client) =>
      attempt(client, "insert into shared.presence (tenant_id, user_id, channel) values ($1, $2, 'other')", [
        own,
        user,
      ]),
    );

  expect(await speak(userId("a", "admin"))).toMatchObject({ code: "42501" });
  expect(await speak(userId("a", "employee"))).toEqual({ rows: 1 });
});
