import * as z from "zod";
import { bundleAcceptance } from "../../plugins/supabasex/bundleArguments";
import { resourcePrefixProblem } from "../aws/resourcePrefix";
import { checkedText, distinct, matching } from "../fields";

/**
 * Regions of the Management API. The provider cannot move a project, so a typing error would be found too late there.
 */
export const regions = [
  "us-east-1",
  "us-east-2",
  "us-west-1",
  "us-west-2",
  "ap-east-1",
  "ap-southeast-1",
  "ap-southeast-2",
  "ap-northeast-1",
  "ap-northeast-2",
  "ap-south-1",
  "eu-west-1",
  "eu-west-2",
  "eu-west-3",
  "eu-north-1",
  "eu-central-1",
  "eu-central-2",
  "ca-central-1",
  "sa-east-1",
] as const;

/** Compute size → its default `max_connections`. `nano` is omitted because the API never returns it. */
export const connectionsOfInstance = {
  micro: 60,
  small: 90,
  medium: 120,
  large: 160,
  xlarge: 240,
  "2xlarge": 380,
  "4xlarge": 480,
  "8xlarge": 490,
  "12xlarge": 500,
  "16xlarge": 500,
  "24xlarge": 500,
  "24xlarge_optimized_memory": 500,
  "24xlarge_optimized_cpu": 500,
  "24xlarge_high_memory": 500,
  "48xlarge": 500,
  "48xlarge_optimized_memory": 500,
  "48xlarge_optimized_cpu": 500,
  "48xlarge_high_memory": 500,
} as const;

export type InstanceSize = keyof typeof connectionsOfInstance;
const instanceSizes = Object.keys(connectionsOfInstance) as [InstanceSize, ...InstanceSize[]];

/** The Supabase project itself. */
export const projectSchema = z.strictObject({
  name: matching(
    /^[A-Za-z0-9][A-Za-z0-9 ._-]{0,62}$/,
    "must be 1 to 63 letters, digits, spaces or . _ -",
  ).meta({
    description: "Name of the Supabase project, as the dashboard shows it.",
    example: "thorbis-dev",
  }),
  environment: z.enum(["local", "development", "production"]).meta({
    description: "Which rules apply. `production` must satisfy every rule of the table below.",
    example: "development",
  }),
  resourcePrefix: checkedText(resourcePrefixProblem).optional().meta({
    description:
      "Prefix of all names in AWS; derived from `project.name` if omitted. Cannot change, because names in AWS cannot change.",
    example: "thorbis-dev",
  }),
  owner: matching(
    /^[A-Za-z0-9][A-Za-z0-9 +=._:/@-]{0,127}$/,
    "must be 1 to 128 letters, digits, spaces or + - = . _ : / @",
  )
    .optional()
    .meta({
      description:
        "Who is responsible, as the tag `Owner` of every AWS resource; `project.organizationId` if omitted.",
      example: "platform@example.com",
    }),
  dataClass: z
    .enum(["public", "internal", "confidential", "restricted"])
    .default("confidential")
    .meta({ description: "How sensitive the data is, as the tag `DataClass` of every AWS resource." }),
  organizationId: matching(
    /^[a-z0-9][a-z0-9-]{1,62}$/,
    "must be the organization's slug: lower-case letters, digits and -",
  ).meta({
    description: "Slug of the Supabase organization. Cannot change: a project cannot be moved.",
    example: "thorbis",
  }),
  region: z.enum(regions).meta({
    description: "Region of the project. Cannot change: a project cannot be moved.",
    example: "us-east-1",
  }),
  instanceSize: z.enum(instanceSizes).default("micro").meta({ description: "Compute size of the project." }),
  accept: distinct(matching(bundleAcceptance.pattern, bundleAcceptance.reason)).default([]).meta({
    description:
      "Changes in the project outside of the stack that the next deployment accepts into the baseline, as a deployment names them. An entry accepts only that change.",
    example: "edge function status-page @ 1a2b3c4d5e6f7081",
  }),
  deletionProtection: z.boolean().default(true).meta({
    description: "Whether `pulumi destroy` refuses to delete the project, the bucket and its key.",
  }),
});
