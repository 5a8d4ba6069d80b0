import type pg from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { asRole, column, startTestCluster, type TestCluster } from "../../support/cluster";

// The objects of Auth, Storage, Realtime and Vault in the database of a hosted project.

let cluster: TestCluster;
let postgres: pg.Client;
let admin: pg.Client;

beforeAll(async () => {
  cluster = await startTestCluster();
  postgres = await cluster.client();
  admin = await cluster.client("supabase_admin");
});
afterAll(async () => await cluster.remove());

describe("auth", () => {
  const read = "select auth.uid() as uid, auth.role() as role, auth.email() as email, auth.jwt() as jwt";

  it("reads the claims of a request", async () => {
    const sub = "11111111-1111-4111-8111-111111111111";
    const claims = { sub, email: "a@example.com", app_metadata: { tenant: "t" } };
    const row = await asRole(
      postgres,
      { role: "authenticated", claims },
      async (client) => (await client.query(read)).rows[0],
    );
    const jwt = { role: "authenticated", ...claims };
    expect(row).toEqual({ uid: sub, role: "authenticated", email: "a@example.com", jwt });
  });

  it("prefers the setting of a single claim", async () => {
    await postgres.query(`begin;
      set local request.jwt.claims = '{"sub": "11111111-1111-4111-8111-111111111111", "role": "anon"}';
      set local request.jwt.claim.sub = '22222222-2222-4222-8222-222222222222'`);
    const { rows } = await postgres.query("select auth.uid() as uid, auth.role() as role");
    await postgres.query("rollback");
    expect(rows).toEqual([{ uid: "22222222-2222-4222-8222-222222222222", role: "anon" }]);
  });

  it("is null without claims, also in a session that had some", async () => {
    const { rows } = await postgres.query(read);
    expect(rows).toEqual([{ uid: null, role: null, email: null, jwt: null }]);
  });

  it("generates confirmed_at and an identity's email, and distinguishes email addresses from those of SSO", async () => {
    await postgres.query(`begin;
      insert into auth.users (id, email, email_confirmed_at, phone_confirmed_at)
        values ('11111111-1111-4111-8111-111111111111', 'a@example.com', '2026-01-02Z', '2026-01-01Z');
      insert into auth.users (id, email, is_sso_user)
        values ('22222222-2222-4222-8222-222222222222', 'a@example.com', true);
      insert into auth.identities (provider_id, user_id, provider, identity_data)
        values ('1', '11111111-1111-4111-8111-111111111111', 'email', '{"email": "A@Example.com"}')`);
    const { rows } = await postgres.query(
      "select confirmed_at, identities.email from auth.users join auth.identities on user_id = users.id",
    );
    const duplicate = postgres.query(
      "insert into auth.users (id, email) values ('33333333-3333-4333-8333-333333333333', 'a@example.com')",
    );
    await expect(duplicate).rejects.toMatchObject({ code: "23505" });
    await postgres.query("rollback");
    expect(rows).toEqual([{ confirmed_at: new Date("2026-01-01T00:00:00Z"), email: "a@example.com" }]);
  });

  it("is not accessible to API roles", async () => {
    const look = asRole(
      postgres,
      { role: "authenticated" },
      async (client) => await client.query("table auth.users"),
    );
    await expect(look).rejects.toMatchObject({ code: "42501" });
  });
});

describe("storage", () => {
  it("splits names", async () => {
    const { rows } = await postgres.query(`
      select storage.foldername(name) as folder, storage.filename(name) as file, storage.extension(name) as extension
      from (values ('tenant/photos/cat.old.png'), ('cat.png')) as names (name)`);
    expect(rows).toEqual([
      { folder: ["tenant", "photos"], file: "cat.old.png", extension: "png" },
      { folder: [], file: "cat.png", extension: "png" },
    ]);
  });

  it("knows the current operation", async () => {
    await postgres.query("begin; set local storage.operation = 'storage.object.upload'");
    const { rows } = await postgres.query(`
      select storage.operation() as operation, storage.allow_only_operation('object.upload') as only_upload,
        storage.allow_only_operation('object.list') as only_list,
        storage.allow_any_operation(array['object.list', 'storage.object.upload']) as any_of_two`);
    await postgres.query("rollback");
    const without = await column(postgres, "select storage.allow_only_operation('object.upload')");
    expect(rows).toEqual([
      { operation: "storage.object.upload", only_upload: true, only_list: false, any_of_two: true },
    ]);
    expect(without).toEqual([false]);
  });

  it("accepts buckets by SQL, and only lets the Storage API delete rows", async () => {
    await postgres.query("begin; insert into storage.buckets (id, name) values ('b', 'b')");
    await postgres.query("savepoint before");
    await expect(postgres.query("delete from storage.buckets")).rejects.toMatchObject({ code: "42501" });
    await postgres.query("rollback to before; set local storage.allow_delete_query = 'true'");
    const { rowCount } = await postgres.query("delete from storage.buckets");
    await postgres.query("rollback");
    expect(rowCount).toBe(1);
  });

  it("refuses a bucket whose name is too long", async () => {
    const insert = "insert into storage.buckets (id, name) values ('b', repeat('x', $1))";
    await expect(postgres.query(insert, [101])).rejects.toMatchObject({ code: "P0001" });
    await postgres.query("begin");
    expect((await postgres.query(insert, [100])).rowCount).toBe(1);
    await postgres.query("rollback");
  });

  it("shows API roles the rows that a policy allows, and none without one", async () => {
    await postgres.query("begin; insert into storage.buckets (id, name) values ('b', 'b')");
    await postgres.query(
      "insert into storage.objects (bucket_id, name) values ('b', 'mine/x'), ('b', 'yours/x')",
    );
    const asAnon = async (): Promise<unknown[]> => {
      await postgres.query("set local role anon");
      const names = await column(postgres, "select name from storage.objects");
      await postgres.query("reset role");
      return names;
    };
    const before = await asAnon();
    await postgres.query(
      "create policy p on storage.objects for select to anon using ((storage.foldername(name))[1] = 'mine')",
    );
    const after = await asAnon();
    await postgres.query("rollback");
    expect({ before, after }).toEqual({ before: [], after: ["mine/x"] });
  });
});

