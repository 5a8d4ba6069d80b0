import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { type RunningProgram, startProgram } from "../../backup/childProcess";
import { ProgramOutput } from "../../backup/programOutput";

async function start(script: string): Promise<{ output: ProgramOutput; program: RunningProgram }> {
  const output = await ProgramOutput.open();
  const program = startProgram("sh", ["-c", script], {
    environment: { PATH: process.env.PATH },
    stdio: ["ignore", output.writer, "pipe"],
  });
  output.handOver();
  return { output, program };
}

describe("the output of a program", () => {
  it("is read to its end, even if the program has ended before", async () => {
    const { output, program } = await start("printf 'all of it'");
    await program.ended;
    expect((await output.read())?.toString()).toBe("all of it");
    expect(await output.read()).toBeUndefined();
    expect(await output.read()).toBeUndefined();
  });

  it("is complete and in order with one buffer, even if it is read slowly", async () => {
    const { output, program } = await start("seq 1 400000");
    const hash = createHash("sha256");
    const buffers = new Set<ArrayBufferLike>();
    let read = 0;
    for (let chunk = await output.read(); chunk !== undefined; chunk = await output.read()) {
      hash.update(chunk);
      buffers.add(chunk.buffer);
      if (++read % 7 === 0) await new Promise((resolve) => setImmediate(resolve));
    }
    await program.ended;
    const expected = createHash("sha256");
    for (let number = 1; number <= 400_000; number += 1) expected.update(`${number}\n`);
    expect(hash.digest("hex")).toBe(expected.digest("hex"));
    expect(buffers.size).toBe(1);
  });

  it("ends if the program is killed", async () => {
    const { output, program } = await start("printf begun; exec sleep 60");
    expect((await output.read())?.toString()).toBe("begun");
    program.child.kill("SIGKILL");
    expect(await output.read()).toBeUndefined();
    await expect(program.ended).rejects.toThrow("signal SIGKILL");
  });

  it("lets a program detect that its output is no longer read", async () => {
    const { output, program } = await start("while echo x; do :; done 2> /dev/null; exit 3");
    await output.read();
    output.close();
    await expect(program.ended).rejects.toThrow(/exited with code 3|SIGPIPE/);
    expect(await output.read()).toBeUndefined();
  });
});
