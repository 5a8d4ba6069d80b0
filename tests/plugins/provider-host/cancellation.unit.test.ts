import type * as rpc from "@pulumi/pulumi/proto/provider_pb";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import { describe, expect, it } from "vitest";
import type { CallContext, Provider } from "../../../plugins/provider-host/provider";
import { createRequest, engine } from "./engine";
import { answer } from "./support";

describe("cancellation", () => {
  /** Returns a create that runs until its signal is aborted. */
  function endless() {
    let started: (context: CallContext) => void = () => {};
    const context = new Promise<CallContext>((resolve) => {
      started = resolve;
    });
    const create: Provider["create"] = (_request, given) => {
      started(given);
      return new Promise((_resolve, reject) => {
        given.signal.addEventListener("abort", () => reject(new Error("query cancelled")));
      });
    };
    return { create, context };
  }

  it("aborts the running calls when the engine cancels", async () => {
    const { create, context } = endless();
    const { client } = await engine({ create });
    const running = expect(
      answer<rpc.CreateResponse>((done) => client.create(createRequest(), done)),
    ).rejects.toMatchObject({ details: "The operation was cancelled." });
    await context;
    await answer<Empty>((done) => client.cancel(new Empty(), done));
    await running;
  });

  it("aborts only the call that the engine cancels", async () => {
    const first = endless();
    const second = endless();
    const creates = [first.create, second.create];
    const { client } = await engine({
      create: (...given) => {
        const create = creates.shift();
        if (create === undefined) throw new Error("a third call");
        return create(...given);
      },
    });
    const givenUp = client.create(createRequest(), () => {});
    const { signal } = await first.context;
    const running = answer<rpc.CreateResponse>((done) => client.create(createRequest(), done));
    running.catch(() => {});
    const untouched = await second.context;
    const aborted = new Promise((resolve) => signal.addEventListener("abort", resolve));
    givenUp.cancel();
    await aborted;
    expect(untouched.signal.aborted).toBe(false);
  });

  it("lets any number of a call's requests listen, without a warning of Node.js", async () => {
    const { create, context } = endless();
    const { client } = await engine({ create });
    const warnings: string[] = [];
    const note = ({ name }: Error) => warnings.push(name);
    process.on("warning", note);
    client.create(createRequest(), () => {});

    const { signal } = await context;
    for (let request = 0; request < 20; request++) signal.addEventListener("abort", () => undefined);
    // Node.js emits warnings in the next tick.
    await new Promise((resolve) => setImmediate(resolve));

    expect(warnings).toEqual([]);
    process.off("warning", note);
    await answer<Empty>((done) => client.cancel(new Empty(), done));
  });

  it("ends a call at its time limit and names the limit", async () => {
    const { create } = endless();
    const { client } = await engine({ create });
    const request = createRequest().setTimeout(0.05);
    await expect(answer<rpc.CreateResponse>((done) => client.create(request, done))).rejects.toMatchObject({
      details:
        "Still creating after 0.05 s, the limit set by this resource's customTimeouts: raise it, or find out what it waits for.",
    });
  });
});
