import { everyContainer } from "../containers";
import { eachOf, type StackRule } from "../rule";

export const imageIsPinned: StackRule = {
  name: "image-is-pinned",
  description: "In production images are pinned by digest.",
  severity: "high",
  controls: [],
  onlyInProduction: true,
  problems: eachOf(
    "aws:ecs/taskDefinition:TaskDefinition",
    everyContainer("must name its image by digest", ({ image }) =>
      /@sha256:[0-9a-f]{64}$/.test(String(image)),
    ),
  ),
};
