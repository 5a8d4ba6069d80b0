import { type ServiceError, status } from "@grpc/grpc-js";
import type { PluginInfo } from "@pulumi/pulumi/proto/plugin_pb";
import * as rpc from "@pulumi/pulumi/proto/provider_pb";
import { Status } from "@pulumi/pulumi/proto/status_pb";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import { afterEach, describe, expect, it, vi } from "vitest";
import { UserError } from "../../../foundation/userError";
import { fromStruct, toStruct } from "../../../plugins/provider-host/marshal";
import { type CreateRequest, PartialFailure } from "../../../plugins/provider-host/provider";
import { Secret, unknown } from "../../../plugins/provider-host/values";
import { createRequest, engine, urn } from "./engine";
import { answer } from "./support";

afterEach(() => vi.restoreAllMocks());

async function createError(error: unknown): Promise<ServiceError> {
  const { client } = await engine({ create: () => Promise.reject(error) });
  return answer<rpc.CreateResponse>((done) => client.create(createRequest(), done)).then(
    () => expect.unreachable("the call succeeded"),
    (caught: ServiceError) => caught,
  );
}

describe("handshake and configuration", () => {
  it("accepts secrets and previews, but no resource references and no output values", async () => {
    const configured: unknown[] = [];
    const { client } = await engine({
      configTypes: { port: "number" },
      configure: async (config) => void configured.push(config),
    });
    const handshake = await answer<rpc.ProviderHandshakeResponse>((done) =>
      client.handshake(new rpc.ProviderHandshakeRequest().setEngineAddress("127.0.0.1:9"), done),
    );
    const request = new rpc.ConfigureRequest().setArgs(toStruct({ port: "1", host: "h" }));
    const response = await answer<rpc.ConfigureResponse>((done) => client.configure(request, done));
    expect(handshake.toObject()).toEqual({
      acceptSecrets: true,
      acceptResources: false,
      acceptOutputs: false,
      supportsAutonamingConfiguration: true,
    });
    expect(response.toObject()).toEqual({
      acceptsecrets: true,
      acceptresources: false,
      acceptoutputs: false,
      supportspreview: true,
      supportsAutonamingConfiguration: true,
    });
    expect(configured).toEqual([{ port: 1, host: "h" }]);
  });

  it("returns its version and a minimal schema", async () => {
    const { client } = await engine();
    const info = await answer<PluginInfo>((done) => client.getPluginInfo(new Empty(), done));
    const schema = await answer<rpc.GetSchemaResponse>((done) =>
      client.getSchema(new rpc.GetSchemaRequest(), done),
    );
    expect(info.getVersion()).toBe("1.2.3");
    expect(JSON.parse(schema.getSchema())).toEqual({ name: "fake", version: "1.2.3" });
  });

  it("passes on a parameterization and returns the package", async () => {
    const seen: unknown[] = [];
    const { client } = await engine({
      parameterize: async (parameterization) => {
        seen.push({ ...parameterization, value: Buffer.from(parameterization.value).toString() });
        return { name: "supabase", version: "1.10.1" };
      },
    });
    const value = new rpc.ParameterizeRequest.ParametersValue()
      .setName("supabase")
      .setVersion("1.10.1")
      .setValue(Buffer.from("{}"));
    const response = await answer<rpc.ParameterizeResponse>((done) =>
      client.parameterize(new rpc.ParameterizeRequest().setValue(value), done),
    );
    expect(response.toObject()).toEqual({ name: "supabase", version: "1.10.1" });
    expect(seen).toEqual([{ name: "supabase", version: "1.10.1", value: "{}" }]);
  });

  it("calls a changed configuration an update, never a replacement", async () => {
    const { client } = await engine();
    const request = new rpc.DiffRequest()
      .setUrn(urn)
      .setOldInputs(toStruct({ port: "1" }))
      .setNews(toStruct({ port: "2" }));
    const response = await answer<rpc.DiffResponse>((done) => client.diffConfig(request, done));
    expect(response.getChanges()).toBe(rpc.DiffResponse.DiffChanges.DIFF_SOME);
    expect(response.getReplacesList()).toEqual([]);
    expect([...response.getDetaileddiffMap().entries()].map(([path]) => path)).toEqual(["port"]);
  });
});

