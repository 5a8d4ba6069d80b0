import type { Case } from "./case";
import { cloudwatchCases } from "./cloudwatch";
import { ec2Cases } from "./ec2";
import { ecrCases } from "./ecr";
import { ecsCases } from "./ecs";
import { iamCases } from "./iam";
import { kmsCases } from "./kms";
import { lambdaCases } from "./lambda";
import { s3Cases } from "./s3";
import { schedulerCases } from "./scheduler";
import { secretsManagerCases } from "./secretsManager";
import { snsCases } from "./sns";
import { sqsCases } from "./sqs";

/** Each resource type once. A case may use the resources of those before it. */
export const cases: readonly Case[] = [
  ...kmsCases,
  ...s3Cases,
  ...iamCases,
  ...ecrCases,
  ...ecsCases,
  ...sqsCases,
  ...snsCases,
  ...cloudwatchCases,
  ...ec2Cases,
  ...lambdaCases,
  ...secretsManagerCases,
  ...schedulerCases,
];
