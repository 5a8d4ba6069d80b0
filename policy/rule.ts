/** The severity of a violation. */
export type Severity = "low" | "medium" | "high" | "critical";

/** Inputs of a resource, as the engine passes them to a policy. */
export type Properties = Readonly<Record<string, unknown>>;

interface RuleText {
  /** In kebab case. Waivers use it. */
  readonly name: string;
  /** The requirement as one sentence. */
  readonly description: string;
  readonly severity: Severity;
  /** Ids of the corresponding checks of scanners and of the AWS Foundational Security Best Practices. */
  readonly controls: readonly string[];
}

/** A rule about each resource of some types. */
export interface ResourceRule extends RuleText {
  readonly types: readonly string[];
  /** Returns the problem as the end of a sentence that begins with the resource; undefined if there is none. */
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

/** A violation by a resource, or by the stack if no single resource is responsible. */
export interface Problem {
  readonly resource?: StackResource;
  readonly message: string;
}

/** A rule about several resources together: provider v7 has separate resources for the settings of a bucket. */
export interface StackRule extends RuleText {
  /** Only in the environment `production`. Default false. */
  readonly onlyInProduction?: boolean;
  problems(resources: readonly StackResource[]): Problem[];
}

export const ofType = (resources: readonly StackResource[], type: string): StackResource[] =>
  resources.filter((resource) => resource.type === type);

/** Applies a rule to each resource of a type, if the environment matters too. */
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

/** Reports each bucket without a resource of a type. */
export function eachBucketHas(type: string, what: string): StackRule["problems"] {
  return (resources) => {
    const covered = ofType(resources, type).map(({ properties }) => properties.bucket);
    return ofType(resources, "aws:s3/bucket:Bucket").flatMap((resource) =>
      covered.includes(resource.properties.bucket) ? [] : [{ resource, message: `must have ${what}` }],
    );
  };
}

/**
 * Excludes buckets to which S3 delivers access logs: S3 does not deliver to a bucket with a lock or with our own key.
 */
export function exceptForAccessLogs(problems: StackRule["problems"]): StackRule["problems"] {
  return (resources) => {
    const targets = ofType(resources, "aws:s3/bucketLogging:BucketLogging").map(
      ({ properties }) => properties.targetBucket,
    );
    return problems(resources).filter(({ resource }) => !targets.includes(resource?.properties.bucket));
  };
}

/** Returns whether a stack is a production one, by the tag `Environment` of its resources. */
export function isProduction(resources: readonly StackResource[]): boolean {
  return resources.some(({ properties }) => property(properties.tags, "Environment") === "production");
}

/** Returns a property of a value that may be an object. */
export function property(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>)[name] : undefined;
}

export const listOf = (value: unknown): readonly unknown[] =>
  Array.isArray(value) ? value : value === undefined || value === null ? [] : [value];