describe("a resource's lifecycle", () => {
  it("passes name, type, seed and autonaming to check", async () => {
    const seen: unknown[] = [];
    const { client } = await engine({
      check: async (request) => {
        seen.push({ ...request, randomSeed: [...request.randomSeed] });
        return { inputs: request.inputs, failures: [{ property: 'files["a"]', reason: "no" }] };
      },
    });
    const request = new rpc.CheckRequest()
      .setUrn(urn)
      .setNews(toStruct({ a: unknown }))
      .setRandomseed(new Uint8Array([7]))
      .setAutonaming(
        new rpc.CheckRequest.AutonamingOptions()
          .setProposedName("x-1")
          .setMode(rpc.CheckRequest.AutonamingOptions.Mode.ENFORCE),
      );
    const response = await answer<rpc.CheckResponse>((done) => client.check(request, done));
    expect(seen).toEqual([
      {
        urn,
        type: "fake:index/thing:Thing",
        name: "app_owner",
        oldInputs: {},
        inputs: { a: unknown },
        randomSeed: [7],
        autonaming: { proposedName: "x-1", mode: "enforce" },
      },
    ]);
    expect(fromStruct(response.getInputs())).toEqual({ a: unknown });
    expect(response.getFailuresList().map((failure) => failure.toObject())).toEqual([
      { property: 'files["a"]', reason: "no" },
    ]);
  });

  it("names a secret property only in the reason, to which the engine adds no value", async () => {
    const { client } = await engine({
      check: async ({ inputs }) => ({
        inputs,
        failures: [
          { property: "password", reason: "must be a string" },
          { property: "name", reason: "must be a string" },
        ],
      }),
    });
    const request = new rpc.CheckRequest()
      .setUrn(urn)
      .setNews(toStruct({ password: new Secret(5), name: 5 }));
    const response = await answer<rpc.CheckResponse>((done) => client.check(request, done));
    expect(response.getFailuresList().map((failure) => failure.toObject())).toEqual([
      { property: "", reason: "password must be a string" },
      { property: "name", reason: "must be a string" },
    ]);
  });

  it("gets the preview flag, and secrets survive in both directions", async () => {
    const seen: CreateRequest[] = [];
    const { client } = await engine({
      create: async (request) => {
        seen.push(request);
        return { id: "", outputs: { ...request.inputs, made: unknown } };
      },
    });
    const request = createRequest()
      .setPreview(true)
      .setTimeout(60)
      .setProperties(toStruct({ password: new Secret("p") }));
    const response = await answer<rpc.CreateResponse>((done) => client.create(request, done));
    expect(seen[0]).toMatchObject({ preview: true, timeoutSeconds: 60, name: "app_owner" });
    expect(seen[0]?.inputs.password).toBeInstanceOf(Secret);
    expect(fromStruct(response.getProperties()).password).toBeInstanceOf(Secret);
    expect(fromStruct(response.getProperties()).made).toBe(unknown);
  });

  it("returns an empty id for a deleted resource", async () => {
    const { client } = await engine({ read: async () => undefined });
    const request = new rpc.ReadRequest().setUrn(urn).setId("id-1");
    const response = await answer<rpc.ReadResponse>((done) => client.read(request, done));
    expect(response.toObject()).toEqual({
      id: "",
      properties: undefined,
      inputs: undefined,
      refreshBeforeUpdate: false,
    });
  });

  it("returns every kind of difference, with replacements according to the kind", async () => {
    const { client } = await engine({
      diff: async () => ({
        changes: true,
        detailed: {
          'live["policy a.b c"].using': { kind: "update", inputDiff: false },
          name: { kind: "update-replace", inputDiff: true },
          "roles[0]": { kind: "add", inputDiff: true },
        },
        replaces: ["database"],
        deleteBeforeReplace: true,
      }),
    });
    const response = await answer<rpc.DiffResponse>((done) =>
      client.diff(new rpc.DiffRequest().setUrn(urn).setId("i"), done),
    );
    const { UPDATE, UPDATE_REPLACE, ADD } = rpc.PropertyDiff.Kind;
    expect(response.toObject()).toEqual({
      changes: rpc.DiffResponse.DiffChanges.DIFF_SOME,
      hasdetaileddiff: true,
      detaileddiffMap: [
        ['live["policy a.b c"].using', { kind: UPDATE, inputdiff: false }],
        ["name", { kind: UPDATE_REPLACE, inputdiff: true }],
        ["roles[0]", { kind: ADD, inputdiff: true }],
      ],
      replacesList: ["database", "name"],
      diffsList: ["live", "name", "roles"],
      deletebeforereplace: true,
      stablesList: [],
    });
  });

  it("passes old and new to update and the last state to delete", async () => {
    const seen: unknown[] = [];
    const { client } = await engine({
      update: async (request) => {
        seen.push(request);
        return { outputs: { a: 2 } };
      },
      delete: async (request) => void seen.push(request),
    });
    const update = new rpc.UpdateRequest()
      .setUrn(urn)
      .setId("i")
      .setOldInputs(toStruct({ a: 1 }))
      .setOlds(toStruct({ a: 1, b: 1 }))
      .setNews(toStruct({ a: 2 }))
      .setIgnorechangesList(["c"]);
    const updated = await answer<rpc.UpdateResponse>((done) => client.update(update, done));
    const remove = new rpc.DeleteRequest()
      .setUrn(urn)
      .setId("i")
      .setProperties(toStruct({ b: 1 }));
    await answer<Empty>((done) => client.delete(remove.setOldInputs(toStruct({ a: 2 })), done));
    const same = { urn, type: "fake:index/thing:Thing", id: "i" };
    expect(fromStruct(updated.getProperties())).toEqual({ a: 2 });
    expect(seen).toEqual([
      {
        ...same,
        oldInputs: { a: 1 },
        oldOutputs: { a: 1, b: 1 },
        inputs: { a: 2 },
        ignoreChanges: ["c"],
        preview: false,
        timeoutSeconds: 0,
      },
      { ...same, inputs: { a: 2 }, outputs: { b: 1 }, timeoutSeconds: 0 },
    ]);
  });

  it("calls functions, and reports if there are none", async () => {
    const invoke = new rpc.InvokeRequest().setTok("fake:index/getThing:getThing").setArgs(toStruct({ a: 1 }));
    const { client } = await engine({ invoke: async ({ args }) => ({ result: { got: args.a ?? null } }) });
    const { client: without } = await engine();
    const response = await answer<rpc.InvokeResponse>((done) => client.invoke(invoke, done));
    expect(fromStruct(response.getReturn())).toEqual({ got: 1 });
    await expect(answer<rpc.InvokeResponse>((done) => without.invoke(invoke, done))).rejects.toMatchObject({
      details: "fake has no functions, so fake:index/getThing:getThing cannot be called.",
    });
  });
});

