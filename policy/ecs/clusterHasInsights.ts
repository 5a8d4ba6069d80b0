import { eachOf, listOf, property, type StackRule } from "../rule";

export const clusterHasInsights: StackRule = {
  name: "cluster-has-insights",
  description: "In production a cluster has Container Insights.",
  severity: "low",
  controls: ["CKV_AWS_65", "ECS.12"],
  onlyInProduction: true,
  problems: eachOf("aws:ecs/cluster:Cluster", ({ settings }) =>
    listOf(settings).some(
      (setting) =>
        property(setting, "name") === "containerInsights" && property(setting, "value") !== "disabled",
    )
      ? undefined
      : "must have containerInsights",
  ),
};
