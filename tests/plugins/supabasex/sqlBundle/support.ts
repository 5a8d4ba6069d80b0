import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import type pg from "pg";
import { expect, onTestFinished, TestRunner } from "vitest";
import { messageOf } from "../../../../foundation/userError";
import type { CallContext } from "../../../../plugins/provider-host/provider";
import { type PropertyMap, Secret } from "../../../../plugins/provider-host/values";
import { type Catalog, readCatalog } from "../../../../plugins/supabasex/provider/sqlBundle/catalog";
import { sqlBundle } from "../../../../plugins/supabasex/provider/sqlBundle/resource";
import { readBundleFiles } from "../../../../plugins/supabasex/sdk/readBundleFiles";
import { startTestCluster, type TestCluster } from "../../../support/cluster";

const type = "supabasex:index:SqlBundle";

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
    await admin.query("set lock_timeout = '1s'");
    await admin.query(`drop schema if exists ${schema} cascade`).catch((error: unknown) => {
      if (!isLockTimeout(error)) throw error;
    });
  }
}

const isLockTimeout = (error: unknown): boolean =>
  error instanceof Error && "code" in error && error.code === "55P03";

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

/** Performs the engine's operations on a SqlBundle without the engine. */
export class BundleUnderTest {
  readonly directory = mkdtempSync(path.join(tmpdir(), "thorbis-bundle-"));
  inputs: Record<string, unknown> = {};
  state: { inputs: PropertyMap; outputs: PropertyMap } | undefined;
  logs: string[] = [];
  /** A port other than the server's: a proxy's, or one on which nothing listens. */
  port: number | undefined;
  signal: AbortSignal = new AbortController().signal;

  constructor(
    readonly schema: string,
    private readonly url: string,
    /** A connection for manual changes. */
    readonly manual: pg.Client,
  ) {}

  /** Removes the folder of the files. */
  remove(): void {
    rmSync(this.directory, { recursive: true, force: true });
  }

  /** Writes the given files; an undefined one is removed. */
  write(files: Record<string, string | undefined>): void {
    for (const [name, text] of Object.entries(files)) {
      const full = path.join(this.directory, name);
      mkdirSync(path.dirname(full), { recursive: true });
      if (text === undefined) rmSync(full);
      else writeFileSync(full, text.replaceAll("$s", this.schema));
    }
  }

  /** Returns the current files: path → text. */
  files(): Record<string, string> {
    const names = readdirSync(this.directory, { recursive: true, encoding: "utf8" });
    return Object.fromEntries(
      names
        .filter((name) => name.endsWith(".sql"))
        .sort()
        .map((name) => [name, readFileSync(path.join(this.directory, name), "utf8")]),
    );
  }

  async sql(text: string): Promise<pg.QueryResult> {
    return this.manual.query(text.replaceAll("$s", this.schema));
  }

  /** Runs `pulumi up`: refresh, diff, then create or update. Returns whether there was a difference. */
  async up(): Promise<boolean> {
    const inputs = await this.checked();
    if (this.state === undefined) {
      const { outputs } = await sqlBundle.create(
        { urn: "urn", type, name: "bundle", inputs, preview: false, timeoutSeconds: 0 },
        this.context(),
      );
      this.state = { inputs, outputs };
      return true;
    }
    await this.refresh();
    if (Object.keys(await this.diff(inputs)).length === 0) return false;
    await this.update();
    return true;
  }

  /** Runs only the update, as after a refresh that found a difference. */
  async update(): Promise<void> {
    const inputs = await this.checked();
    const { outputs } = await sqlBundle.update(this.updateRequest(inputs, false), this.context());
    this.state = { inputs, outputs };
  }

  /** Runs `pulumi preview` and returns the outputs that it would show. */
  async preview(): Promise<PropertyMap> {
    const inputs = await this.checked();
    if (this.state === undefined) {
      const response = await sqlBundle.create(
        { urn: "urn", type, name: "bundle", inputs, preview: true, timeoutSeconds: 0 },
        this.context(),
      );
      return response.outputs;
    }
    return (await sqlBundle.update(this.updateRequest(inputs, true), this.context())).outputs;
  }

