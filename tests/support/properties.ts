import { fc } from "@fast-check/vitest";

// Every run has the same cases, so a new failure comes from a change. SEED selects other cases.
fc.configureGlobal({ ...fc.readConfigureGlobal(), seed: Number(process.env.SEED ?? 20261122) });

export { fc, test } from "@fast-check/vitest";
