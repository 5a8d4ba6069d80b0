import fc from "fast-check";
import {
  type Catalog,
  diffCatalogs,
  partsOfIdentity,
  readCatalog,
} from "../../../../../plugins/supabasex/provider/sqlBundle/catalog";
import type { BundleUnderTest } from "../bundleUnderTest";
import { type Databases, failureOf } from "../support";
import { firstMigration, manual, repeatables, statements } from "./statements";

export type Step =
  | { readonly do: "migration"; readonly statement: number }
  | { readonly do: "repeatable"; readonly slot: number; readonly version: number }
  | { readonly do: "remove" | "rename"; readonly slot: number }
  | { readonly do: "hand"; readonly statement: number }
  | { readonly do: "refresh" | "up" | "leave" | "second" }
  | { readonly do: "kill"; readonly afterMilliseconds: number };

const index = fc.nat({ max: 1000 });
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 5, arbitrary: fc.record({ do: fc.constant("migration" as const), statement: index }) },
  {
    weight: 5,
    arbitrary: fc.record({ do: fc.constant("repeatable" as const), slot: index, version: index }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constantFrom("remove" as const, "rename" as const), slot: index }),
  },
  { weight: 5, arbitrary: fc.record({ do: fc.constant("hand" as const), statement: index }) },
  {
    weight: 7,
    arbitrary: fc.record({
      do: fc.constantFrom(
        "up" as const,
        "up" as const,
        "up" as const,
        "refresh" as const,
        "leave" as const,
        "second" as const,
      ),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant("kill" as const), afterMilliseconds: fc.nat({ max: 300 }) }),
  },
);

/** A random history of a bundle, which ends with a deployment. */
export const sequences: fc.Arbitrary<Step[]> = fc
  .array(step, { minLength: 3, maxLength: 16 })
  .map((steps): Step[] => [...steps, { do: "up" }]);

/** Runs a sequence. If an invariant does not hold after a deployment, throws an error with all steps. */
export async function play(
  databases: Databases,
  steps: readonly Step[],
  prune: "report" | "drop",
): Promise<void> {
  const bundle = await databases.bundle(
    {
      "migrations/20260101000000_first.sql": firstMigration,
      ...Object.fromEntries(Object.entries(repeatables).map(([path, versions]) => [path, versions[0] ?? ""])),
    },
    { dryRun: "live", prune },
  );
  const world = new World(databases, bundle);
  try {
    await world.deploy();
    for (const one of steps) await world.take(one);
  } catch (error) {
    if (error instanceof Unplayable) return;
    throw new Error([...world.story, String(error instanceof Error ? error.message : error)].join("\n"), {
      cause: error,
    });
  } finally {
    await bundle.sql("drop schema if exists $s cascade");
    await bundle.manual.end();
  }
}

class World {
  /** The steps so far, one line each. */
  readonly story: string[] = [];
  #migrations = 0;
  /** The files of the last successful deployment, to which a failed change is reverted. */
  #deployed: Record<string, string> = {};
  /** Another, older checkout. */
  #second: Record<string, string> | undefined;

  constructor(
    private readonly databases: Databases,
    private readonly bundle: BundleUnderTest,
  ) {}

