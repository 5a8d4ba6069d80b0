import * as rpc from "@pulumi/pulumi/proto/provider_pb";
import { afterEach, vi } from "vitest";
import { toStruct } from "../../../plugins/provider-host/marshal";
import type { Provider } from "../../../plugins/provider-host/provider";
import { connect, fakeProvider } from "./support";

/** URN of the resource in the requests. */
export const urn = "urn:pulumi:local::thorbis::thorbis:index:Roles$fake:index/thing:Thing::app_owner";
const closers: (() => Promise<void>)[] = [];
afterEach(async () => {
  vi.restoreAllMocks();
  await Promise.all(closers.splice(0).map((close) => close()));
});

/** Connects to a fake provider as the engine does, until the end of the test. */
export async function engine(overrides: Partial<Provider> = {}) {
  const connection = await connect(fakeProvider(overrides));
  closers.push(connection.close);
  return connection;
}

export const createRequest = () => new rpc.CreateRequest().setUrn(urn).setProperties(toStruct({ a: 1 }));
