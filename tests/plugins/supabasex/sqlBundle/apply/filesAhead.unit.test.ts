import { describe, expect, it } from "vitest";
import {
  FilesAhead,
  maxAhead,
} from "../../../../../plugins/supabasex/provider/sqlBundle/apply/send/filesAhead";
import type { BundleFile } from "../../../../../plugins/supabasex/provider/sqlBundle/source/files";

/** Returns a stand-in for the server. The test controls the results of files, and reads the order in which they were sent. */
function server() {
  const sent: string[] = [];
  const answers = new Map<string, { succeed: () => void; fail: (error: Error) => void }>();
  const ahead = new FilesAhead((file) => {
    sent.push(file.path);
    return new Promise((resolve, reject) => {
      answers.set(file.path, { succeed: resolve, fail: reject });
    });
  });
  const answerOf = (name: string) => {
    const answer = answers.get(name);
    if (answer === undefined) throw new Error(`${name} was not sent`);
    return answer;
  };
  return { ahead, sent, answerOf };
}

const filesNamed = (count: number) =>
  Array.from({ length: count }, (_, index) => ({ path: `f${index + 1}` }) as BundleFile);

/** Runs the files up to the given one, each with a result as soon as its turn comes. */
async function runAll({ ahead, answerOf }: ReturnType<typeof server>, files: readonly BundleFile[]) {
  for (const [index, file] of files.entries()) {
    const running = ahead.run(file, files.slice(index + 1));
    answerOf(file.path).succeed();
    await running;
  }
}

describe("files sent ahead", () => {
  it("sends one, then twice as many after each success, and no file twice", async () => {
    const [files, fixture] = [filesNamed(8), server()];
    const [first, second, third] = files;

    const running = fixture.ahead.run(first as BundleFile, files.slice(1));
    expect(fixture.sent).toEqual(["f1"]);
    fixture.answerOf("f1").succeed();
    await running;
    const next = fixture.ahead.run(second as BundleFile, files.slice(2));
    expect(fixture.sent).toEqual(["f1", "f2", "f3"]);
    fixture.answerOf("f2").succeed();
    await next;
    void fixture.ahead.run(third as BundleFile, files.slice(3));
    expect(fixture.sent).toEqual(["f1", "f2", "f3", "f4", "f5", "f6"]);
  });

  it(`has at most ${maxAhead} files in flight`, async () => {
    const [files, fixture] = [filesNamed(100), server()];
    await runAll(fixture, files.slice(0, 10));
    void fixture.ahead.run(files[10] as BundleFile, files.slice(11));
    expect(fixture.sent).toHaveLength(10 + maxAhead);
  });

  it("discards the files behind a failed one, and starts with one again", async () => {
    const [files, fixture] = [filesNamed(6), server()];
    await runAll(fixture, files.slice(0, 1));

    const failing = fixture.ahead.run(files[1] as BundleFile, files.slice(2));
    fixture.answerOf("f2").fail(new Error("division by zero"));
    fixture.answerOf("f3").fail(new Error("current transaction is aborted"));
    await expect(failing).rejects.toThrow("division by zero");

    void fixture.ahead.run(files[2] as BundleFile, files.slice(3));
    expect(fixture.sent).toEqual(["f1", "f2", "f3", "f3"]);
  });

  it("resolves a file only after its own answer", async () => {
    const [files, fixture] = [filesNamed(3), server()];
    await runAll(fixture, files.slice(0, 1));
    let isDone = false;
    const running = fixture.ahead.run(files[1] as BundleFile, files.slice(2)).then(() => {
      isDone = true;
    });
    fixture.answerOf("f3").succeed();
    await Promise.resolve();
    expect(isDone).toBe(false);
    fixture.answerOf("f2").succeed();
    await running;
  });
});
