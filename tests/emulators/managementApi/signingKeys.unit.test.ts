import { generateKeyPairSync } from "node:crypto";
import { afterEach, beforeEach, expect, test } from "vitest";
import { type TestEmulator, testEmulator } from "./support";

let emulator: TestEmulator;
let keys: string;

beforeEach(async () => {
  emulator = await testEmulator();
  keys = `/projects/${await emulator.project()}/config/auth/signing-keys`;
});
afterEach(() => emulator.remove());

test("an imported key waits in standby, and its private half is not returned", async () => {
  const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const jwk = privateKey.export({ format: "jwk" });
  const { d: _secret, ...publicHalf } = jwk;

  const imported = await emulator.call("POST", keys, { algorithm: "ES256", private_jwk: jwk });

  expect(imported.status).toBe(201);
  expect(imported.json).toMatchObject({ status: "standby", public_jwk: { ...publicHalf, alg: "ES256" } });
  expect((await emulator.call("GET", keys)).text).not.toContain(jwk.d);
});

test("a second key in standby is refused", async () => {
  await emulator.call("POST", keys, { algorithm: "EdDSA" });

  expect((await emulator.call("POST", keys, { algorithm: "ES256" })).status).toBe(422);
});

test("one key is in use, and a key in use cannot be deleted", async () => {
  const first = await emulator.call("POST", keys, { algorithm: "RS256", status: "in_use" });
  const second = await emulator.call("POST", keys, { algorithm: "HS256", status: "in_use" });

  const { json } = await emulator.call("GET", keys);

  expect(json.keys.map(({ status }: { status: string }) => status)).toEqual(["previously_used", "in_use"]);
  expect((await emulator.call("DELETE", `${keys}/${second.json.id}`)).status).toBe(422);
  expect((await emulator.call("DELETE", `${keys}/${first.json.id}`)).status).toBe(200);
});

test("an invalid key is refused", async () => {
  const { status } = await emulator.call("POST", keys, {
    algorithm: "ES256",
    private_jwk: { kty: "EC", crv: "P-256" },
  });

  expect(status).toBe(400);
});
