import type { PolicyPlace } from "../../../bootstrap/policies/place";
import { stackTag } from "../../../components/awsTags";
import { partitionOf } from "../../../config/aws/partition";
import type { Call } from "../place";
import { singleReads } from "./batches";
import { creations, ec2Ids, judgedIds, kindOf } from "./ec2";
import { accountAction, isOfAccount, s3Action } from "./s3";
import type { AwsCall } from "./wire";

type Context = Record<string, string>;

/** Signing name → prefix of IAM's actions, if it differs. */
const prefixes: Readonly<Record<string, string>> = { monitoring: "cloudwatch", tagging: "tag" };

/** Operations for which IAM supports no resource. */
const withoutResource: ReadonlySet<string> = new Set([
  "ecs:DeregisterTaskDefinition",
  "ecr:GetRepositoryPolicy",
  "ecs:DescribeTaskDefinition",
  "ecs:ListServices",
  "ecs:ListTasks",
  "events:DescribeEventBus",
  "events:ListEventBuses",
  "events:ListRuleNamesByTarget",
  "iam:ListInstanceProfiles",
  "cloudwatch:GetAlarmMuteRule",
  "cloudwatch:ListAlarmMuteRules",
  "kms:CreateKey",
  "kms:ListAliases",
  "lambda:ListEventSourceMappings",
  "logs:DescribeAccountPolicies",
  "logs:DescribeLogGroups",
  "logs:DescribeResourcePolicies",
  "pipes:ListPipes",
  "route53:ListHostedZonesByVPC",
  "scheduler:ListSchedules",
  "tag:GetResources",
]);

/**
 * Translates calls into IAM requests: action, resource and the values of condition keys. It follows the calls in their order,
 * because a resource has the tags that an earlier call gave it.
 */
export class IamRequests {
  readonly #tagged = new Set<string>();

  constructor(private readonly place: PolicyPlace) {}

