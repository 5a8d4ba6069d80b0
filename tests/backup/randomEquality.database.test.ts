import { afterAll, beforeAll, expect, it } from "vitest";
import { restore } from "../../backup/commands/restore";
import { run } from "../../backup/commands/run";
import { startTestCluster } from "../support/cluster";
import { commandContext, taskEnvironment } from "./support/commands";
import { takePortrait } from "./support/portrait";
import { createRandomSchema } from "./support/randomDatabase";
import { createShop } from "./support/shop";
import { startTestStore, type TestStore } from "./support/store";

/** Two databases with grants of several grantors; `npm run soak` uses twenty, and `SEED=<n>` selects another one. */
const seeds =
  process.env.SEED !== undefined
    ? [Number(process.env.SEED)]
    : process.env.SOAK_ROUNDS === undefined
      ? [8, 10]
      : Array.from({ length: Math.min(20, Number(process.env.SOAK_ROUNDS)) }, (_, n) => n + 1);

let store: TestStore;

beforeAll(async () => {
  store = await startTestStore();
});

afterAll(async () => {
  await store?.remove();
});

it.each(seeds)("a random database is restored identically (seed %i)", async (seed) => {
  const [source, target] = await Promise.all([startTestCluster(), startTestCluster()]);
  try {
    const postgres = await source.client();
    await createShop(postgres);
    await createRandomSchema(postgres, seed);
    const { manifest } = await run(commandContext(taskEnvironment(source, store)));
    const RESTORE_DATABASE_URL = `${target.url()}?sslmode=disable`;
    await restore(
      { run: manifest.run },
      commandContext({ ...taskEnvironment(source, store), RESTORE_DATABASE_URL }),
    );
    expect(await takePortrait(target.url("supabase_admin"))).toEqual(
      await takePortrait(source.url("supabase_admin")),
    );
  } finally {
    await Promise.all([source.remove(), target.remove()]);
  }
});
