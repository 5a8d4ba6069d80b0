import { useKey } from "../keyStatements";
import { type PolicyDocument, type PolicyStatement, policyDocument } from "../policyDocument";
import { schedulerStatements } from "../schedulerStatements";

/** Returns who may assume the role of the probe: Lambda, for this one function. */
export function probeTrust(place: {
  readonly accountId: string;
  readonly functionArn: string;
}): PolicyDocument {
  const { accountId, functionArn } = place;
  return policyDocument({
    Sid: "TheProbe",
    Effect: "Allow",
    Principal: { Service: "lambda.amazonaws.com" },
    Action: "sts:AssumeRole",
    Condition: {
      StringEquals: { "aws:SourceAccount": accountId },
      ArnLike: { "aws:SourceArn": functionArn },
    },
  });
}

/**
 * What Lambda does with a function's role to give it an address in a network. IAM and Lambda require it for all
 * resources.
 */
const networkInterfaceActions = [
  "ec2:AssignPrivateIpAddresses",
  "ec2:CreateNetworkInterface",
  "ec2:DeleteNetworkInterface",
  "ec2:DescribeNetworkInterfaces",
  "ec2:DescribeSubnets",
  "ec2:UnassignPrivateIpAddresses",
];

/**
 * Returns the permissions of the probe: read one password, publish metrics of one namespace, read metrics, write its
 * log.
 */
export function probePolicy(args: {
  readonly region: string;
  readonly logGroupArn: string;
  readonly secretArn: string;
  readonly keyArn: string | undefined;
  readonly namespace: string;
  /** ARN of the function if it is in a network; undefined elsewhere. */
  readonly functionArnInNetwork: string | undefined;
}): PolicyDocument {
  return policyDocument(
    {
      Sid: "WriteLog",
      Effect: "Allow",
      Action: ["logs:CreateLogStream", "logs:PutLogEvents"],
      Resource: `${args.logGroupArn}:*`,
    },
    {
      Sid: "ReadPassword",
      Effect: "Allow",
      Action: "secretsmanager:GetSecretValue",
      Resource: args.secretArn,
    },
    {
      Sid: "PublishMetrics",
      Effect: "Allow",
      Action: "cloudwatch:PutMetricData",
      Resource: "*",
      Condition: { StringEquals: { "cloudwatch:namespace": args.namespace } },
    },
    // For the size of the day before. IAM supports neither a resource nor a namespace for reading.
    { Sid: "ReadMetrics", Effect: "Allow", Action: "cloudwatch:GetMetricStatistics", Resource: "*" },
    ...useKey("OpenPassword", {
      keyArn: args.keyArn,
      actions: ["kms:Decrypt"],
      viaService: `secretsmanager.${args.region}.amazonaws.com`,
    }),
    ...(args.functionArnInNetwork === undefined ? [] : inNetwork(args.functionArnInNetwork)),
  );
}

/** Allows Lambda, but not the function's own code, to manage network interfaces. */
function inNetwork(functionArn: string): PolicyStatement[] {
  return [
    { Sid: "LambdaAttachesToNetwork", Effect: "Allow", Action: networkInterfaceActions, Resource: "*" },
    {
      Sid: "CodeAttachesNothing",
      Effect: "Deny",
      Action: networkInterfaceActions,
      Resource: "*",
      Condition: { ArnEquals: { "lambda:SourceFunctionArn": functionArn } },
    },
  ];
}

/** Returns the permissions of the probe's schedule: invoke the function, and send failed calls to the queue. */
export function probeSchedulerPolicy(args: {
  readonly region: string;
  readonly functionArn: string;
  readonly deadLetterQueueArn: string;
  readonly keyArn: string | undefined;
}): PolicyDocument {
  return policyDocument(
    { Sid: "CallProbe", Effect: "Allow", Action: "lambda:InvokeFunction", Resource: args.functionArn },
    ...schedulerStatements(args),
  );
}
