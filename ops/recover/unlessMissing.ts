/** Missing resources, as the services of AWS report them. */
const missingResource = /NotFound|NoSuchEntity|NoSuchBucket/;

/**
 * Returns the answer; undefined if AWS reports that the resource does not exist.
 *
 * @param missing matches the names of the errors that report this
 */
export async function unlessMissing<T>(call: Promise<T>, missing = missingResource): Promise<T | undefined> {
  try {
    return await call;
  } catch (error) {
    const { name = "" } = error as Error;
    if (missing.test(name)) return undefined;
    throw error;
  }
}