  /** Returns the requests of one call, including those for the roles that it passes. */
  of(call: AwsCall): Call[] {
    const requests = [
      ...singleReads(call).flatMap((single) => this.#direct(single)),
      ...this.#handedOver(call),
    ];
    if (this.#claims(call)) {
      for (const id of [...ec2Ids(call.response), ...ec2Ids(call.body), ...keyIds(call.response + call.body)])
        this.#tagged.add(id);
    }
    return requests;
  }

  #direct(call: AwsCall): Call[] {
    if (call.service === "sts") return [];
    if (call.service === "s3" && isOfAccount(call)) return [[accountAction(call), "*"]];
    if (call.service === "s3") return [[s3Action(call), `arn:aws:s3:::${call.path.split("/")[1]}`]];
    if (call.service === "ec2") return this.#ofEc2(call);
    const action = actionOf(call);
    const claim = this.#claims(call) ? this.#claimed() : {};
    if (withoutResource.has(action)) return [[action, "*", claim]];
    if (call.service === "kms") return this.#ofKms(action, call, claim);
    return [[action, this.#resource(call), { ...claim, ...this.#boundary(call) }]];
  }

  #ofEc2(call: AwsCall): Call[] {
    const { operation, form, region } = call;
    const action = `ec2:${operation}`;
    if (operation.startsWith("Describe")) return [[action, "*"]];
    const existing = judgedIds(operation, form).map((id): Call => {
      const context = { ...this.#ownership(id), ...(operation === "CreateTags" ? this.#claimed() : {}) };
      return [action, this.#arn("ec2", region, `${kindOf(id)}/${id}`), context];
    });
    const kind = creations[operation];
    if (kind === undefined) return existing;
    const made = this.#arn("ec2", region, `${kind}/*`);
    const claim = this.#claims(call) ? this.#claimed() : {};
    return [
      [action, made, claim],
      ["ec2:CreateTags", made, { ...claim, "ec2:CreateAction": operation }],
      ...existing,
    ];
  }

  #ofKms(action: string, call: AwsCall, claim: Context): Call[] {
    const { AliasName, KeyId, TargetKeyId } = call.input as Record<string, string | undefined>;
    const id = keyIds(String(KeyId ?? TargetKeyId ?? ""))[0];
    return [
      ...(AliasName === undefined ? [] : [[action, this.#arn("kms", call.region, AliasName)] as Call]),
      ...(id === undefined
        ? []
        : [
            [
              action,
              this.#arn("kms", call.region, `key/${id}`),
              { ...claim, ...this.#ownership(id) },
            ] as Call,
          ]),
    ];
  }

  /** Returns the calls that pass a role: IAM requires the permission to pass a role from the caller that gives it to a service. */
  #handedOver(call: AwsCall): Call[] {
    const receivers: Readonly<Record<string, string>> = {
      ecs: "ecs-tasks",
      lambda: "lambda",
      s3: "s3",
      scheduler: "scheduler",
      ec2: "vpc-flow-logs",
    };
    const receiver = receivers[call.service];
    if (receiver === undefined || call.operation === "DELETE" || call.operation === "GET") return [];
    const text = call.service === "ec2" ? (call.form.get("DeliverLogsPermissionArn") ?? "") : call.body;
    // The policy of a bucket names roles without passing them.
    if (call.service === "s3" && !call.query.has("replication")) return [];
    const roles = new Set(text.match(/arn:aws:iam::\d{12}:role\/[\w+=,.@-]+/g) ?? []);
    return [...roles].map(
      (role): Call => ["iam:PassRole", role, { "iam:PassedToService": `${receiver}.amazonaws.com` }],
    );
  }

  /** Returns the ARN of the one resource that a call is about. */
  #resource(call: AwsCall): string {
    const { service, region, input, form, path, query } = call;
    const text = (name: string) => String(input[name] ?? form.get(name) ?? "");
    const given = text("resourceArn") || text("ResourceARN") || text("ResourceArn") || arnIn(path);
    if (given !== "") return given;
    const arn = (resource: string) => this.#arn(prefixes[service] ?? service, region, resource);
    switch (service) {
      case "iam":
        return `arn:aws:iam::${this.place.accountId}:role/${text("RoleName")}`;
      case "ecs":
        if (input.family !== undefined) return arn(`task-definition/${text("family")}:*`);
        if (input.clusterName !== undefined) return arn(`cluster/${text("clusterName")}`);
        return arn(
          `cluster/${String([input.clusters ?? input.cluster].flat()[0])
            .split("/")
            .at(-1)}`,
        );
      case "events":
        return arn(`rule/${text("Name") || text("Rule")}`);
      case "logs":
        return arn(`log-group:${text("logGroupName")}`);
      case "monitoring": {
        const dashboard = text("DashboardName") || listed(input.DashboardNames);
        if (dashboard !== "") return `arn:aws:cloudwatch::${this.place.accountId}:dashboard/${dashboard}`;
        return arn(`alarm:${text("AlarmName") || listed(input.AlarmNames)}`);
      }
      case "secretsmanager":
        return text("SecretId") || arn(`secret:${text("Name")}-a1b2c3`);
      case "sns": {
        const topic = text("TopicArn") || text("SubscriptionArn").split(":").slice(0, 6).join(":");
        return topic || arn(text("Name"));
      }
      case "sqs":
        return arn(text("QueueName") || (text("QueueUrl").split("/").at(-1) ?? ""));
      case "lambda":
        return arn(`function:${text("FunctionName") || path.split("/")[3]}`);
      case "scheduler": {
        const [, kind, name] = path.split("/");
        if (kind === "schedule-groups") return arn(`schedule-group/${name}`);
        const group = text("GroupName") || query.get("groupName");
        return arn(`schedule/${group}/${name}`);
      }
      default:
        throw new Error(`no resource is known for ${service} ${call.operation}`);
    }
  }

  /**
   * Returns the condition key for the boundary. A role has the boundary with which it was created: all roles of the stack have the
   * environment's.
   */
  #boundary({ service, operation, form }: AwsCall): Context {
    if (service !== "iam") return {};
    const boundary = operation === "CreateRole" ? form.get("PermissionsBoundary") : this.place.boundaryArn;
    return boundary === null ? {} : { "iam:PermissionsBoundary": boundary };
  }

  #arn(service: string, region: string, resource: string): string {
    return `arn:${partitionOf(region)}:${service}:${region}:${this.place.accountId}:${resource}`;
  }

  /** Returns whether a call sets the stack's tag. */
  #claims({ body }: AwsCall): boolean {
    const texts = [body, decodeURIComponent(body.replace(/\+|%(?![0-9A-F]{2})/g, " "))];
    return texts.some((text) => text.includes(stackTag) && text.includes(this.#stack()));
  }

  #ownership(id: string): Context {
    // A resource that is identified by an association has the tags of the table or address.
    const isTagged = this.#tagged.has(id) || /assoc-/.test(id);
    return isTagged ? { [`aws:ResourceTag/${stackTag}`]: this.#stack() } : {};
  }

  #claimed(): Context {
    return { [`aws:RequestTag/${stackTag}`]: this.#stack() };
  }

  #stack(): string {
    return `thorbis-supabase/${this.place.name}`;
  }
}

const keyIds = (text: string) => text.match(/\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b/g) ?? [];
const arnIn = (path: string) => /arn:[^?]+/.exec(path)?.[0] ?? "";
const listed = (value: unknown) => (Array.isArray(value) ? String(value[0] ?? "") : "");

/** Operations of REST by service, method and pattern of the path. */
const restOperations: readonly (readonly [
  service: string,
  method: string,
  path: RegExp,
  operation: string,
])[] = [
  ["lambda", "POST", /\/functions$/, "CreateFunction"],
  ["lambda", "GET", /\/configuration$/, "GetFunctionConfiguration"],
  ["lambda", "GET", /\/concurrency$/, "GetFunctionConcurrency"],
  ["lambda", "GET", /\/policy$/, "GetPolicy"],
  ["lambda", "GET", /\/event-invoke-config$/, "GetFunctionEventInvokeConfig"],
  ["lambda", "GET", /\/url$/, "GetFunctionUrlConfig"],
  ["lambda", "GET", /\/versions$/, "ListVersionsByFunction"],
  ["lambda", "GET", /\/aliases$/, "ListAliases"],
  ["lambda", "GET", /\/event-source-mappings\/?$/, "ListEventSourceMappings"],
  ["lambda", "GET", /\/tags\//, "ListTags"],
  ["lambda", "POST", /\/tags\//, "TagResource"],
  ["lambda", "DELETE", /\/functions\/[^/]+$/, "DeleteFunction"],
  ["lambda", "PUT", /\/code$/, "UpdateFunctionCode"],
  ["lambda", "PUT", /\/configuration$/, "UpdateFunctionConfiguration"],
  ["pipes", "GET", /^\/v1\/pipes$/, "ListPipes"],
  ["route53", "GET", /\/hostedzonesbyvpc$/, "ListHostedZonesByVPC"],
  ["scheduler", "GET", /^\/tags\//, "ListTagsForResource"],
  ["scheduler", "POST", /^\/tags\//, "TagResource"],
  ["scheduler", "GET", /^\/schedules$/, "ListSchedules"],
  ["scheduler", "GET", /^\/schedules\//, "GetSchedule"],
  ["scheduler", "POST", /^\/schedules\//, "CreateSchedule"],
  ["scheduler", "PUT", /^\/schedules\//, "UpdateSchedule"],
  ["scheduler", "DELETE", /^\/schedules\//, "DeleteSchedule"],
  ["scheduler", "GET", /^\/schedule-groups\//, "GetScheduleGroup"],
  ["scheduler", "POST", /^\/schedule-groups\//, "CreateScheduleGroup"],
  ["scheduler", "DELETE", /^\/schedule-groups\//, "DeleteScheduleGroup"],
];

function actionOf({ service, operation, path }: AwsCall): string {
  const isRest = ["lambda", "pipes", "route53", "scheduler"].includes(service);
  const found = restOperations.find(
    ([ofService, method, pattern]) => ofService === service && method === operation && pattern.test(path),
  );
  if (isRest && found === undefined)
    throw new Error(`no action is known for ${service} ${operation} ${path}`);
  return `${prefixes[service] ?? service}:${found?.[3] ?? operation}`;
}
