import { describe, expect, it } from "vitest";
import { newRunName, objectKey, parseObjectKey, runStart } from "../../backup/runName";
import { fc, test } from "../support/properties";

const moments = fc.date({ min: new Date("2000-01-01"), max: new Date("2100-01-01"), noInvalidDate: true });

describe("the name of a run", () => {
  it("contains its start time in UTC", () => {
    expect(newRunName(new Date("2026-11-22T13:15:00.042Z"))).toMatch(/^20261122T131500042Z-[0-9a-f]{8}$/);
  });

  test.prop([moments])("converts to the time and back", (moment) => {
    expect(runStart(newRunName(moment))).toEqual(moment);
  });

  test.prop([moments, moments])("sorts chronologically", (a, b) => {
    fc.pre(a.getTime() !== b.getTime());
    expect(newRunName(a) < newRunName(b)).toBe(a < b);
  });

  it.each([
    "",
    "latest",
    "20261122T131500Z-9f3a0c21",
    "20261399T131500042Z-9f3a0c21",
    "20261122T131500042Z-9F3A0C21",
  ])("is not %o", (name) => {
    expect(runStart(name)).toBeUndefined();
  });
});

describe("the key of an object", () => {
  const run = "20261122T131500042Z-9f3a0c21";

  it("contains its run and its name", () => {
    expect(parseObjectKey(objectKey(run, "data-001.sql.zst"))).toEqual({ run, object: "data-001.sql.zst" });
  });

  it.each(["", "runs/", `runs/${run}`, `runs/${run}/`, `other/${run}/x`, "runs/notes/x"])(
    "is not %o",
    (key) => {
      expect(parseObjectKey(key)).toBeUndefined();
    },
  );
});
