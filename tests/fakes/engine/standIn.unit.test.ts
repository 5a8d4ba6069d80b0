import { describe, expect, it } from "vitest";
import { PartialFailure } from "../../../plugins/provider-host/provider";
import {
  containsSecret,
  type PropertyMap,
  reveal,
  Secret,
  unknown,
} from "../../../plugins/provider-host/values";
import { configured, context, type, urn } from "./bucketStandIn";

describe("check", () => {
  it("adds the default and a name, and marks secrets", async () => {
    const { check } = await configured();
    const { inputs, failures } = await check({ password: "p" });
    expect(failures).toEqual([]);
    expect(inputs.name).toBe("logs-4bf5122");
    expect(inputs.region).toBe("here");
    expect(inputs.password).toBeInstanceOf(Secret);
  });

  it("lists its defaults in the inputs, as a bridged plugin does, and not in the outputs", async () => {
    const { check, create } = await configured();

    expect((await check({ password: "p" })).inputs.__defaults).toEqual(["name", "region"]);
    const { inputs, outputs } = await create({ name: "a" });
    expect(inputs.__defaults).toEqual(["region"]);
    expect(outputs).not.toHaveProperty("__defaults");
  });

  it("keeps the generated name", async () => {
    const { check } = await configured();
    expect((await check({}, { name: "logs-0000000" })).inputs.name).toBe("logs-0000000");
  });

  it("follows the stack's naming rules", async () => {
    const { provider } = await configured();
    const ask = (mode: "propose" | "enforce" | "disable") =>
      provider.check(
        {
          urn,
          type,
          name: "logs",
          oldInputs: {},
          inputs: {},
          randomSeed: new Uint8Array(),
          autonaming: { proposedName: "acme-logs", mode },
        },
        context,
      );
    expect((await ask("propose")).inputs.name).toBe("acme-logs");
    expect((await ask("enforce")).inputs.name).toBe("acme-logs");
    expect((await ask("disable")).failures).toEqual([{ property: "name", reason: "is required" }]);
  });

  it("reports all errors at once, without values", async () => {
    const { check } = await configured();
    const { failures } = await check({
      nam: "x",
      tags: ["hunter2"],
      policy: 5,
      readers: unknown,
      name: unknown,
    });
    expect(failures).toEqual([
      { property: "nam", reason: 'is not known; the nearest is "name"' },
      { property: "tags", reason: "must be a map, and is a list" },
      { property: "policy", reason: "must be a string, and is a number" },
    ]);
  });
});

describe("an unknown type", () => {
  it("is refused with the alternatives", async () => {
    const { provider } = await configured();
    const request = { urn, type: "cloud:index/queue:Queue", name: "q", oldInputs: {}, inputs: {} };
    await expect(provider.check({ ...request, randomSeed: new Uint8Array() }, context)).rejects.toThrow(
      "The local stand-in for cloud does not know cloud:index/queue:Queue: use the real plugin (npm start -- --official-plugins), or add it to fakes/cloud.",
    );
  });

  it("is refused, even if objects inherit a property of that name", async () => {
    const { provider } = await configured();
    await expect(
      provider.invoke?.({ token: "constructor", args: {}, preview: false }, context),
    ).rejects.toThrow("does not know constructor");
  });
});

describe("preview", () => {
  it("changes nothing, and marks as unknown the values that only the service can compute", async () => {
    const { create, api } = await configured();
    const { id, outputs } = await create({ name: "a", password: "p", readers: [unknown] }, true);
    expect(id).toBe("");
    expect(api.calls).toEqual([]);
    expect(outputs).toMatchObject({
      name: "a",
      region: "here",
      arn: unknown,
      acl: unknown,
      readers: [unknown],
    });
    expect(outputs.token).toBeInstanceOf(Secret);
    expect(reveal(outputs.token ?? null)).toBe(unknown);
  });

  it("of an update keeps values that stay, but not values that may change or were removed", async () => {
    const { create, provider, api } = await configured();
    const made = await create({ name: "a", tags: { x: "1" } });
    const { tags: _removed, ...inputs } = made.inputs;
    const { outputs } = await provider.update(
      {
        urn,
        type,
        id: "a",
        oldInputs: made.inputs,
        oldOutputs: made.outputs,
        inputs: { ...inputs, policy: "{}" },
        ignoreChanges: [],
        preview: true,
        timeoutSeconds: 0,
      },
      context,
    );
    expect(outputs).toMatchObject({ arn: "arn:a", acl: "private", policy: "{}", revision: unknown });
    expect(outputs.tags).toBeUndefined();
    expect(api.calls).toEqual(["create"]);
  });
});

