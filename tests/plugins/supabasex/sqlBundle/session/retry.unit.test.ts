import { describe, expect, test } from "vitest";
import {
  isCausedByOthers,
  retrying,
} from "../../../../../plugins/supabasex/provider/sqlBundle/session/retry";

describe("retrying", () => {
  const lost = Object.assign(new Error("lock timeout"), { code: "55P03", severity: "ERROR" });
  const options = {
    retries: 3,
    signal: new AbortController().signal,
    isRetriable: isCausedByOthers,
    random: () => 0,
  };

  test("three lock timeouts, then success", async () => {
    let attempts = 0;
    const run = async () => {
      attempts += 1;
      if (attempts <= 3) throw lost;
      return "done";
    };

    expect(await retrying(run, options)).toBe("done");
    expect(attempts).toBe(4);
  });

  test("a lock that is never free: fails after the last retry", async () => {
    let attempts = 0;
    const run = async () => {
      attempts += 1;
      throw lost;
    };

    await expect(retrying(run, options)).rejects.toBe(lost);
    expect(attempts).toBe(4);
  });

  test.each([
    ["tuple concurrently updated", "XX000", {}],
    ["cache lookup failed for function 16401", "XX000", {}],
    ["could not open relation with OID 16402", "XX000", {}],
    ["duplicate key value violates unique constraint", "23505", { schema: "pg_catalog" }],
  ])("%s is retried, because another session caused it", async (message, code, more) => {
    let attempts = 0;
    const run = async () => {
      attempts += 1;
      if (attempts === 1) throw Object.assign(new Error(message), { code, severity: "ERROR", ...more });
    };

    await retrying(run, options);
    expect(attempts).toBe(2);
  });

  test.each(["40001", "57014", "23505", "08006", "XX000"])("%s is never retried", async (code) => {
    let attempts = 0;
    const run = async () => {
      attempts += 1;
      throw Object.assign(new Error("x"), { code, severity: "ERROR" });
    };

    await expect(retrying(run, options)).rejects.toThrow("x");
    expect(attempts).toBe(1);
  });
});
