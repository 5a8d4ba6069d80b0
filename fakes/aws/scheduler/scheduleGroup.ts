import {
  CreateScheduleGroupCommand,
  DeleteScheduleGroupCommand,
  GetScheduleGroupCommand,
} from "@aws-sdk/client-scheduler";
import { resource } from "../../engine/table";
import type { Aws } from "../client";
import { present, unlessMissing } from "../errors";
import { fixedText } from "../properties";

type ScheduleGroupState = {
  name: string;
  arn: string;
  creationDate: string;
  lastModificationDate: string;
  state: string;
  region: string;
};

export const scheduleGroup = resource<Aws, ScheduleGroupState>({
  autoname: { maxLength: 64 },
  inputs: { name: fixedText },
  outputs: { arn: {}, creationDate: {}, lastModificationDate: {}, state: {}, region: {} },

  async create(aws, { name }, { signal }) {
    const scheduler = aws.use("scheduler");
    await scheduler.send(new CreateScheduleGroupCommand({ Name: name }), {
      abortSignal: signal,
    });
    return { id: name };
  },

  async read(aws, id, _known, { signal }) {
    const scheduler = aws.use("scheduler");
    const found = await unlessMissing(
      scheduler.send(new GetScheduleGroupCommand({ Name: id }), { abortSignal: signal }),
      "ResourceNotFoundException",
    );
    if (found === undefined || found.State === "DELETING") return undefined;
    const arn = present(found.Arn, "the group's ARN");
    return {
      id,
      state: {
        name: present(found.Name, "the group's name"),
        arn,
        creationDate: found.CreationDate?.toISOString() ?? "",
        lastModificationDate: found.LastModificationDate?.toISOString() ?? "",
        state: found.State,
        region: aws.region,
      },
    };
  },

  async delete(aws, id, _state, { signal }) {
    const scheduler = aws.use("scheduler");
    const options = { abortSignal: signal };
    const missing = "ResourceNotFoundException";
    // moto fails with another error than AWS if the group does not exist.
    if (
      (await unlessMissing(scheduler.send(new GetScheduleGroupCommand({ Name: id }), options), missing)) ===
      undefined
    )
      return;
    await unlessMissing(scheduler.send(new DeleteScheduleGroupCommand({ Name: id }), options), missing);
  },
});