describe("create, update and delete", () => {
  it("return the state that was read back, with secrets marked", async () => {
    const { create } = await configured();
    const { id, outputs } = await create({ name: "a", password: "p", tags: new Secret({ x: "1" }) });
    expect(id).toBe("a");
    expect(reveal(outputs)).toEqual({
      id: "a",
      name: "a",
      region: "here",
      acl: "private",
      arn: "arn:a",
      revision: 1,
      password: "p",
      tags: { x: "1" },
      token: "shown once",
    });
    expect(Object.keys(outputs).filter((key) => containsSecret(outputs[key] ?? null))).toEqual([
      "password",
      "tags",
      "token",
    ]);
  });

  it("keep the id of a resource that was created and cannot be read", async () => {
    const { create, api } = await configured();
    api.failReads = true;
    const failure = await create({ name: "a" }).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(PartialFailure);
    expect(failure).toMatchObject({ id: "a", reasons: ["503"] });
  });

  it("set the program's values in the service", async () => {
    const { create, provider, api } = await configured();
    const made = await create({ name: "a", tags: { x: "1" } });
    const { tags: _removed, ...inputs } = made.inputs;
    const request = {
      urn,
      type,
      id: "a",
      oldInputs: made.inputs,
      oldOutputs: made.outputs,
      ignoreChanges: [],
    };
    const update = { ...request, inputs: { ...inputs, readers: ["me"] }, preview: false, timeoutSeconds: 0 };
    const { outputs } = await provider.update(update, context);
    expect(api.buckets.get("a")).toMatchObject({ readers: ["me"], revision: 2 });
    expect(outputs).toMatchObject({ readers: ["me"], revision: 2, arn: "arn:a" });
    expect(outputs.tags).toBeUndefined();
    await provider.delete({ urn, type, id: "a", inputs: update.inputs, outputs, timeoutSeconds: 0 }, context);
    expect(api.buckets.size).toBe(0);
  });
});

describe("diff", () => {
  it.each<[string, PropertyMap, PropertyMap, string[], object]>([
    ["nothing", {}, {}, [], {}],
    ["a change in place", { policy: "{}" }, { policy: '{"a":1}' }, [], { policy: ["update", true] }],
    ["equivalent JSON", { policy: '{"a":1,"b":2}' }, { policy: '{ "b": 2, "a": 1 }' }, [], {}],
    [
      "a nested change",
      { tags: { x: "1" } },
      { tags: { x: "2", y: "3" } },
      [],
      { "tags.x": ["update", true], "tags.y": ["add", true] },
    ],
    ["another order of an unordered list", { readers: ["a", "b"] }, { readers: ["b", "a"] }, [], {}],
    ["a removal", { tags: { x: "1" } }, {}, [], { tags: ["delete", true] }],
    ["a removal of an empty value", { tags: {} }, {}, [], {}],
    ["a removal of a value that the service computes", { acl: "private" }, {}, [], {}],
    ["a replacement", { region: "here" }, { region: "there" }, [], { region: ["update-replace", true] }],
    ["an unknown value", { policy: "{}" }, { policy: unknown }, [], { policy: ["update", true] }],
    [
      "an ignored property",
      { tags: { x: "1" }, policy: "1" },
      { tags: { x: "2" }, policy: "2" },
      ["tags", "policy"],
      {},
    ],
    [
      "a property that only starts with an ignored name",
      { policy: "1" },
      { policy: "2" },
      ["pol"],
      { policy: ["update", true] },
    ],
  ])("finds %s", async (_what, old, desired, ignore, expected) => {
    const { diff } = await configured();
    const name = { name: "a" };
    const { changes, detailed = {} } = await diff(
      { ...name, ...old },
      { ...name, ...old },
      { ...name, ...desired },
      { ignoreChanges: ignore },
    );
    const found = Object.fromEntries(
      Object.entries(detailed).map(([path, d]) => [path, [d.kind, d.inputDiff]]),
    );
    expect(found).toEqual(expected);
    expect(changes).toBe(Object.keys(found).length > 0);
  });

  it("finds added and removed members of a set", async () => {
    const { diff } = await configured();
    const { detailed } = await diff(
      { readers: ["a", "b"] },
      { readers: ["a", "b"] },
      { readers: ["b", "c", "d"] },
    );
    expect(
      Object.entries(detailed ?? {})
        .map(([path, { kind }]) => `${kind} ${path}`)
        .sort(),
    ).toEqual(["add readers[1]", "add readers[2]", "delete readers[0]"]);
  });

  it("deletes first if the new resource would have the same name, unless the name was generated", async () => {
    const { diff } = await configured();
    const replacing = (name: string) =>
      diff({ name, region: "here" }, { name, region: "here" }, { name, region: "there" });
    expect((await replacing("mine")).deleteBeforeReplace).toBe(true);
    expect((await replacing("logs-4bf5122")).deleteBeforeReplace).toBe(false);
  });
});