describe("realtime", () => {
  it("has partitions from yesterday to three days ahead", async () => {
    const partitions = await column(
      admin,
      "select inhrelid::regclass::text from pg_inherits where inhparent = 'realtime.messages'::regclass order by 1",
    );
    const expected = await column(
      admin,
      "select to_char(current_date + n, '\"realtime.messages_\"YYYY_MM_DD') from generate_series(-1, 3) as n",
    );
    expect(partitions).toEqual(expected);
  });

  it("sends into today's partition, with an id in the payload", async () => {
    await postgres.query(`begin; select realtime.send('{"a": 1}', 'changed', 'tenant:1', true)`);
    const { rows } = await postgres.query(`
      select tableoid::regclass::text = to_char(now(), '"realtime.messages_"YYYY_MM_DD') as today,
        payload - 'id' as payload, payload ->> 'id' = id::text as has_id, event, topic, private, extension,
        realtime.topic() as current_topic
      from realtime.messages`);
    await postgres.query("rollback");
    const sent = {
      payload: { a: 1 },
      event: "changed",
      topic: "tenant:1",
      private: true,
      extension: "broadcast",
    };
    expect(rows).toEqual([{ today: true, has_id: true, current_topic: "tenant:1", ...sent }]);
  });

  it("warns and continues if there is no partition", async () => {
    const warnings: string[] = [];
    const listen = (notice: { message?: string | undefined }): number => warnings.push(notice.message ?? "");
    admin.on("notice", listen);
    await admin.query("begin");
    const partitions = await column(
      admin,
      "select inhrelid::regclass::text from pg_inherits where inhparent = 'realtime.messages'::regclass",
    );
    await admin.query(`drop table ${partitions.join(", ")}`);
    await admin.query("select realtime.send('{}', 'e', 't')");
    await admin.query("rollback");
    admin.off("notice", listen);
    expect(warnings).toEqual([
      'ErrorSendingBroadcastMessage: no partition of relation "messages" found for row',
    ]);
  });

  it("broadcasts a row's change from a trigger", async () => {
    await postgres.query(`begin;
      create table public.notes (id int, body text);
      create function public.tell() returns trigger language plpgsql security definer set search_path = '' as $$
      begin
        perform realtime.broadcast_changes('notes', tg_op, tg_op, tg_table_name, tg_table_schema, new, old);
        return null;
      end $$;
      create trigger tell after insert on public.notes for each row execute function public.tell();
      insert into public.notes values (1, 'x')`);
    const { rows } = await postgres.query(
      "select topic, event, private, payload - 'id' as payload from realtime.messages",
    );
    await postgres.query("rollback");
    const payload = {
      ...{ operation: "INSERT", table: "notes", schema: "public" },
      ...{ record: { id: 1, body: "x" }, old_record: null },
    };
    expect(rows).toEqual([{ topic: "notes", event: "INSERT", private: true, payload }]);
  });

  it("shows a listener the messages of the topic that a policy allows", async () => {
    const heard = async (topic: string): Promise<unknown> =>
      await asRole(postgres, { role: "authenticated" }, async (client) => {
        await client.query(`reset role; select realtime.send('{}', 'e', 'tenant:1')`);
        await client.query(`create policy hear on realtime.messages for select to authenticated
          using ((select realtime.topic()) = 'tenant:1' and topic = 'tenant:1')`);
        await client.query("select set_config('realtime.topic', $1, true)", [topic]);
        await client.query("set local role authenticated");
        return (await client.query("select count(*)::int as messages from realtime.messages")).rows[0];
      });
    expect(await heard("tenant:1")).toEqual({ messages: 1 });
    expect(await heard("tenant:2")).toEqual({ messages: 0 });
  });

  it("has an empty publication that belongs to postgres", async () => {
    const { rows } = await admin.query(
      `select pubowner::regrole::text as owner, puballtables as everything,
         (select count(*)::int from pg_publication_tables t where t.pubname = p.pubname) as tables
       from pg_publication p`,
    );
    expect(rows).toEqual([{ owner: "postgres", everything: false, tables: 0 }]);
  });
});

describe("vault", () => {
  it("keeps secrets encrypted, and shows them to permitted roles", async () => {
    await postgres.query("begin; select vault.create_secret('first', 'key', 'a key')");
    await postgres.query("select vault.update_secret(id, 'second') from vault.secrets where name = 'key'");
    const { rows } = await postgres.query(
      "select name, description, decrypted_secret, secret like '%second%' as is_plain from vault.decrypted_secrets",
    );
    await postgres.query("rollback");
    expect(rows).toEqual([
      { name: "key", description: "a key", decrypted_secret: "second", is_plain: false },
    ]);
    const key = asRole(
      postgres,
      { role: "service_role" },
      async (client) => await client.query("table vault.local_key"),
    );
    await expect(key).rejects.toMatchObject({ code: "42501" });
    const asAnon = asRole(
      postgres,
      { role: "anon" },
      async (client) => await client.query("table vault.decrypted_secrets"),
    );
    await expect(asAnon).rejects.toMatchObject({ code: "42501" });
  });
});
