import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import type pg from "pg";
import type { CallContext } from "../../../../plugins/provider-host/provider";
import { type PropertyMap, Secret } from "../../../../plugins/provider-host/values";
import { sqlBundle } from "../../../../plugins/supabasex/provider/sqlBundle/resource";
import { readBundleFiles } from "../../../../plugins/supabasex/sdk/readBundleFiles";

const type = "supabasex:index:SqlBundle";

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