  async take(one: Step): Promise<void> {
    switch (one.do) {
      case "migration": {
        this.#migrations += 1;
        const path = `migrations/${20260101000000 + this.#migrations}_next.sql`;
        this.write(path, at(statements, one.statement));
        return;
      }
      case "repeatable": {
        const [path, versions] = at(Object.entries(repeatables), one.slot);
        this.write(path, at(versions, one.version));
        return;
      }
      case "remove":
      case "rename": {
        const present = Object.entries(this.bundle.files()).filter(([path]) =>
          path.startsWith("repeatable/"),
        );
        if (present.length === 0) return;
        const [path, text] = at(present, one.slot);
        this.write(path, undefined);
        if (one.do === "rename") this.write(path.replace(".sql", "_2.sql"), text);
        return;
      }
      case "hand": {
        const text = at([...manual, ...statements, ...manual], one.statement);
        const result = await this.bundle.sql(text).then(
          () => "done",
          (error: Error) => error.message,
        );
        this.story.push(`manually: ${text} (${result})`);
        return;
      }
      case "refresh":
        await this.bundle.refresh();
        this.story.push("refresh");
        return;
      case "leave":
        this.#second = this.bundle.files();
        this.story.push("another checkout is cloned");
        return;
      case "second":
        return await this.deployFromSecond();
      case "kill":
        return await this.kill(one.afterMilliseconds);
      case "up":
        return await this.deploy();
    }
  }

  /** Previews, deploys, and checks all invariants. A change that cannot be deployed is reverted. */
  async deploy(): Promise<void> {
    const { bundle } = this;
    if (bundle.state !== undefined) await bundle.refresh();
    const preview = await failureOf(bundle.preview());
    const manualBefore = await this.manualObjects();
    bundle.logs = [];
    const up = await failureOf(bundle.up());
    this.story.push(`up: ${up}`);
    if ((preview === "it succeeded") !== (up === "it succeeded")) {
      throw new Error(`(c) preview and up disagree:\n  preview: ${preview}\n  up: ${up}`);
    }
    if (up !== "it succeeded") {
      await this.takeBack();
      return;
    }
    this.#deployed = bundle.files();
    await this.check(manualBefore);
  }

  private async check(manualBefore: ReadonlyMap<string, string>): Promise<void> {
    const { bundle } = this;
    const logs = bundle.logs.join("\n");
    const drift = (await bundle.refresh()).filter((path) => !/applied file/.test(path));
    const missing = diffCatalogs(await this.expected(), await readCatalog(bundle.manual)).filter(
      ({ kind, identity, property }) =>
        kind !== "extra" && property !== "grants" && !identity.startsWith("applied file "),
    );
    if (missing.length > 0) throw new Error(`(a) not as the files say: ${JSON.stringify(missing)}; ${drift}`);
    const expected = await this.expected();
    const live = await readCatalog(bundle.manual);
    for (const [identity] of manualBefore) {
      const isThere = live[identity] !== undefined;
      if (isThere && expected[identity] === undefined) continue;
      if (!logs.includes(identity) && !namesRenamed(logs, identity)) {
        throw new Error(
          `(b) ${identity}, created manually, ${isThere ? "became part of the bundle" : "disappeared"} without being named:\n${logs}`,
        );
      }
    }
    await this.compareWithEmpty();
  }

  /** Compares with an empty database (invariant d). */
  private async compareWithEmpty(): Promise<void> {
    const fresh = await this.databases.bundle({}, { dryRun: "off" });
    const pattern = new RegExp(`\\b${this.bundle.schema}\\b`, "g");
    fresh.write(
      Object.fromEntries(
        Object.entries(this.bundle.files()).map(([name, text]) => [
          name,
          text.replaceAll(pattern, fresh.schema),
        ]),
      ),
    );
    const result = await failureOf(fresh.up());
    if (result !== "it succeeded") throw new Error(`(d) the same files fail on an empty database: ${result}`);
    const [own, others] = [
      linesOf(await this.expected(), this.bundle.schema),
      linesOf(await expectedOf(fresh), fresh.schema),
    ];
    await fresh.sql("drop schema $s cascade");
    await fresh.manual.end();
    const differing = [
      ...own.filter((line) => !others.includes(line)).map((line) => `only here: ${line}`),
      ...others.filter((line) => !own.includes(line)).map((line) => `only on an empty database: ${line}`),
    ];
    if (differing.length > 0)
      throw new Error(["(d) the result on an empty database is different:", ...differing].join("\n  "));
  }

