const answers = new WeakMap<object, Map<string, Promise<unknown>>>();

/**
 * Returns the answer to a request that several sources make in one read of the watch.
 *
 * @param aws the clients of this read
 * @param request what is requested, which identifies the answer
 */
export async function sharedAnswer<T>(aws: object, request: string, ask: () => Promise<T>): Promise<T> {
  const known = answers.get(aws) ?? new Map<string, Promise<unknown>>();
  answers.set(aws, known);
  const answer = (known.get(request) as Promise<T> | undefined) ?? ask();
  known.set(request, answer);
  return await answer;
}
