// Arguments: the number of rounds (default 5), and flags for all previews, such as --refresh=false. Started by bench/preview.ts.
import { cpSync } from "node:fs";
import path from "node:path";
import { execa } from "execa";
import { checkoutRoot } from "../../foundation/checkout";
import { policyPackArguments } from "../../foundation/policyPack";
import { foreignVariables, localPaths } from "../../local/environment";
import { openSession, prepareEngine } from "../../local/session";
import { PulumiCli } from "../../local/stack/pulumiCli";
import { createTestStack } from "../../tests/support/testStack";
import { interleaved, report } from "../sql/support";
import { CpuTime } from "./cpuTime";
import { writeDefaultProject } from "./defaultProject";
import { writeEmptyPack } from "./emptyPack";
import { type StackSize, writeIdleProject } from "./idleProject";

const [roundsText = "5", ...flags] = process.argv.slice(2);
const rounds = Number(roundsText);
if (!Number.isInteger(rounds) || rounds < 1) throw new Error("the first argument is the number of rounds");
const targets = {
  overIdleProviders: 1.2,
  overDefaultProgram: 0.5,
  policiesOverEmptyPack: 1.3,
  reportOverCli: 1.15,
};
const say = (line: string) => console.error(line);

interface Deployment {
  readonly deployment: { readonly resources: readonly { readonly type: string; readonly custom: boolean }[] };
}

function sizeOf(exported: string): StackSize {
  const { resources } = (JSON.parse(exported) as Deployment).deployment;
  const isProvider = (type: string) => type.startsWith("pulumi:providers:");
  const packages = resources.filter(({ type }) => isProvider(type)).map(({ type }) => type);
  return {
    customResources: resources.filter(({ custom, type }) => custom && !isProvider(type)).length,
    components: resources.filter(({ custom, type }) => !custom && type !== "pulumi:pulumi:Stack").length,
    providers: new Set(packages).size,
  };
}

async function main(): Promise<void> {
  const checkout = checkoutRoot();
  say("deploying the stack");
  const stack = await createTestStack();
  try {
    // Determines whether an edge function is bundled again.
    cpSync(path.join(checkout, "package-lock.json"), path.join(stack.project, "package-lock.json"));
    const paths = { ...localPaths(stack.project, { THORBIS_LOCAL_DIRECTORY: "../local" }), checkout };
    const session = openSession(paths, await prepareEngine(paths, say), stack.services);
    const beside = (name: string) => path.join(path.dirname(stack.project), name);
    const cli = session.pulumiIn(stack.project);
    const up = ["up", "--yes", "--skip-preview", "--stack", "local", "--non-interactive"];
    await cli.capture(up);

    const size = sizeOf(await cli.capture(["stack", "export", "--stack", "local"]));
    writeIdleProject(beside("idle"), checkout, size);
    const idle = session.pulumiIn(beside("idle"));
    await idle.capture(["stack", "select", "--create", "--stack", "local"]);
    await idle.capture(up);
    writeDefaultProject(beside("default"), checkout, stack.project);
    const inDefault = session.pulumiIn(beside("default"));
    // ts-node caches compiled files and checks no types again, except after a change or on a new machine.
    const uncached = { ...session.variables, TS_NODE_CACHE: "false" };
    const inUncached = new PulumiCli(session.toolchain.pulumi, beside("default"), uncached);
    writeEmptyPack(beside("empty-pack"), checkout);

    // Each preview must find no changes. The first round only warms up.
    const preview = ["preview", "--stack", "local", "--expect-no-changes", "--non-interactive", ...flags];
    const previews = {
      stack: () => cli.capture(preview),
      idle: () => idle.capture(preview),
      default: () => inDefault.capture(preview),
      uncached: () => inUncached.capture(preview),
      emptyPack: () => cli.capture([...preview, "--policy-pack", beside("empty-pack")]),
      policies: () => cli.capture([...preview, ...policyPackArguments()]),
      report: () =>
        execa(process.execPath, [path.join(checkout, "dist", "ops", "preview.cjs"), "local"], {
          cwd: stack.project,
          env: { ...foreignVariables, ...session.variables },
          stdin: "ignore",
        }),
    };
    for (const [name, run] of Object.entries(previews)) {
      say(`warming up: ${name}`);
      await run();
    }
    say(`measuring ${rounds} rounds`);
    const cpu = new CpuTime();
    const medians = await interleaved(cpu.of(previews), rounds);
    const cpuMedians = cpu.medians();
    type Name = keyof typeof previews;
    const row = (name: Name, over: Name, target?: number) => ({
      seconds: seconds(medians[name]),
      ratio: ratio(medians[name], medians[over]),
      "CPU seconds": seconds(cpuMedians[name]),
      "CPU ratio": ratio(cpuMedians[name], cpuMedians[over]),
      target: target === undefined ? "" : `≤ ${target}`,
    });
    console.table({
      "the stack over idle providers, bundled program": row("stack", "idle", targets.overIdleProviders),
      "the stack over ts-node with type check, whole packages": row(
        "stack",
        "uncached",
        targets.overDefaultProgram,
      ),
      "the stack over the same from ts-node's cache": row("stack", "default"),
      "with our policies over an empty policy pack": row(
        "policies",
        "emptyPack",
        targets.policiesOverEmptyPack,
      ),
      "`npm run preview` over the CLI with our policies": row("report", "policies", targets.reportOverCli),
    });
    report({ bench: "preview", rounds, flags, ...size, medians, cpuMedians, targets });
  } finally {
    await stack.remove();
  }
}

const seconds = (milliseconds = Number.NaN) => Number((milliseconds / 1000).toFixed(2));
const ratio = (a = Number.NaN, b = Number.NaN) => Number((a / b).toFixed(2));

void main();
