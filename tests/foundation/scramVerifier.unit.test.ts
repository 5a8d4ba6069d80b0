import { expect, test } from "vitest";
import { scramVerifier, verifierWithSalt } from "../../foundation/scramVerifier";

test("the verifier of RFC 7677's example", () => {
  expect(verifierWithSalt("pencil", Buffer.from("W22ZaJ0SNY7soEsUEjb6gQ==", "base64"))).toBe(
    "SCRAM-SHA-256$4096:W22ZaJ0SNY7soEsUEjb6gQ==$WG5d8oPm3OtcPnkdi4Uo7BkeZkBFzpcXkuLmtbsT4qY=:wfPLwcE6nTWhTAmQ7tl2KeoiWGPlZqQxSrmfPwDl2dU=",
  );
});

test("is the same in every run, and differs for another role or password", () => {
  const verifier = scramVerifier("correct-horse-battery", "backup");

  expect(scramVerifier("correct-horse-battery", "backup")).toBe(verifier);
  expect(scramVerifier("correct-horse-battery", "monitoring")).not.toBe(verifier);
  expect(scramVerifier("correct-horse-batterz", "backup")).not.toBe(verifier);
});
