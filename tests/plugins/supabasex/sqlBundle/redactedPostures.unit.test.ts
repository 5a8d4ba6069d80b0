import { beforeAll, expect, test } from "vitest";
import type { ApplyResult } from "../../../../plugins/supabasex/provider/sqlBundle/apply/apply";
import type { Catalog } from "../../../../plugins/supabasex/provider/sqlBundle/catalog";
import {
  acceptancesOf,
  diffPostures,
  postureDigests,
  postureOf,
  postureVersion,
} from "../../../../plugins/supabasex/provider/sqlBundle/catalog/posture";
import { reportAccess } from "../../../../plugins/supabasex/provider/sqlBundle/preview/access";
import { loadParser } from "../../../../plugins/supabasex/provider/sqlBundle/source/parser";
import { accessDriftOf } from "../../../../plugins/supabasex/provider/sqlBundle/state/accessDrift";

// What a reader sees of a change outside of the bundle, without a database.
beforeAll(async () => await loadParser());

const canary = "canary-4711";
const secret = (name: string, value: string): Catalog => ({
  "role settings authenticator": { [name]: value },
});
const wrapped = (identity: string, key: string): Catalog => ({
  [identity]: { owner: "postgres", wrapperOptions: { api_key: key, object: "orders" } },
});
const job = (url: string, token: string): Catalog => ({
  "cron job send of partner": {
    command: `select net.http_post('${url}', headers := '{"Authorization": "Bearer ${token}"}')`,
    schedule: "* * * * *",
  },
});
const trigger = (argument: string): Catalog => ({
  "trigger public.orders send": {
    definition: `CREATE TRIGGER send AFTER INSERT ON public.orders FOR EACH ROW EXECUTE FUNCTION public.send('${argument}')`,
    enabled: "yes",
  },
});

const policy = (using: string): Catalog => ({
  "policy public.orders own": { command: "select", mode: "permissive", roles: ["anon"], using },
});

/** Returns the posture of a database with these objects. */
function taken(objects: Catalog): Catalog {
  const live: Catalog = {
    server: { majorVersion: 17, coverage: 2 },
    database: { name: "postgres", owner: "postgres", grants: {} },
    "schema public": { owner: "postgres", grants: { anon: ["usage"] } },
    ...objects,
  };
  return postureOf({ live, expected: {}, managed: {} });
}

/** Returns everything that a refresh, a preview and a deployment show of a change. */
function shownOf(before: Catalog, after: Catalog): { drift: object; outlook: object; logs: string[] } {
  const [baseline, posture] = [taken(before), taken(after)];
  const found = accessDriftOf(
    { digests: postureDigests(baseline), coverage: postureVersion },
    { live: posture, expected: {} },
    { posture: baseline, intact: true },
  );
  const logs: string[] = [];
  const differences = diffPostures(baseline, posture);
  const access = { baseline, posture, isFirst: false, differences, acceptances: acceptancesOf(differences) };
  reportAccess(
    { access: { ...access, repaired: [], adopted: [] } } as unknown as ApplyResult,
    { log: (_: string, text: string) => logs.push(text) } as never,
  );
  return { drift: found.drift, outlook: found.outlook(), logs };
}

const jwtSecret = "pgrst.jwt_secret";

test.each([
  ["a changed setting", secret(jwtSecret, canary), secret(jwtSecret, "other")],
  ["a setting whose name has capitals", secret("pgrst.JWT_SECRET", canary), secret("pgrst.JWT_SECRET", "x")],
  ["a removed setting", { "role settings authenticator": { [jwtSecret]: canary, a: "1" } }, secret("a", "1")],
  ["the removal of all settings", secret(jwtSecret, canary), {}],
  ["a setting of the database", { "database settings": { "app.key": canary } }, {}],
  [
    "an option of a foreign table",
    wrapped("foreign table public.orders", canary),
    wrapped("foreign table public.orders", "other"),
  ],
  [
    "an option of a column",
    wrapped("column public.orders id", canary),
    wrapped("column public.orders id", "other"),
  ],
  ["a changed job", job("https://a.example", canary), job("https://b.example", canary)],
  ["a changed trigger", trigger(canary), trigger("other")],
  ["a removed trigger", trigger(canary), {}],
  ["a changed policy", policy(`(token = '${canary}'::text)`), policy("(token = 'other'::text)")],
  ["a widened policy", policy(`((token = '${canary}'::text) AND (id > 1))`), policy("true")],
  [
    "a policy on a column with a quote in its name",
    policy(`("user's token" = '${canary}'::text)`),
    policy("true"),
  ],
  ["a policy on a column with hyphens in its name", policy(`("a--b" = '${canary}'::text)`), policy("true")],
  ["a literal with an escaped quote", policy(`(token = E'a\\'${canary}'::text)`), policy("true")],
  ["a statement in a double-quoted string", policy(`"select set('${canary}')"`), policy("true")],
  ["a removed policy", policy(`(token = '${canary}'::text)`), {}],
])("the former value of %s is not shown", (_, before, after) => {
  const { drift, outlook, logs } = shownOf(before, after);

  expect(Object.keys(drift)).toHaveLength(1);
  expect(JSON.stringify([drift, outlook, logs])).not.toContain(canary);
  // No statement sets a hash as the value.
  expect(JSON.stringify([outlook, logs])).not.toContain("not kept");
});

