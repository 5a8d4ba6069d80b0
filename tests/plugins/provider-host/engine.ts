import * as rpc from "@pulumi/pulumi/proto/provider_pb";
import { onTestFinished } from "vitest";
import { toStruct } from "../../../plugins/provider-host/marshal";
import type { Provider } from "../../../plugins/provider-host/provider";
import { connect, fakeProvider } from "./support";

/** URN of the resource in the requests. */
export const urn = "urn:pulumi:local::thorbis::thorbis:index:Roles$fake:index/thing:Thing::app_owner";

/** Connects to a fake provider as the engine does, until the end of the test. */
export async function engine(overrides: Partial<Provider> = {}) {
  const connection = await connect(fakeProvider(overrides));
  onTestFinished(connection.close);
  return connection;
}

export const createRequest = () => new rpc.CreateRequest().setUrn(urn).setProperties(toStruct({ a: 1 }));