describe("errors", () => {
  it("sends the complete text of a UserError, without a stack", async () => {
    const stderr = vi.spyOn(process.stderr, "write").mockReturnValue(true);
    const text =
      'sql/migrations/003_x.sql:4:12: column "foo" does not exist\n  select foo\n         ^ – \u{1f418}';
    const error = await createError(new UserError(text));
    expect(error.details).toBe(text);
    expect(error.code).toBe(status.UNKNOWN);
    expect(stderr).not.toHaveBeenCalled();
  });

  it("adds context to any other error and logs its stack", async () => {
    const stderr = vi.spyOn(process.stderr, "write").mockReturnValue(true);
    const error = await createError(new TypeError("x is undefined"));
    expect(error.details).toBe('creating Thing "app_owner": x is undefined');
    expect(stderr).toHaveBeenCalledTimes(1);
    expect(stderr.mock.calls[0]?.[0]).toMatch(
      /^creating Thing "app_owner": TypeError: x is undefined\n\s+at /,
    );
  });

  it("transfers malformed Unicode text, and thrown values that are not errors", async () => {
    vi.spyOn(process.stderr, "write").mockReturnValue(true);
    expect((await createError(new UserError("half \ud83d"))).details).toBe("half \ufffd");
    expect((await createError("just text")).details).toBe('creating Thing "app_owner": just text');
  });

  it("names every cause of a refused connection", async () => {
    vi.spyOn(process.stderr, "write").mockReturnValue(true);
    const error = await createError(
      new AggregateError([new Error("refused ::1"), new Error("refused 127.0.0.1")]),
    );
    expect(error.details).toBe('creating Thing "app_owner": refused ::1; refused 127.0.0.1');
  });

  it("lets the engine keep the id and outputs of a partially created resource", async () => {
    const outputs = { version: "2", live: { text: "x".repeat(20_000) }, password: new Secret("p") };
    const error = await createError(
      new PartialFailure("id-9", { a: 1 }, outputs, { reasons: ["file 2 failed", "really"] }),
    );
    const [wire] = error.metadata.get("grpc-status-details-bin");
    const details = Status.deserializeBinary(wire as Buffer).getDetailsList();
    const detail = details[0]?.unpack(
      rpc.ErrorResourceInitFailed.deserializeBinary,
      "pulumirpc.ErrorResourceInitFailed",
    );
    expect(error.details).toBe("file 2 failed\nreally");
    expect(details).toHaveLength(1);
    expect(detail?.getId()).toBe("id-9");
    expect(detail?.getReasonsList()).toEqual(["file 2 failed", "really"]);
    expect(fromStruct(detail?.getInputs())).toEqual({ a: 1 });
    expect(fromStruct(detail?.getProperties()).password).toBeInstanceOf(Secret);
    expect(fromStruct(detail?.getProperties()).live).toEqual(outputs.live);
  });
});
