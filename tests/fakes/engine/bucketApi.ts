import { lookUp, resource, sameJson, type Table } from "../../../fakes/engine/table";
import type { JsonObject } from "../../../foundation/json";

type BucketState = {
  name: string;
  region: string;
  tags?: JsonObject;
  readers?: string[];
  policy?: string;
  acl?: string;
  password?: string;
  arn?: string;
  token?: string;
  revision?: number;
};

/** A service in memory, which a test can change without the stand-in. */
export class BucketApi {
  readonly buckets = new Map<string, JsonObject>();
  readonly calls: string[] = [];
  failReads = false;

  constructor(readonly config: JsonObject) {}
}

/** A table that uses all features of a table. */
export const bucketTable: Table<BucketApi> = {
  package: "cloud",
  plugin: { name: "cloud", version: "7.0.0" },
  config: {
    region: { type: "string", required: true, fixed: true },
    retries: { type: "number", default: 3 },
    endpoints: { type: "list" },
    accessKey: { type: "string", secret: true },
  },
  connect: (config) => new BucketApi(config),
  resources: {
    "cloud:index/bucket:Bucket": resource<BucketApi, BucketState>({
      autoname: { maxLength: 20 },
      inputs: {
        name: { type: "string", required: true, replaces: true },
        region: { type: "string", default: "here", replaces: true },
        tags: { type: "map" },
        readers: { type: "list", unordered: true },
        policy: { type: "string", same: sameJson },
        acl: { type: "string", computed: true },
        password: { type: "string", secret: true },
      },
      outputs: { arn: {}, token: { secret: true }, revision: { volatile: true } },
      async create(api, inputs) {
        api.calls.push("create");
        const { password: _hidden, ...stored } = inputs;
        api.buckets.set(inputs.name, {
          acl: "private",
          ...stored,
          arn: `arn:${inputs.name}`,
          revision: 1,
        } as JsonObject);
        return { id: inputs.name, state: { token: "shown once" } };
      },
      async read(api, id) {
        if (api.failReads) throw new Error("503");
        const state = api.buckets.get(id);
        return state && { state: state as Partial<BucketState> };
      },
      async update(api, id, { before, after }) {
        api.calls.push("update");
        const { password: _hidden, ...stored } = after;
        api.buckets.set(id, { ...stored, revision: (before.revision ?? 0) + 1 } as JsonObject);
      },
      async delete(api, id) {
        api.buckets.delete(id);
      },
    }),
  },
  functions: {
    "cloud:index/getKeys:getKeys": lookUp<BucketApi, { bucket: string }>({
      args: { bucket: { type: "string", required: true } },
      outputs: { key: { secret: true } },
      call: async (_api, { bucket }) => ({ key: `key of ${bucket}`, bucket }),
    }),
  },
};
