import { createHmac } from "node:crypto";
import { describe, expect, it } from "vitest";
import { isVerifierOf, localPassword, scramVerifier } from "../../../emulators/postgres/passwords";

describe("passwords of the login roles", () => {
  it("gives postgres the configured password", () => {
    expect(localPassword("postgres", "p")).toBe("p");
  });

  it("derives a stable, different one for each other role", () => {
    const derived = localPassword("authenticator", "p");
    expect(derived).toMatch(/^[0-9a-f]{32}$/);
    expect(localPassword("authenticator", "p")).toBe(derived);
    expect(localPassword("supabase_admin", "p")).not.toBe(derived);
    expect(localPassword("authenticator", "q")).not.toBe(derived);
  });
});

describe("the SCRAM verifier", () => {
  it("agrees with the example of RFC 7677", () => {
    const nonce = "rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0";
    const exchange = `n=user,r=rOprNGfwEbeRWgbNEkqO,r=${nonce},s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096,c=biws,r=${nonce}`;
    const verifier = scramVerifier("pencil", Buffer.from("W22ZaJ0SNY7soEsUEjb6gQ==", "base64"));
    const [, method, iterations, serverKey = ""] =
      /^(.*)\$(\d+):W22ZaJ0SNY7soEsUEjb6gQ==\$[^:]+:(.*)$/.exec(verifier) ?? [];
    const signature = createHmac("sha256", Buffer.from(serverKey, "base64"))
      .update(exchange)
      .digest("base64");
    expect([method, iterations]).toEqual(["SCRAM-SHA-256", "4096"]);
    expect(signature).toBe("6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=");
  });

  it("fits its own password only", () => {
    const stored = scramVerifier("pencil");
    expect(isVerifierOf("pencil", stored)).toBe(true);
    expect(isVerifierOf("pencils", stored)).toBe(false);
    expect(isVerifierOf("pencil", "md5c74b5a2ac5f5d6f3b8b4d4c0f1d7e1e2")).toBe(false);
  });
});
