import type { JsonObject, JsonValue } from "../../foundation/json";
import {
  type Counterpart,
  defined,
  documentOf,
  objectOf,
  objectsOf,
  pascal,
  sameNames,
  tagsOf,
} from "./counterpart";

/** Returns a container of a task definition. The options of its log driver are names, not properties, and keep their case. */
function container(definition: JsonObject): JsonObject {
  const { logConfiguration, ...rest } = definition;
  const { logDriver, options } = objectOf(logConfiguration);
  return defined({
    ...(pascal(rest) as JsonObject),
    LogConfiguration: logConfiguration && defined({ LogDriver: logDriver, Options: options }),
  });
}

function scheduleTarget(target: JsonObject): JsonObject {
  const { ecsParameters, ...rest } = target;
  if (ecsParameters === undefined) return pascal(rest) as JsonObject;
  const { networkConfiguration, enableEcsManagedTags, ...parameters } = objectOf(ecsParameters);
  const { assignPublicIp, ...network } = objectOf(networkConfiguration);
  return {
    ...(pascal(rest) as JsonObject),
    EcsParameters: defined({
      ...(pascal(parameters) as JsonObject),
      EnableECSManagedTags: enableEcsManagedTags,
      NetworkConfiguration: {
        AwsvpcConfiguration: {
          ...(pascal(network) as JsonObject),
          AssignPublicIp: assignPublicIp === true ? "ENABLED" : "DISABLED",
        },
      },
    }),
  };
}

function lambdaEnvironment(environment: JsonValue | undefined): JsonValue | undefined {
  return environment && { Variables: objectOf(objectOf(environment).variables) };
}

/** ECS, Lambda and EventBridge Scheduler. */
export const compute: Readonly<Record<string, Counterpart>> = {
  "aws:ecs/cluster:Cluster": {
    type: "AWS::ECS::Cluster",
    ref: "name",
    properties: ({ name, settings, ...inputs }) => ({
      ClusterName: name,
      ClusterSettings: settings && pascal(settings),
      ...tagsOf(inputs),
    }),
  },
  "aws:ecs/taskDefinition:TaskDefinition": {
    type: "AWS::ECS::TaskDefinition",
    ref: "arn",
    // CloudFormation has no ARN without the revision, so the latest one is used.
    attributes: { arnWithoutRevision: "TaskDefinitionArn" },
    properties: ({ containerDefinitions, ephemeralStorage, trackLatest, ...inputs }) => ({
      ...sameNames(inputs),
      EphemeralStorage: ephemeralStorage && { SizeInGiB: objectOf(ephemeralStorage).sizeInGib ?? null },
      ContainerDefinitions: objectsOf(documentOf(containerDefinitions)).map(container),
    }),
  },
  "aws:lambda/function:Function": {
    type: "AWS::Lambda::Function",
    ref: "name",
    properties: ({ name, code, environment, sourceCodeHash, ...inputs }) => ({
      ...sameNames(inputs),
      FunctionName: name,
      // The scanners do not check its code.
      Code: { S3Bucket: "code", S3Key: "code.zip" },
      Environment: lambdaEnvironment(environment),
    }),
  },
  "aws:scheduler/scheduleGroup:ScheduleGroup": {
    type: "AWS::Scheduler::ScheduleGroup",
    ref: "name",
    properties: (inputs) => sameNames(inputs),
  },
  "aws:scheduler/schedule:Schedule": {
    type: "AWS::Scheduler::Schedule",
    ref: "name",
    properties: ({ target, ...inputs }) => ({
      ...sameNames(inputs),
      Target: scheduleTarget(objectOf(target)),
    }),
  },
};
