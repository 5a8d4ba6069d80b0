import { once } from "node:events";
import net from "node:net";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { BundleUnderTest } from "./bundleUnderTest";
import { Databases, failureOf } from "./support";

// Another session holds a lock for which one of our statements waits, regardless of which one.
const databases = new Databases();
beforeAll(() => databases.start());
afterAll(() => databases.stop());

const files = {
  "migrations/20260101000000_t.sql":
    "create schema $s;\ncreate table $s.t (id int primary key check (id > 0));\ncreate index i on $s.t ((id + 1));\n",
};

/** Returns an applied bundle of one table, on which another session holds a lock that blocks even readers of the catalog. */
async function locked(
  inputs: Record<string, unknown>,
  lock = "lock table $s.t in access exclusive mode",
): Promise<BundleUnderTest> {
  const bundle = await databases.bundle(files, inputs);
  await bundle.up();
  bundle.logs = [];
  await bundle.sql("begin");
  await bundle.sql(lock);
  return bundle;
}

const blocked =
  /Blocked by process (\d+) \(.*idle in transaction.*\): lock table s\d+\.t in access exclusive mode/;

test("a refresh fails after its attempts and names the holder of the lock", async () => {
  const bundle = await locked({ limits: { lockTimeoutSeconds: 0.4, lockRetries: 1 } });

  const failure = await failureOf(bundle.refresh());
  await bundle.sql("commit");

  expect(failure).toMatch(
    /^Reading the objects of bundle s\d+: canceling statement due to lock timeout \(55P03\)\n/,
  );
  expect(failure).toMatch(blocked);
  expect(failure).toMatch(/hint: .*pg_terminate_backend\(\d+\)/);
  expect(bundle.logs).toHaveLength(1);
  expect(bundle.logs[0]).toMatch(
    /^warning: A lock was not free in time; .*\(1 of 1\)\. Blocked by process \d+/,
  );
  expect(await bundle.refresh()).toEqual([]);
});

test("an up without a refresh names the holder of the lock that blocks its read of the catalog", async () => {
  const bundle = await locked({ limits: { lockTimeoutSeconds: 0.4, lockRetries: 0 } });

  const failure = await failureOf(bundle.update());
  await bundle.sql("commit");

  expect(failure).toMatch(/^Bundle s\d+: canceling statement due to lock timeout \(55P03\)\n/);
  expect(failure).toMatch(blocked);
});

test("an up names the holder of the lock on the bundle's record", async () => {
  const bundle = await locked(
    { limits: { lockTimeoutSeconds: 0.4, lockRetries: 0 } },
    "select from supabase_migrations.bundles where name = '$s' for update",
  );

  const failure = await failureOf(bundle.update());
  await bundle.sql("commit");

  expect(failure).toMatch(
    /lock timeout \(55P03\)\n {2}detail: Blocked by process \d+ .*: select from supabase_migrations/,
  );
});

describe("a canceled operation ends within 2 s", () => {
  const operations: Record<string, (bundle: BundleUnderTest) => Promise<unknown>> = {
    refresh: (bundle) => bundle.refresh(),
    "preview with a dry run": (bundle) => bundle.preview(),
    update: (bundle) => bundle.update(),
  };

  test.each(Object.entries(operations))("%s", async (_what, operation) => {
    const bundle = await locked({ dryRun: "live", limits: { lockTimeoutSeconds: 60 } });
    const abort = new AbortController();
    bundle.signal = abort.signal;
    const running = failureOf(operation(bundle));
    const waits = "select from pg_locks where not granted";
    while ((await bundle.sql(waits)).rowCount === 0) await new Promise((resolve) => setTimeout(resolve, 20));

    abort.abort();
    const started = performance.now();
    await running;
    const seconds = (performance.now() - started) / 1000;
    await bundle.sql("commit");

    expect(seconds).toBeLessThan(2);
    const locks = "select from pg_locks where locktype = 'advisory' or not granted";
    // The server notices a moment after the client that a connection was cut.
    await expect.poll(async () => (await bundle.sql(locks)).rowCount, { timeout: 10_000 }).toBe(0);
    // As a control: without the lock the same operation succeeds.
    bundle.signal = new AbortController().signal;
    await operation(bundle);
  });

  test("with a server that does not respond", async () => {
    const bundle = await databases.bundle(files);
    const silent = net.createServer((socket) => socket.on("error", () => {}));
    silent.listen(0, "127.0.0.1");
    await once(silent, "listening");
    bundle.port = (silent.address() as net.AddressInfo).port;
    const abort = new AbortController();
    bundle.signal = abort.signal;
    const running = failureOf(bundle.up());
    await once(silent, "connection");

    abort.abort();
    const started = performance.now();
    await running;

    expect((performance.now() - started) / 1000).toBeLessThan(2);
    silent.close();
  });
});