describe("refresh", () => {
  it("finds no change if nothing has changed", async () => {
    const { create, refresh } = await configured();
    const made = await create({
      name: "a",
      password: "p",
      policy: '{ "a": 1 }',
      tags: { x: "1" },
      readers: ["r"],
    });
    const answer = await refresh(made);
    expect(answer).toMatchObject({ found: { changes: false, detailed: {} } });
  });

  it("finds manual changes, additions and removals, with their paths", async () => {
    const { create, refresh, api } = await configured();
    const made = await create({ name: "a", tags: { x: "1", y: "2" } });
    api.buckets.set("a", { ...api.buckets.get("a"), tags: { x: "9" }, readers: ["intruder"], acl: "public" });
    const answer = await refresh(made);
    expect(answer).toMatchObject({
      found: {
        changes: true,
        detailed: {
          "tags.x": { kind: "update" },
          "tags.y": { kind: "add" },
          // The program sets no readers. The table declares that the service computes the access list.
          readers: { kind: "delete" },
        },
      },
    });
  });

  it("keeps secrets secret, and values that cannot be read unchanged", async () => {
    const { create, refresh, api } = await configured();
    const made = await create({ name: "a", password: "p", policy: new Secret("{}") });
    api.buckets.set("a", { ...api.buckets.get("a"), policy: '{"a":1}' });
    const answer = await refresh(made);
    if (answer === "gone") return expect.unreachable();
    expect(answer.read.inputs.policy).toBeInstanceOf(Secret);
    expect(reveal(answer.read.inputs.policy ?? null)).toBe('{"a":1}');
    expect(answer.read.outputs.policy).toBeInstanceOf(Secret);
    expect(reveal(answer.read.outputs.password ?? null)).toBe("p");
    expect(Object.keys(answer.found.detailed ?? {})).toEqual(["policy"]);
  });

  it("finds a deleted resource", async () => {
    const { create, refresh, api } = await configured();
    const made = await create({ name: "a" });
    api.buckets.clear();
    expect(await refresh(made)).toBe("gone");
  });
});

describe("import", () => {
  it("returns the inputs that a program would need", async () => {
    const { provider, api } = await configured();
    api.buckets.set("b", { name: "b", region: "there", acl: "private", tags: { x: "1" }, arn: "arn:b" });
    const read = await provider.read({ urn, type, id: "b", inputs: {}, outputs: {} }, context);
    expect(read).toEqual({
      id: "b",
      inputs: { name: "b", region: "there", tags: { x: "1" } },
      outputs: { id: "b", name: "b", region: "there", acl: "private", tags: { x: "1" }, arn: "arn:b" },
    });
  });
});
