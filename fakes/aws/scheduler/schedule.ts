import {
  CreateScheduleCommand,
  DeleteScheduleCommand,
  type FlexibleTimeWindowMode,
  GetScheduleCommand,
  type ScheduleState as OnOff,
  UpdateScheduleCommand,
} from "@aws-sdk/client-scheduler";
import { resource } from "../../engine/table";
import type { Aws } from "../client";
import { present, unlessMissing } from "../errors";
import { fixedText, requiredText, structure } from "../properties";
import { fromService, type ScheduleTarget, targetForm, toService } from "./target";

type ScheduleState = {
  name: string;
  groupName: string;
  scheduleExpression: string;
  scheduleExpressionTimezone: string;
  flexibleTimeWindow: { mode: string; maximumWindowInMinutes?: number };
  target: ScheduleTarget;
  state: string;
  description?: string;
  kmsKeyArn?: string;
  actionAfterCompletion?: string;
  startDate?: string;
  endDate?: string;
  arn: string;
  region: string;
};

export const schedule = resource<Aws, ScheduleState>({
  autoname: { maxLength: 64 },
  inputs: {
    name: fixedText,
    groupName: { type: "string", default: "default", replaces: true },
    scheduleExpression: requiredText,
    scheduleExpressionTimezone: { type: "string", default: "UTC" },
    flexibleTimeWindow: structure("map", { required: true }),
    target: { type: "map", required: true, normal: targetForm },
    state: { type: "string", default: "ENABLED" },
    description: { type: "string" },
    kmsKeyArn: { type: "string" },
    actionAfterCompletion: { type: "string", computed: true },
    // RFC 3339, to the second.
    startDate: { type: "string" },
    endDate: { type: "string" },
  },
  outputs: { arn: {}, region: {} },

  async create(aws, state, { signal }) {
    const scheduler = aws.use("scheduler");
    await scheduler.send(new CreateScheduleCommand(request(state)), { abortSignal: signal });
    return { id: `${state.groupName}/${state.name}` };
  },

  async read(aws, id, _known, { signal }) {
    const [group, name] = id.split("/");
    const scheduler = aws.use("scheduler");
    const found = await unlessMissing(
      scheduler.send(new GetScheduleCommand({ GroupName: group, Name: name }), { abortSignal: signal }),
      "ResourceNotFoundException",
    );
    if (found === undefined) return undefined;
    const window = found.FlexibleTimeWindow;
    return {
      id,
      state: {
        name: found.Name,
        groupName: found.GroupName,
        scheduleExpression: found.ScheduleExpression,
        scheduleExpressionTimezone: found.ScheduleExpressionTimezone ?? "UTC",
        flexibleTimeWindow: {
          mode: window?.Mode ?? "OFF",
          ...(window?.MaximumWindowInMinutes && { maximumWindowInMinutes: window.MaximumWindowInMinutes }),
        },
        target: fromService(present(found.Target, "the schedule's target")),
        state: found.State,
        description: found.Description ?? "",
        kmsKeyArn: found.KmsKeyArn ?? "",
        actionAfterCompletion: found.ActionAfterCompletion ?? "NONE",
        startDate: rfc3339(found.StartDate),
        endDate: rfc3339(found.EndDate),
        arn: found.Arn,
        region: aws.region,
      },
    };
  },

  async update(aws, _id, { after }, { signal }) {
    const scheduler = aws.use("scheduler");
    await scheduler.send(new UpdateScheduleCommand(request(after)), { abortSignal: signal });
  },

  async delete(aws, _id, { groupName, name }, { signal }) {
    const scheduler = aws.use("scheduler");
    await unlessMissing(
      scheduler.send(new DeleteScheduleCommand({ GroupName: groupName, Name: name }), {
        abortSignal: signal,
      }),
      "ResourceNotFoundException",
    );
  },
});

/** Returns the request for a schedule. An update sends everything, because the service resets omitted members to their defaults. */
function request(state: ScheduleState) {
  return {
    Name: state.name,
    GroupName: state.groupName,
    ScheduleExpression: state.scheduleExpression,
    ScheduleExpressionTimezone: state.scheduleExpressionTimezone,
    FlexibleTimeWindow: {
      Mode: state.flexibleTimeWindow.mode as FlexibleTimeWindowMode,
      MaximumWindowInMinutes: state.flexibleTimeWindow.maximumWindowInMinutes,
    },
    Target: toService(state.target),
    State: state.state as OnOff,
    Description: state.description || undefined,
    KmsKeyArn: state.kmsKeyArn || undefined,
    StartDate: state.startDate ? new Date(state.startDate) : undefined,
    EndDate: state.endDate ? new Date(state.endDate) : undefined,
  };
}

const rfc3339 = (date: Date | undefined): string => date?.toISOString().replace(/\.\d+Z$/, "Z") ?? "";
