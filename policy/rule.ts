/** How bad a violation is. */
export type Severity = "low" | "medium" | "high" | "critical";

/** Inputs of a resource, as the engine hands them to a policy. */
export type Properties = Readonly<Record<string, unknown>>;

interface RuleText {
  /** In kebab case; waivers name it. */
  readonly name: string;
  /** What must hold, as one sentence. */
  readonly description: string;
  readonly severity: Severity;
  /** Ids of the scanners' checks and of the AWS Foundational Security Best Practices that it stands for. */
  readonly controls: readonly string[];
}

/** A rule about each resource of some types. */
export interface ResourceRule extends RuleText {
  readonly types: readonly string[];
  /** What is wrong, as the end of a sentence that begins with the resource; undefined where nothing is. */
  problem(properties: Properties): string | undefined;
}

/** A resource among the others of its stack. */
export interface StackResource {
  readonly urn: string;
  readonly type: string;
  readonly name: string;
  readonly properties: Properties;
  readonly isProtected: boolean;
}

/** A violation by a resource, or by the stack where no resource is to blame. */
export interface Problem {
  readonly resource?: StackResource;
  readonly message: string;
}

/** A rule about resources that only together are right: provider v7 keeps what is set on a bucket in resources of their own. */
export interface StackRule extends RuleText {
  /** In the environment `production` alone. Default false. */
  readonly onlyInProduction?: boolean;
  problems(resources: readonly StackResource[]): Problem[];
}

export const ofType = (resources: readonly StackResource[], type: string): StackResource[] =>
  resources.filter((resource) => resource.type === type);

/** Finds fault with each resource of a type, as a rule for resources does, where the environment matters too. */
export function eachOf(
  type: string,
  problem: (properties: Properties) => string | undefined,
): StackRule["problems"] {
  return (resources) =>
    ofType(resources, type).flatMap((resource) => {
      const message = problem(resource.properties);
      return message === undefined ? [] : [{ resource, message }];
    });
}

/** Finds fault with each bucket on which no resource of a type is set. */
export function eachBucketHas(type: string, what: string): StackRule["problems"] {
  return (resources) => {
    const covered = ofType(resources, type).map(({ properties }) => properties.bucket);
    return ofType(resources, "aws:s3/bucket:Bucket").flatMap((resource) =>
      covered.includes(resource.properties.bucket) ? [] : [{ resource, message: `must have ${what}` }],
    );
  };
}

/**
 * Finds no fault with a bucket that S3 delivers its access logs to: it delivers to no bucket with a lock, and to none that is encrypted
 * with a key of ours.
 */
export function exceptForAccessLogs(problems: StackRule["problems"]): StackRule["problems"] {
  return (resources) => {
    const targets = ofType(resources, "aws:s3/bucketLogging:BucketLogging").map(
      ({ properties }) => properties.targetBucket,
    );
    return problems(resources).filter(({ resource }) => !targets.includes(resource?.properties.bucket));
  };
}

/** Whether a stack is a production one, by the tag `Environment` of its resources. */
export function isProduction(resources: readonly StackResource[]): boolean {
  return resources.some(({ properties }) => property(properties.tags, "Environment") === "production");
}

/** A property of what may be an object. */
export function property(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>)[name] : undefined;
}

export const listOf = (value: unknown): readonly unknown[] =>
  Array.isArray(value) ? value : value === undefined || value === null ? [] : [value];
