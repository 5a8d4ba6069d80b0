import type pg from "pg";
import { expect, onTestFinished, TestRunner } from "vitest";
import { sqlStates } from "../../../../foundation/sqlStates";
import { messageOf } from "../../../../foundation/userError";
import { type Catalog, readCatalog } from "../../../../plugins/supabasex/provider/sqlBundle/catalog";
import { startTestCluster, type TestCluster } from "../../../support/cluster";
import { BundleUnderTest } from "./bundleUnderTest";

/** A cluster for the tests of one file; each test has its own bundle and schema in it. */
export class Databases {
  #cluster: TestCluster | undefined;
  readonly #bundles: BundleUnderTest[] = [];
  #admin: pg.Client | undefined;

  async start(): Promise<void> {
    this.#cluster = await startTestCluster();
  }

  async stop(): Promise<void> {
    for (const bundle of this.#bundles) bundle.remove();
    await this.#cluster?.remove();
    this.#cluster = undefined;
  }

  get cluster(): TestCluster {
    if (this.#cluster === undefined) throw new Error("start() first");
    return this.#cluster;
  }

  /** Returns a bundle under test. In its files, `$s` is replaced by the test's own schema. */
  async bundle(
    files: Record<string, string>,
    inputs: Record<string, unknown> = {},
  ): Promise<BundleUnderTest> {
    const schema = `s${this.#bundles.length + 1}`;
    const bundle = new BundleUnderTest(schema, this.cluster.url("postgres"), await this.cluster.client());
    this.#bundles.push(bundle);
    // A hook's bundle serves several tests.
    if (TestRunner.getCurrentTest() !== undefined) onTestFinished(() => this.#dropSchema(schema));
    bundle.inputs = inputs;
    bundle.write(files);
    return bundle;
  }

  /** Returns what the catalog contains now. The connection is kept, because a first read on a new one takes three times as long. */
  async catalog(): Promise<Catalog> {
    return await readCatalog(await this.#administrator());
  }

  async #administrator(): Promise<pg.Client> {
    this.#admin ??= await this.cluster.client("supabase_admin");
    return this.#admin;
  }

  /**
   * Drops the schema of a test that has finished, so that the reads of later tests take no longer than those of the first. A test that
   * left a lock keeps its schema.
   */
  async #dropSchema(schema: string): Promise<void> {
    if (this.#cluster === undefined) return;
    const admin = await this.#administrator();
    // One message is one transaction, so the timeout ends with it.
    const drop = `set local lock_timeout = '1s'; drop schema if exists ${schema} cascade`;
    await admin.query(drop).catch((error: unknown) => {
      if (!isLockTimeout(error)) throw error;
    });
  }
}

const isLockTimeout = (error: unknown): boolean =>
  error instanceof Error && "code" in error && error.code === sqlStates.lockNotAvailable;

/**
 * Previews and deploys the files. Returns what the preview says, what a refresh then reports, and the differences from the same files
 * in an empty schema.
 */
export async function deployChanges(databases: Databases, bundle: BundleUnderTest) {
  const preview = await failureOf(bundle.preview());
  await bundle.up();
  const drift = await bundle.refresh();
  return { preview, drift, differences: await differencesFromEmpty(databases, bundle) };
}

/** The result of {@link deployChanges} if all agree. */
export const agreed = { preview: "it succeeded", drift: [], differences: [] };

/**
 * Returns the lines in which a bundle's schema differs from the result of the same files in an empty one. (A schema is used like
 * a database: the files name no other.)
 */
export async function differencesFromEmpty(databases: Databases, bundle: BundleUnderTest): Promise<string[]> {
  const rename = (text: string, from: string, to: string) =>
    text.replaceAll(new RegExp(`\\b${from}\\b`, "g"), to);
  const fresh = await databases.bundle({}, bundle.inputs);
  fresh.write(
    Object.fromEntries(
      Object.entries(bundle.files()).map(([name, text]) => [name, rename(text, bundle.schema, fresh.schema)]),
    ),
  );
  await fresh.up();
  const catalog = await databases.catalog();
  const linesOf = (schema: string) =>
    Object.entries(catalog)
      .map((entry) => JSON.stringify(entry))
      .filter((line) => new RegExp(`\\b${schema}\\b`).test(line))
      .map((line) => rename(line, schema, "$s"));
  const [own, others] = [linesOf(bundle.schema), linesOf(fresh.schema)];
  await fresh.sql("drop schema $s cascade");
  return [
    ...own.filter((line) => !others.includes(line)).map((line) => `only here: ${line}`),
    ...others.filter((line) => !own.includes(line)).map((line) => `only there: ${line}`),
  ];
}

/** The migrations before and after a manual change. */
export const firstFile = "migrations/20260101000000_first.sql";
export const nextFile = "migrations/20260102000000_next.sql";

export interface ManualChange {
  /** The first migration, which is deployed. */
  readonly first: string;
  /** The manual change after the first deployment. */
  readonly manual: string;
  /** What is not deployed: path → text. */
  readonly files: Readonly<Record<string, string>>;
  readonly inputs?: { readonly prune?: "drop" };
}

/** Returns a deployed bundle after a manual change, with files that are not deployed. */
export async function afterManualChange(
  databases: Databases,
  { first, manual, files, inputs = {} }: ManualChange,
): Promise<BundleUnderTest> {
  const bundle = await databases.bundle({ [firstFile]: first }, { dryRun: "live", ...inputs });
  await bundle.up();
  await bundle.sql(manual);
  bundle.write(files);
  await bundle.refresh();
  return bundle;
}

/**
 * Deploys files that do what a manual change did, and expects that this is kept and belongs to the bundle.
 *
 * @param isIn - a query whose `ok` says whether it is there
 */
export async function expectKept(databases: Databases, change: ManualChange, isIn: string): Promise<void> {
  const bundle = await afterManualChange(databases, { ...change, inputs: { prune: "drop" } });

  expect(await failureOf(bundle.preview())).toBe("it succeeded");
  await bundle.up();

  expect((await bundle.sql(isIn)).rows).toEqual([{ ok: true }]);
  // It refreshes first.
  expect(await bundle.up()).toBe(false);
  expect(await differencesFromEmpty(databases, bundle)).toEqual([]);
}

/** Deploys the current files, and expects that preview and up agree and that the result is that of an empty database. */
export async function expectDeployed(databases: Databases, bundle: BundleUnderTest): Promise<void> {
  expect(await failureOf(bundle.preview())).toBe("it succeeded");
  await bundle.up();

  expect(await bundle.refresh()).toEqual([]);
  expect(await differencesFromEmpty(databases, bundle)).toEqual([]);
}

/** Returns the message with which a promise is rejected. */
export async function failureOf(run: Promise<unknown>): Promise<string> {
  return run.then(
    () => "it succeeded",
    (error: unknown) => messageOf(error),
  );
}
