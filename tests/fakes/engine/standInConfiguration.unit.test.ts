import { describe, expect, it } from "vitest";
import { standIn } from "../../../fakes/engine/standIn";
import { type PropertyMap, reveal, Secret, unknown } from "../../../plugins/provider-host/values";
import { bucketTable } from "./bucketApi";
import { configured, context, urn } from "./bucketStandIn";

describe("functions", () => {
  it("return their secrets marked", async () => {
    const { provider } = await configured();
    const invoke = { token: "cloud:index/getKeys:getKeys", args: { bucket: "a" }, preview: false };
    const answer = await provider.invoke?.(invoke, context);
    expect(answer?.result.bucket).toBe("a");
    expect(answer?.result.key).toBeInstanceOf(Secret);
    expect(reveal(answer?.result.key ?? null)).toBe("key of a");
  });

  it("refuse unknown arguments", async () => {
    const { provider } = await configured();
    const invoke = { token: "cloud:index/getKeys:getKeys", args: { bukket: "a" }, preview: false };
    expect(await provider.invoke?.(invoke, context)).toEqual({
      result: {},
      failures: [
        { property: "bukket", reason: 'is not known; the nearest is "bucket"' },
        { property: "bucket", reason: "is required" },
      ],
    });
  });
});

describe("configuration", () => {
  it("reaches the service unwrapped, with defaults", async () => {
    const { api } = await configured({ region: "eu", accessKey: new Secret("k"), endpoints: [{ s3: "x" }] });
    expect(api.config).toEqual({ region: "eu", retries: 3, accessKey: "k", endpoints: [{ s3: "x" }] });
  });

  it("declares which keys are not strings", async () => {
    expect(standIn(bucketTable).configTypes).toEqual({ retries: "number", endpoints: "json" });
  });

  it("is refused with all its errors", async () => {
    await expect(configured({ regoin: "eu", retries: "x" })).rejects.toThrow(
      'The configuration of the cloud provider is wrong: regoin is not known; the nearest is "region"; retries must be a number, and is a string; region is required.',
    );
  });

  it("can change, except for the location of its resources", async () => {
    const { provider } = await configured();
    const provided = { urn, type: "pulumi:providers:cloud", id: "c", oldOutputs: {}, ignoreChanges: [] };
    const change = async (oldInputs: PropertyMap, inputs: PropertyMap) =>
      await provider.diffConfig?.({ ...provided, oldInputs, inputs }, context);

    expect(await change({ region: "eu", retries: "3" }, { region: "eu", retries: "4" })).toEqual({
      changes: true,
      detailed: { retries: { kind: "update", inputDiff: true } },
    });
    expect(await change({ region: "eu" }, { region: "eu" })).toEqual({ changes: false, detailed: {} });
    await expect(change({ region: "eu" }, { region: "us" })).rejects.toThrow(
      "cloud:region is us, but the stack's resources were created with eu: the local stand-in cannot move them, so restore the old value, or remove the stack first.",
    );
  });

  it("is checked by name before values are known", async () => {
    const inputs = { region: unknown, endpionts: "[]", version: "7.0.0" };
    const request = { urn, type: "pulumi:providers:cloud", name: "c", oldInputs: {}, inputs };
    const { provider } = await configured();
    const answer = await provider.checkConfig?.({ ...request, randomSeed: new Uint8Array() }, context);
    expect(answer?.failures).toEqual([
      { property: "endpionts", reason: 'is not known; the nearest is "endpoints"' },
    ]);
  });
});

describe("a parameterized package", () => {
  const provider = standIn({
    ...bucketTable,
    plugin: { name: "terraform-provider", version: "1.1.3" },
    parameterized: { version: "1.10.1" },
  });
  const value = new Uint8Array();

  it("is that of the table", async () => {
    expect(provider).toMatchObject({ name: "terraform-provider", version: "1.1.3" });
    const answer = await provider.parameterize?.({ name: "cloud", version: "1.10.1", value });
    expect(answer).toEqual({ name: "cloud", version: "1.10.1" });
  });

  it("cannot be another package", async () => {
    await expect(provider.parameterize?.({ name: "random", version: "3.0.0", value })).rejects.toThrow(
      "The local stand-in for terraform-provider is cloud 1.10.1, not random 3.0.0: use the real plugin (npm start -- --official-plugins).",
    );
  });
});