  /** Returns the unexpected objects in the schema: identity → object. */
  private async manualObjects(): Promise<Map<string, string>> {
    if (this.bundle.state === undefined) return new Map();
    const live = await readCatalog(this.bundle.manual);
    const extra = diffCatalogs(await this.expected(), live).filter(({ kind }) => kind === "extra");
    return new Map(extra.map(({ identity, live: object }) => [identity, JSON.stringify(object)]));
  }

  private expected(): Promise<Catalog> {
    return expectedOf(this.bundle);
  }

  /** Deploys the other checkout, which is refused or deploys its own files. */
  private async deployFromSecond(): Promise<void> {
    if (this.#second === undefined) return;
    const own = this.bundle.files();
    this.replaceFiles(this.#second);
    this.story.push("from the other checkout:");
    await this.deploy();
    this.replaceFiles({ ...own, ...migrationsOf(this.#deployed) });
  }

  /** Cuts the connections of a deployment, as if its process had been killed. */
  private async kill(afterMilliseconds: number): Promise<void> {
    if (this.bundle.state === undefined) return;
    const { inputs, outputs } = this.bundle.state;
    const running = failureOf(this.bundle.update());
    await new Promise((resolve) => setTimeout(resolve, afterMilliseconds));
    await this.bundle.sql(
      "select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'supabasex $s' and pid <> pg_backend_pid()",
    );
    this.story.push(`up, killed: ${await running}`);
    // The state is written after the deployment, so a killed one leaves the previous state.
    this.bundle.state = { inputs, outputs };
  }

  /** Reverts what cannot be deployed, as a team would; applied migrations stay. */
  private async takeBack(): Promise<void> {
    const applied = new Set(await this.bundle.history());
    const kept = Object.entries(this.bundle.files()).filter(
      ([path]) => applied.has(path) && path.startsWith("migrations/"),
    );
    this.replaceFiles({ ...this.#deployed, ...Object.fromEntries(kept) });
    const still = await failureOf(this.bundle.up());
    if (still === "it succeeded") return;
    // A manual change is in the way: it is undone manually, as the message says.
    this.story.push(`reverted: ${still}`);
    throw new Unplayable(still);
  }

  private replaceFiles(files: Record<string, string>): void {
    const names = new Set([...Object.keys(this.bundle.files()), ...Object.keys(files)]);
    this.bundle.write(Object.fromEntries([...names].map((name) => [name, files[name]])));
  }

  private write(path: string, text: string | undefined): void {
    this.story.push(`${path}: ${text ?? "(removed)"}`);
    this.bundle.write({ [path]: text });
  }
}

/** The sequence ended because only a person can repair the drift. This is not a failure. */
export class Unplayable extends Error {}

/**
 * Returns whether the log names a renamed object, which is reported by its previous name: `column s1.a note, name: note → remark`.
 */
function namesRenamed(logs: string, identity: string): boolean {
  const { kind, parent, name } = partsOfIdentity(identity);
  return logs
    .split("\n")
    .some(
      (line) => line.includes(`${kind} ${parent ?? ""}`) && / name: \S+ → (\S+)$/.exec(line)?.[1] === name,
    );
}

async function expectedOf(bundle: BundleUnderTest): Promise<Catalog> {
  const { rows } = await bundle.sql("select expected from supabase_migrations.bundles where name = '$s'");
  return (rows[0]?.expected ?? {}) as Catalog;
}

function linesOf(catalog: Catalog, schema: string): string[] {
  return Object.entries(catalog)
    .filter(([identity]) => !identity.startsWith("applied file ") && identity !== "server")
    .map((entry) => JSON.stringify(entry).replaceAll(new RegExp(`\\b${schema}\\b`, "g"), "$s"));
}

function migrationsOf(files: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(files).filter(([path]) => path.startsWith("migrations/")));
}

function at<T>(items: readonly T[], position: number): T {
  const item = items[position % items.length];
  if (item === undefined) throw new Error("an empty list");
  return item;
}