  /** Runs `pulumi refresh`: updates the state and returns the paths that differ from the program. */
  async refresh(): Promise<string[]> {
    const state = this.known();
    const read = await sqlBundle.read(
      { urn: "urn", type, id: this.schema, inputs: state.inputs, outputs: state.outputs },
      this.context(),
    );
    if (read === undefined) throw new Error("the bundle is gone");
    this.state = { inputs: read.inputs, outputs: read.outputs };
    return Object.keys(await this.diff(read.inputs));
  }

  async diff(inputs: PropertyMap): Promise<Record<string, { kind: string }>> {
    const state = this.known();
    const { detailed } = await sqlBundle.diff(
      {
        urn: "urn",
        type,
        id: this.schema,
        oldInputs: state.inputs,
        oldOutputs: state.outputs,
        inputs,
        ignoreChanges: [],
      },
      this.context(),
    );
    return { ...detailed };
  }

  /** Records changed inputs that are not a difference, as the engine does. */
  async reconfigure(): Promise<void> {
    const inputs = await this.checked();
    expectNoDifference(await this.diff(inputs));
    this.state = { inputs, outputs: this.known().outputs };
  }

  async destroy(): Promise<void> {
    const state = this.known();
    await sqlBundle.delete(
      { urn: "urn", type, id: this.schema, inputs: state.inputs, outputs: state.outputs, timeoutSeconds: 0 },
      this.context(),
    );
  }

  /** Returns the rows of our history: path and hash. */
  async history(): Promise<string[]> {
    const { rows } = await this.manual.query<{ path: string }>(
      "select path from supabase_migrations.bundle_files where bundle = $1 order by path",
      [this.schema],
    );
    return rows.map(({ path: name }) => name);
  }

  async checked(): Promise<PropertyMap> {
    const { hostname, port, username, password, pathname } = new URL(this.url);
    const connection = {
      host: hostname,
      port: this.port ?? Number(port),
      user: decodeURIComponent(username),
      password: decodeURIComponent(password),
      database: pathname.slice(1),
    };
    const inputs = {
      name: this.schema,
      directory: this.directory,
      files: readBundleFiles(this.directory),
      connection: new Secret(connection),
      dryRun: "off",
      // The tests of one file share a database, and each has its own bundle in it.
      watch: "bundle",
      ...this.inputs,
    } as unknown as PropertyMap;
    const oldInputs: PropertyMap = this.state?.inputs ?? {};
    const { inputs: checked, failures = [] } = await sqlBundle.check(
      { urn: "urn", type, name: "bundle", oldInputs, inputs, randomSeed: new Uint8Array() },
      this.context(),
    );
    if (failures.length > 0)
      throw new Error(failures.map((failure) => `${failure.property} ${failure.reason}`).join("\n"));
    return checked;
  }

  context(): CallContext {
    return {
      signal: this.signal,
      log: (severity, message, options) => {
        if (options?.ephemeral !== true) this.logs.push(`${severity}: ${message}`);
      },
    };
  }

  private known() {
    if (this.state === undefined) throw new Error("up() first");
    return this.state;
  }

  private updateRequest(inputs: PropertyMap, preview: boolean) {
    const state = this.known();
    return {
      urn: "urn",
      type,
      id: this.schema,
      oldInputs: state.inputs,
      oldOutputs: state.outputs,
      inputs,
      ignoreChanges: [],
      preview,
      timeoutSeconds: 0,
    };
  }
}

function expectNoDifference(detailed: Record<string, unknown>): void {
  if (Object.keys(detailed).length > 0) throw new Error(`differs: ${Object.keys(detailed).join(", ")}`);
}

/** Returns the message with which a promise is rejected. */
export async function failureOf(run: Promise<unknown>): Promise<string> {
  return run.then(
    () => "it succeeded",
    (error: unknown) => messageOf(error),
  );
}
