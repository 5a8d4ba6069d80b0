import * as pulumi from "@pulumi/pulumi";

/** A resource as the program registered it. Mocks do not see parents and options, which engine tests cover. */
export interface RegisteredResource {
  readonly type: string;
  readonly name: string;
  readonly inputs: Record<string, unknown>;
}

/**
 * Runs a part of a program on Pulumi's mocks and returns what it registered, in the order of the event loop. `outputsOf` returns
 * a resource's outputs besides its inputs, `answerOf` the result of a function call (default: its arguments).
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
