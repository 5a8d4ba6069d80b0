import { getEventListeners } from "node:events";
import { expect, test } from "vitest";
import { inBatches } from "../../../fakes/aws/batch";
import { Aws } from "../../../fakes/aws/client";

const { signal } = new AbortController();
const account = () => new Aws({ region: "eu-central-1" }, {});

/** Reads in batches from a fixed list, and notes the keys of each request. */
function recorded() {
  const requests: (readonly string[])[] = [];
  const read = inBatches<number>(async (_aws, keys, { abortSignal }) => {
    requests.push(keys);
    abortSignal.throwIfAborted();
    return new Map([
      ["one", 1],
      ["two", 2],
    ]);
  });
  return { requests, read };
}

test("reads that start together share a request, and each gets its own result", async () => {
  const { requests, read } = recorded();
  const aws = account();

  const found = await Promise.all(["two", "three", "one", "two"].map((key) => read(aws, key, signal)));

  expect(found).toEqual([2, undefined, 1, 2]);
  expect(requests).toEqual([["two", "three", "one"]]);
});

test("a later read asks again, so that it sees what was written meanwhile", async () => {
  const { requests, read } = recorded();
  const aws = account();

  await read(aws, "one", signal);
  await read(aws, "one", signal);

  expect(requests).toEqual([["one"], ["one"]]);
});

test("reads that start while a request runs share the next one", async () => {
  const requests: (readonly string[])[] = [];
  let answer = () => {};
  const answered = new Promise<void>((resolve) => {
    answer = resolve;
  });
  let sent = () => {};
  const wasSent = new Promise<void>((resolve) => {
    sent = resolve;
  });
  const read = inBatches<number>(async (_aws, keys) => {
    requests.push(keys);
    sent();
    if (requests.length === 1) await answered;
    return new Map(keys.map((key) => [key, requests.length]));
  });
  const aws = account();

  const first = read(aws, "one", signal);
  await wasSent;
  const second = read(aws, "two", signal);
  await new Promise((resolve) => setTimeout(resolve, 20));
  const third = read(aws, "three", signal);
  answer();

  expect(await Promise.all([first, second, third])).toEqual([1, 2, 2]);
  expect(requests).toEqual([["one"], ["two", "three"]]);
});

test("a request listens once to a signal that its calls share, and stops listening at its end", async () => {
  const { signal } = new AbortController();
  const listening: number[] = [];
  const read = inBatches<number>(async () => {
    listening.push(getEventListeners(signal, "abort").length);
    return new Map();
  });
  const aws = account();

  await Promise.all(["one", "two", "three"].map((key) => read(aws, key, signal)));

  expect(listening).toEqual([1]);
  expect(getEventListeners(signal, "abort")).toEqual([]);
});

test("accounts do not share requests", async () => {
  const { requests, read } = recorded();

  await Promise.all([read(account(), "one", signal), read(account(), "one", signal)]);

  expect(requests).toEqual([["one"], ["one"]]);
});

test("a request takes at most 100 keys", async () => {
  const { requests, read } = recorded();
  const aws = account();

  await Promise.all(Array.from({ length: 101 }, (_, at) => read(aws, `${at}`, signal)));

  expect(requests.map(({ length }) => length)).toEqual([100, 1]);
});

test("an error reaches every read of the request, and not the next one", async () => {
  let failed = false;
  const read = inBatches<number>(async () => {
    if (failed) return new Map([["two", 2]]);
    failed = true;
    throw new Error("throttled");
  });
  const aws = account();

  const results = await Promise.allSettled([read(aws, "one", signal), read(aws, "two", signal)]);

  expect(results.map(({ status }) => status)).toEqual(["rejected", "rejected"]);
  expect(await read(aws, "two", signal)).toBe(2);
});

test("an aborted read does not end the others of its request", async () => {
  const { read } = recorded();
  const aws = account();
  const ended = AbortSignal.abort(new Error("the engine has ended"));

  const [one, two] = await Promise.allSettled([read(aws, "one", ended), read(aws, "two", signal)]);

  expect(one).toMatchObject({ status: "rejected", reason: new Error("the engine has ended") });
  expect(two).toEqual({ status: "fulfilled", value: 2 });
});

test("a request whose reads are all aborted is aborted", async () => {
  const { read } = recorded();
  const ended = AbortSignal.abort(new Error("the engine has ended"));

  await expect(read(account(), "one", ended)).rejects.toThrow("the engine has ended");
});
