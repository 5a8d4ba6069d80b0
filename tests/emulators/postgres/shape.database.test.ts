import type pg from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { column, majorOf, startTestCluster, type TestCluster } from "../../support/cluster";

let cluster: TestCluster;
let postgres: pg.Client;
let admin: pg.Client;

beforeAll(async () => {
  cluster = await startTestCluster();
  postgres = await cluster.client();
  admin = await cluster.client("supabase_admin");
});
afterAll(async () => await cluster.remove());

describe("roles", () => {
  it("have the attributes of a hosted project's", async () => {
    const attributes = await column(
      admin,
      `select format('%s: %s', rolname, concat_ws(' ',
         case when rolsuper then 'superuser' end, case when rolcanlogin then 'login' end,
         case when not rolinherit then 'noinherit' end, case when rolcreatedb then 'createdb' end,
         case when rolcreaterole then 'createrole' end, case when rolreplication then 'replication' end,
         case when rolbypassrls then 'bypassrls' end))
       from pg_roles where rolname !~ '^pg_' order by rolname collate "C"`,
    );
    expect(attributes).toEqual([
      "anon: ",
      "authenticated: ",
      "authenticator: login noinherit",
      "dashboard_user: createdb createrole replication",
      "pgbouncer: login",
      "postgres: login createdb createrole replication bypassrls",
      "service_role: bypassrls",
      "supabase_admin: superuser login createdb createrole replication bypassrls",
      "supabase_auth_admin: login noinherit",
      "supabase_etl_admin: login replication",
      "supabase_functions_admin: login noinherit createrole",
      "supabase_read_only_user: login bypassrls",
      "supabase_realtime_admin: login noinherit createrole replication",
      "supabase_replication_admin: login replication",
      "supabase_storage_admin: login noinherit createrole",
    ]);
  });

  it("are members of the expected roles, and postgres is not a member of a platform administrator", async () => {
    const members = async (role: string): Promise<unknown[]> =>
      await column(
        admin,
        "select roleid::regrole::text from pg_auth_members where member = $1::regrole order by 1",
        [role],
      );
    const since16 = (await majorOf(admin)) >= 16;
    expect(await members("postgres")).toEqual([
      ...["anon", "authenticated"],
      // To alter it; without the options INHERIT and SET.
      ...(since16 ? ["authenticator", "pg_create_subscription"] : []),
      ...["pg_monitor", "pg_read_all_data", "pg_signal_backend", "service_role"],
    ]);
    if (since16) {
      const options = await column(
        admin,
        `select format('%s: admin %s, inherit %s, set %s', roleid::regrole, admin_option, inherit_option, set_option)
         from pg_auth_members
         where member = 'postgres'::regrole and roleid in ('authenticator'::regrole, 'pg_create_subscription'::regrole)
         order by 1`,
      );
      expect(options).toEqual([
        "authenticator: admin t, inherit f, set f",
        "pg_create_subscription: admin f, inherit t, set t",
      ]);
    }
    expect(await members("authenticator")).toEqual(["anon", "authenticated", "service_role"]);
    expect(await members("supabase_storage_admin")).toEqual(["authenticator"]);
  });

  it("have their settings", async () => {
    const settings = await column(
      admin,
      `select format('%s: %s', setrole::regrole, unnest(setconfig)) from pg_db_role_setting order by 1`,
    );
    expect(settings).toEqual([
      "anon: statement_timeout=3s",
      "authenticated: statement_timeout=8s",
      "authenticator: lock_timeout=8s",
      "authenticator: statement_timeout=8s",
      'postgres: search_path="$user", public, extensions',
      'supabase_admin: search_path="$user", public, auth, extensions',
      "supabase_auth_admin: idle_in_transaction_session_timeout=60s",
      "supabase_auth_admin: search_path=auth",
      "supabase_storage_admin: search_path=storage",
    ]);
  });
});

