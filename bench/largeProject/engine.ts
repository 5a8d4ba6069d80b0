import { createExtensions, createRoles } from "../../tests/sql/support/roles";
import { type BundleStack, createBundleStack } from "../../tests/support/bundleStack";
import { startTestCluster, type TestCluster } from "../../tests/support/cluster";
import type { Subject } from "./subject";
import { byTurns, ratio, type Work } from "./turns";

/** A deployed bundle. */
interface Deployed {
  readonly stack: BundleStack;
  readonly cluster: TestCluster;
}

/**
 * Deploys all three with the real engine, and measures a preview without changes, an up that repairs one policy, and the size of
 * the resource's outputs in the state.
 */
export async function measureEngine({ ours, sample, large, rounds }: Subject) {
  const opened: Deployed[] = [];
  const deploy = async (sql: string) => {
    const cluster = await startTestCluster();
    const stack = await createBundleStack({ databaseUrl: cluster.url(), sql });
    opened.push({ stack, cluster });
    const client = await cluster.client();
    // What our own files build on, which other resources of the program make.
    await createRoles(client);
    await createExtensions(client);
    await command(stack, "up", "--yes", "--skip-preview");
    await command(stack, "preview", "--expect-no-changes");
    await client.query("analyze");
    return { stack, cluster };
  };
  try {
    const deployed = {
      ours: await deploy(ours),
      sample: await deploy(sample.directory),
      large: await deploy(large.directory),
    };
    const each = async (workOf: (bundle: Deployed) => Work) => {
      const costs = await byTurns(
        { ours: workOf(deployed.ours), sample: workOf(deployed.sample), large: workOf(deployed.large) },
        rounds,
      );
      return {
        ...costs,
        sampleRatio: ratio(costs.sample, costs.ours),
        largeRatio: ratio(costs.large, costs.ours),
      };
    };
    return {
      targets: { previewSample: 1.15, previewLarge: 1.4, stateMegabytes: 1 },
      stateMegabytes: {
        ours: await stateMegabytes(deployed.ours.stack),
        sample: await stateMegabytes(deployed.sample.stack),
        large: await stateMegabytes(deployed.large.stack),
      },
      preview: await each(previewOf),
      repair: await each(repairOf),
    };
  } finally {
    for (const { stack, cluster } of opened) {
      await stack.remove();
      await cluster.remove();
    }
  }
}

function previewOf({ stack, cluster }: Deployed): Work {
  return (measure) => measure(cluster.pid, () => command(stack, "preview", "--expect-no-changes"));
}

/** Changes a policy manually, then repairs it with an up. */
function repairOf({ stack, cluster }: Deployed): Work {
  return async (measure) => {
    const client = await cluster.client();
    const { rows } = await client.query<{ statement: string }>(
      `select format('alter policy %I on %s using (false)', p.polname, p.polrelid::regclass) as statement
       from pg_policy p join pg_class c on c.oid = p.polrelid
       where p.polcmd = 'r' and c.relnamespace not in ('storage'::regnamespace, 'realtime'::regnamespace)
       order by p.oid desc limit 1`,
    );
    await client.query(rows[0]?.statement ?? "select 'there is no policy'::integer");
    await measure(cluster.pid, () => command(stack, "up", "--yes", "--skip-preview"));
  };
}

async function command(stack: BundleStack, ...args: string[]): Promise<string> {
  const { exitCode, output, stdout } = await stack.pulumi(...args);
  if (exitCode !== 0) throw new Error(output);
  return stdout;
}

/** Returns the size of the resource's outputs in the state. */
async function stateMegabytes(stack: BundleStack): Promise<number> {
  const { deployment } = JSON.parse(await command(stack, "stack", "export")) as {
    deployment: { resources: { type: string; outputs?: unknown }[] };
  };
  const bundle = deployment.resources.find(({ type }) => type === "supabasex:index:SqlBundle");
  return JSON.stringify(bundle?.outputs).length / 1_000_000;
}
