import * as pulumi from "@pulumi/pulumi";

/** A resource as the program registered it. Mocks do not receive parents and options; engine tests cover those. */
export interface RegisteredResource {
  readonly type: string;
  readonly name: string;
  readonly inputs: Record<string, unknown>;
  /** Logical name of its provider. Default: the default provider. */
  readonly provider?: string;
}

/** Project and stack of a program on Pulumi's mocks, and the responses of the mocks. */
export interface MockedEngine {
  /** Default `thorbis-supabase`. */
  readonly project?: string;
  /** Default `local`. */
  readonly stack?: string;
  /**
   * Returns a resource's outputs in addition to its inputs, including `id` if that differs from the default. Default: none.
   */
  readonly outputsOf?: (resource: RegisteredResource) => Record<string, unknown>;
  /** Returns the result of a function call. Default: its arguments. */
  readonly answerOf?: (token: string, inputs: Record<string, unknown>) => Record<string, unknown>;
}

/** Runs a part of a program on Pulumi's mocks and returns the registered resources, in the order of the event loop. */
export async function registeredResources(
  program: () => unknown,
  {
    project = "thorbis-supabase",
    stack = "local",
    outputsOf = () => ({}),
    answerOf = (_, inputs) => inputs,
  }: MockedEngine = {},
): Promise<RegisteredResource[]> {
  const registered: RegisteredResource[] = [];
  await pulumi.runtime.setMocks(
    {
      newResource: ({ type, name, inputs, id, provider: reference = "" }) => {
        // <urn>::<id>, and a URN ends with the logical name.
        const provider = reference.split("::").at(-2);
        const resource = { type, name, inputs, ...(provider !== undefined && { provider }) };
        registered.push(resource);
        const state: Record<string, unknown> = { ...inputs, ...outputsOf(resource) };
        return { id: id === undefined || id === "" ? String(state.id ?? `${name}-id`) : id, state };
      },
      call: ({ token, inputs }) => answerOf(token, inputs),
    },
    project,
    stack,
  );
  await pulumi.runtime.runInPulumiStack(async () => {
    program();
  });
  await pulumi.runtime.disconnect();
  return registered;
}