describe("schemas and extensions", () => {
  it("are those of a new project, with their owners", async () => {
    const schemas = await column(
      admin,
      `select nspname || ' of ' || nspowner::regrole from pg_namespace
       where nspname !~ '^pg_' and nspname <> 'information_schema' order by nspname`,
    );
    expect(schemas).toEqual([
      "auth of supabase_admin",
      "extensions of postgres",
      "graphql of supabase_admin",
      "graphql_public of supabase_admin",
      "pgbouncer of pgbouncer",
      "public of pg_database_owner",
      "realtime of supabase_admin",
      "storage of supabase_admin",
      "vault of supabase_admin",
    ]);
  });

  it("include only the preinstalled extensions", async () => {
    const extensions = await column(
      admin,
      "select extname || ' in ' || extnamespace::regnamespace from pg_extension order by extname",
    );
    expect(extensions).toEqual([
      "pg_stat_statements in extensions",
      "pgcrypto in extensions",
      "plpgsql in pg_catalog",
      "uuid-ossp in extensions",
    ]);
  });

  it("grant usage to the API roles as expected", async () => {
    const usable = await column(
      admin,
      `select nspname from pg_namespace
       where nspname !~ '^pg_' and nspname <> 'information_schema' and has_schema_privilege('anon', oid, 'usage')
       order by 1`,
    );
    expect(usable).toEqual(["auth", "extensions", "graphql_public", "public", "realtime", "storage"]);
  });

  it("find the coordinate systems that PostGIS transforms between", async () => {
    await postgres.query("begin; create extension postgis with schema extensions");
    try {
      // Bern in the national grid of Switzerland, which requires PROJ's database.
      const bern =
        "select extensions.st_astext(extensions.st_transform(extensions.st_setsrid(extensions.st_makepoint(7.438632, 46.951083), 4326), 2056), 0)";
      expect(await column(postgres, bern)).toEqual(["POINT(2600000 1200000)"]);
    } finally {
      await postgres.query("rollback");
    }
  });

  it("can count statements as postgres", async () => {
    expect(await column(postgres, "select count(*) > 0 from pg_stat_statements")).toEqual([true]);
  });
});

describe("row-level security", () => {
  it("is enabled for every table of the platform's schemas that API roles may use", async () => {
    const open = await column(
      admin,
      `select oid::regclass::text from pg_class
       where relnamespace in ('auth'::regnamespace, 'storage'::regnamespace) and relkind in ('r', 'p')
         and not relrowsecurity`,
    );
    expect(open).toEqual([]);
    const realtime = await column(
      admin,
      `select count(*)::int from pg_class
       where relnamespace = 'realtime'::regnamespace and relname ~ '^messages' and relkind in ('r', 'p')
         and relrowsecurity`,
    );
    expect(realtime).toEqual([6]);
  });
});

describe("default privileges", () => {
  const canRead = `select has_table_privilege('anon', 'public.fresh', 'select') as anon,
    has_table_privilege('service_role', 'public.fresh', 'insert') as service_role`;

  it("grant nothing on a new table in public, as on every project since 2026-10-30", async () => {
    await postgres.query("begin; create table public.fresh (id int)");
    const { rows } = await postgres.query(canRead);
    await postgres.query("rollback");
    expect(rows).toEqual([{ anon: false, service_role: false }]);
  });

  it("grant it to the API roles on an older project", async () => {
    const legacy = await startTestCluster({ legacyDefaultPrivileges: true });
    try {
      const client = await legacy.client();
      await client.query("create table public.fresh (id int)");
      expect((await client.query(canRead)).rows).toEqual([{ anon: true, service_role: true }]);
    } finally {
      await legacy.remove();
    }
  });
});

describe("the platform's functions", () => {
  it("notify PostgREST of every change of the schema", async () => {
    const heard: (string | undefined)[] = [];
    const listener = await cluster.client();
    listener.on("notification", (message) => heard.push(message.payload));
    await listener.query("listen pgrst");
    await postgres.query("create table public.logged (id int)");
    await postgres.query("drop table public.logged");
    await listener.query("select 1");
    expect(heard).toEqual(["reload schema", "reload schema"]);
  });

  it("let only the pooler look up a password", async () => {
    await expect(postgres.query("select pgbouncer.get_auth('postgres')")).rejects.toMatchObject({
      code: "42501",
    });
    await admin.query("set role pgbouncer");
    const found = await column(admin, "select username from pgbouncer.get_auth('postgres')");
    await admin.query("reset role");
    expect(found).toEqual(["postgres"]);
  });

  it("respond to GraphQL with how to enable it", async () => {
    const answer = await column(postgres, "select graphql_public.graphql(query => '{ x }')");
    expect(answer).toEqual([{ errors: [{ message: "pg_graphql extension is not enabled." }] }]);
  });
});
