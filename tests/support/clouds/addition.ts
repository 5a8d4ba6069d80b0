import type { Clouds } from "./clouds";

/** AWS names of the resources to which a manual change can add something. */
export interface Places {
  readonly bucket: string;
  readonly topicArn: string;
  readonly rule: string;
  readonly scheduleGroup: string;
  readonly logGroup: string;
  readonly taskDefinitionArn: string;
  readonly functionName: string;
  readonly alarmName: string;
  /** URL, and the end of its path. */
  readonly queueUrl: string;
  readonly queueName: string;
  /** ARNs that an addition may reference. */
  readonly clusterArn: string;
  readonly roleArn: string;
  /** A role of the stack. */
  readonly roleName: string;
  /** The stack's own network; the local stack has none. */
  readonly network?: { readonly vpcId: string; readonly subnetId: string };
}

/** An addition outside of the stack that no resource of the aws provider reports. */
export interface Addition {
  readonly name: string;
  readonly by: string;
  add(clouds: Clouds, places: Places): Promise<unknown>;
  remove(clouds: Clouds, places: Places): Promise<unknown>;
  /** The reported line: severity, identity and the start of its value. `$bucket` and the like are placeholders for the names. */
  readonly reports: string;
}

/** Returns the line of an addition with these names filled in. */
export function lineFor({ reports }: Addition, places: Places): string {
  return reports.replaceAll(/\$(\w+)/g, (_, name: string) => String(places[name as keyof Places]));
}
