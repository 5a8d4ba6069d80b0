import { describe, expect, it } from "vitest";
import { maskSecrets, ProcessFailure, startProgram } from "../../backup/childProcess";

const shell = (script: string, options: { signal?: AbortSignal; secrets?: string[] } = {}) =>
  startProgram("sh", ["-c", script], {
    environment: process.env,
    stdio: ["ignore", "ignore", "pipe"],
    ...options,
  });

const failureOf = async (script: string, secrets: string[] = []): Promise<ProcessFailure> => {
  const failure = await shell(script, { secrets }).ended.catch((error: unknown) => error);
  if (!(failure instanceof ProcessFailure)) throw new Error("it succeeded");
  return failure;
};

describe("a program", () => {
  it("succeeds with exit code 0, regardless of its output", async () => {
    await expect(shell("echo warning >&2").ended).resolves.toBeUndefined();
  });

  it("fails with its exit code and output, without secrets", async () => {
    expect((await failureOf("echo 'wrong: p@ss' >&2; echo p%40ss >&2; exit 3", ["p@ss"])).message).toBe(
      "sh exited with code 3: wrong: ********\n********",
    );
  });

  it("fails with the signal that ended it", async () => {
    expect((await failureOf("kill -9 $$")).ending).toEqual({ signal: "SIGKILL" });
  });

  it("fails if the program does not exist", async () => {
    const { ended } = startProgram("no-such-program", [], { environment: {}, stdio: "ignore" });
    await expect(ended).rejects.toThrow("no-such-program could not start: command not found");
  });

  it("is stopped by the signal", async () => {
    const controller = new AbortController();
    const { ended } = shell("exec sleep 60", { signal: controller.signal });
    controller.abort();
    await expect(ended).rejects.toThrow("signal SIGTERM");
  });
});

describe("masking", () => {
  it("leaves text without secrets as it is", () => {
    expect(maskSecrets("nothing to hide", ["", "secret"])).toBe("nothing to hide");
  });
});