test("a changed secret value is shown as two hashes, with a way to revert it without the value", () => {
  const { drift, outlook, logs } = shownOf(secret(jwtSecret, canary), secret(jwtSecret, "other"));

  expect(drift).toEqual({
    "role settings authenticator": {
      [jwtSecret]: expect.stringMatching(
        /^not kept, sha256 [0-9a-f]{16} → not kept, sha256 [0-9a-f]{16} \[opens\]$/,
      ),
    },
  });
  expect(outlook).toEqual({
    "role settings authenticator": {
      [jwtSecret]: expect.stringMatching(
        /^left as it is; with sql\.prune: drop: set it back to its former text, which is not shown; to accept it: /,
      ),
    },
  });
  expect(logs.join()).toContain("pgrst.jwt_secret: set it back to its former text, which is not shown");
});

test("an unchanged option next to a changed one is no difference", () => {
  const { drift } = shownOf(
    wrapped("foreign table public.orders", canary),
    wrapped("foreign table public.orders", "other"),
  );

  expect(JSON.stringify(drift)).not.toContain("object");
});

test.each(["pgrst.db_schemas", "pgrst.jwt_role_claim_key", "statement_timeout"])(
  "%s is readable, and so is the statement that sets it back",
  (name) => {
    const { drift, outlook } = shownOf(secret(name, "before"), secret(name, "after"));

    expect(JSON.stringify(drift)).toContain("before → after");
    expect(JSON.stringify(outlook)).toContain(`alter role authenticator set ${name} to 'before'`);
  },
);

test("an unchanged literal of a policy is no difference, and the statement that reverts a policy without one is shown", () => {
  const { drift } = shownOf(policy(`(token = '${canary}'::text)`), policy(`(token = '${canary}'::text)`));
  const { outlook } = shownOf(policy("(id > 10)"), policy("true"));

  expect(drift).toEqual({});
  expect(JSON.stringify(outlook)).toContain(
    "create policy own on public.orders as permissive for select to anon using ((id > 10))",
  );
});

test.each(["user's token", "a--b"])("the quoted identifier %s is shown", (name) => {
  const { drift } = shownOf(policy(`("${name}" = '${canary}'::text)`), policy("true"));

  expect(JSON.stringify(drift)).toContain(name);
});

test("a change in the tables of Auth with identity providers and clients is accepted with the upgrade that made it", () => {
  const client = (content: string): Catalog => ({
    platform: { auth: content },
    "OAuth client 1": { content },
  });
  const [before, after] = [taken(client("1")), taken(client("2"))];

  expect(acceptancesOf(diffPostures(before, after)).map(({ name }) => name)).toEqual([
    expect.stringMatching(/^platform upgrade auth @ /),
  ]);
});

test("the rows of a table that was not read are not missing, and those of another one are", () => {
  const before = taken({ "OAuth client 1": { content: "1" }, "SAML provider 1": { content: "1" } });
  const after = taken({ "OAuth client": { unread: true } });

  expect(diffPostures(before, after).map(({ identity }) => identity)).toEqual(["SAML provider 1"]);
  expect(diffPostures(after, taken({}))).toEqual([]);
});

test("the statement that reverts a trigger without a literal is shown", () => {
  const plain =
    "CREATE OR REPLACE TRIGGER send AFTER INSERT ON public.orders FOR EACH ROW EXECUTE FUNCTION public.send()";
  const { outlook } = shownOf({ "trigger public.orders send": { definition: plain, enabled: "yes" } }, {});

  expect(JSON.stringify(outlook)).toContain(plain);
});
