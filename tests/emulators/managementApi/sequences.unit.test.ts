import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { sequences } from "./sequences";
import type { Step } from "./sequences/step";
import { type TestEmulator, testEmulator } from "./support";

let emulator: TestEmulator;
let ref: string;

beforeEach(async () => {
  emulator = await testEmulator();
  ref = await emulator.project();
});
afterEach(() => emulator.remove());

async function play(steps: readonly Step[]): Promise<void> {
  const names: Record<string, string> = { ref };
  for (const step of steps) {
    const [method = "", path = ""] = step.call.split(" ");
    const target = path.replace(/\{(\w+)\}/g, (_, name: string) => names[name] ?? `missing-${name}`);
    const answer = await emulator.call(method, target, step.body);
    expect(answer.status, step.call).toBe(step.status);
    if (step.json !== false) expect(answer.contentType).toBe("application/json");
    if (step.answer !== undefined) expect(answer.json, step.call).toEqual(step.answer);
    for (const [name, field] of Object.entries(step.remember ?? {})) names[name] = answer.json[field];
    // Work that a call starts, such as a restart, is finished before the client's next poll.
    await emulator.lifecycle.settled();
  }
}

describe("the client's calls during the life of", () => {
  test.each(Object.entries(sequences))("%s", async (_name, steps) => {
    await play(steps(ref));
  });

  test("an edge function", async () => {
    const deployment = (code: string) => {
      const form = new FormData();
      form.append(
        "metadata",
        JSON.stringify({ entrypoint_path: "index.ts", name: "hook", static_patterns: [] }),
      );
      form.append("file", new File([code], "index.ts"));
      return form;
    };
    const deploy = async (code: string) =>
      await emulator.call("POST", `/projects/${ref}/functions/deploy?slug=hook`, deployment(code));

    const first = await deploy("export const version = 1");
    expect(first.status).toBe(201);
    expect(first.contentType).toBe("application/json");
    expect(first.json).toMatchObject({ slug: "hook", name: "hook", version: 1, status: "ACTIVE" });
    const second = await deploy("export const version = 2");
    expect(second.json).toMatchObject({ version: 2, id: first.json.id, created_at: first.json.created_at });
    expect(second.json.ezbr_sha256).not.toBe(first.json.ezbr_sha256);
    const body = await emulator.app.request(`/v1/projects/${ref}/functions/hook/body`, {
      headers: {
        Authorization: "Bearer sbp_0000000000000000000000000000000000000001",
        Accept: "multipart/form-data",
      },
    });
    const file = (await body.formData()).get("file");
    expect(file instanceof File && [file.name, await file.text()]).toEqual([
      "index.ts",
      "export const version = 2",
    ]);
    await play([
      {
        call: "GET /projects/{ref}/functions/hook",
        status: 200,
        answer: expect.objectContaining({ version: 2, verify_jwt: true }),
      },
      { call: "DELETE /projects/{ref}/functions/hook", status: 200, json: false },
      { call: "GET /projects/{ref}/functions/hook", status: 404 },
    ]);
  });
});

test("the player detects a wrong status and a wrong response", async () => {
  await expect(play([{ call: "GET /projects/{ref}", status: 201 }])).rejects.toThrow(
    "GET /projects/{ref}: expected 200 to be 201",
  );
  await expect(
    play([{ call: "GET /projects/{ref}", status: 200, answer: { nothing: "like it" } }]),
  ).rejects.toThrow("GET /projects/{ref}");
});
