import { hasText } from "../documents";
import type { ResourceRule } from "../rule";

export const endpointHasPolicy: ResourceRule = {
  name: "endpoint-has-policy",
  description: "An endpoint has a policy, because without one it allows everything.",
  severity: "medium",
  controls: [],
  types: ["aws:ec2/vpcEndpoint:VpcEndpoint"],
  problem: (endpoint) => (hasText(endpoint, "policy") ? undefined : "must have a policy"),
};
