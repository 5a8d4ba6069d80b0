import { fc } from "@fast-check/vitest";

// The same cases in every run, so that a change is what makes a property fail; SEED asks for others.
fc.configureGlobal({ ...fc.readConfigureGlobal(), seed: Number(process.env.SEED ?? 20261122) });

export { fc, test } from "@fast-check/vitest";
