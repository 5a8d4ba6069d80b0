/**
 * Matches `<account>.dkr.ecr.<region>.amazonaws.com`, its dual-stack name below on.aws, and both with FIPS and in
 * China.
 */
const ecrHost =
  /^(\d{12})\.dkr[.-]ecr(?:-fips)?\.([a-z0-9-]+)\.(?:amazonaws\.com(?:\.cn)?|on\.aws|on\.amazonwebservices\.com\.cn)\/([a-z0-9._/-]+?)(?:[:@].*)?$/;

/** Returns the repository of an image in ECR; undefined for another registry. */
export function ecrRepository(
  image: string,
): { readonly account: string; readonly region: string; readonly name: string } | undefined {
  const [, account, region, name] = ecrHost.exec(image) ?? [];
  return account === undefined || region === undefined || name === undefined
    ? undefined
    : { account, region, name };
}
