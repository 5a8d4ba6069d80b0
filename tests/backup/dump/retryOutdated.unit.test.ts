import { describe, expect, it } from "vitest";
import { retryOutdated } from "../../../backup/dump/retryOutdated";
import { SnapshotOutdated } from "../../../backup/dump/tableLocks";

/** Makes attempts of this length, of which the first ones find an outdated snapshot. */
async function attempts(
  outdated: number,
  seconds: number,
): Promise<{ result: unknown; made: number; progressed: number }> {
  let made = 0;
  let progressed = 0;
  const result = await retryOutdated({
    attempt: async () => {
      made += 1;
      if (made <= outdated) throw new SnapshotOutdated("shop.total changed after the snapshot was taken");
      return "begun";
    },
    cleanUp: async () => undefined,
    progress: () => {
      progressed += 1;
    },
    now: () => made * seconds * 1000,
  }).catch((error: unknown) => error);
  return { result, made, progressed };
}

describe("a dump whose snapshot is outdated", () => {
  it("is attempted several times, also if one attempt takes longer than the time limit", async () => {
    expect(await attempts(4, 600)).toEqual({ result: "begun", made: 5, progressed: 4 });
  });

  it("is attempted for two minutes if an attempt is short", async () => {
    expect(await attempts(59, 2)).toEqual({ result: "begun", made: 60, progressed: 59 });
  });

  it("then fails, and the error names the last change", async () => {
    const { result, made, progressed } = await attempts(Number.POSITIVE_INFINITY, 600);
    expect([made, progressed]).toEqual([5, 4]);
    expect((result as Error).message).toBe(
      "Other sessions changed tables, functions, types or views during each of 5 attempts in 3000 s; the last time: shop.total changed after the snapshot was taken. Run the backup when no migration is running.",
    );
    expect((await attempts(Number.POSITIVE_INFINITY, 2)).made).toBe(60);
  });

  it("is not attempted again after another failure, or if the run is stopped", async () => {
    const ending = { cleanUp: async () => undefined, progress: () => undefined };
    const failing = retryOutdated({ ...ending, attempt: async () => Promise.reject(new Error("lost")) });
    await expect(failing).rejects.toThrow("lost");
    const stopped = retryOutdated({
      ...ending,
      attempt: async () => Promise.reject(new SnapshotOutdated("changed")),
      cleanUp: async () => Promise.reject(new Error("stopped")),
    });
    await expect(stopped).rejects.toThrow("stopped");
  });
});
