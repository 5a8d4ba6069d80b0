import * as pulumi from "@pulumi/pulumi";

/** A resource as the program registered it. Mocks see neither parents nor options: engine tests prove those. */
export interface RegisteredResource {
  readonly type: string;
  readonly name: string;
  readonly inputs: Record<string, unknown>;
}

/**
 * Runs a piece of program on Pulumi's mocks and answers what it registered; their order is the event loop's.
 * `outputsOf` says what a resource has beside its inputs, `answerOf` what a function call answers; default: its arguments.
 */
export async function registeredResources(
  program: () => unknown,
  stack = "local",
  outputsOf: (resource: RegisteredResource) => Record<string, unknown> = () => ({}),
  answerOf: (token: string, inputs: Record<string, unknown>) => Record<string, unknown> = (_, inputs) =>
    inputs,
): Promise<RegisteredResource[]> {
  const registered: RegisteredResource[] = [];
  await pulumi.runtime.setMocks(
    {
      newResource: ({ type, name, inputs, id }) => {
        registered.push({ type, name, inputs });
        const state = { ...inputs, ...outputsOf({ type, name, inputs }) };
        return { id: id === undefined || id === "" ? `${name}-id` : id, state };
      },
      call: ({ token, inputs }) => answerOf(token, inputs),
    },
    "thorbis-supabase",
    stack,
  );
  await pulumi.runtime.runInPulumiStack(async () => {
    program();
  });
  await pulumi.runtime.disconnect();
  return registered;
}
