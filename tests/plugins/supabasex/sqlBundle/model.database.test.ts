import { afterAll, beforeAll } from "vitest";
import { fc, test } from "../../../support/properties";
import { play, sequences } from "./model/model";
import { Databases } from "./support";

const databases = new Databases();
beforeAll(() => databases.start());
afterAll(() => databases.stop());

/** `npm run soak` runs 500. */
const rounds = Number(process.env.MODEL_ROUNDS ?? 8);

test.prop([sequences, fc.constantFrom("report" as const, "drop" as const)], { numRuns: rounds })(
  "for random files, manual changes and deployments: preview and up agree, files and database agree, and an empty database gets the same",
  async (steps, prune) => {
    await play(databases, steps, prune);
  },
  // A sequence takes some seconds, or more than a minute on a busy machine.
  rounds * 180_000,
);
