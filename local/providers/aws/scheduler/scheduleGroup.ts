import {
  CreateScheduleGroupCommand,
  DeleteScheduleGroupCommand,
  GetScheduleGroupCommand,
  ListTagsForResourceCommand,
  TagResourceCommand,
  UntagResourceCommand,
} from "@aws-sdk/client-scheduler";
import { resource } from "../../engine/table";
import type { Aws } from "../client";
import { present, unlessMissing } from "../errors";
import { fixedText } from "../properties";
import { type Tags, tagsFromService, tagsInput, tagsToService } from "../tags";

type ScheduleGroupState = {
  name: string;
  arn: string;
  creationDate: string;
  lastModificationDate: string;
  state: string;
  region: string;
  tags?: Tags;
  tagsAll: Tags;
};

export const scheduleGroup = resource<Aws, ScheduleGroupState>({
  autoname: { maxLength: 64 },
  inputs: { name: fixedText, tags: tagsInput },
  outputs: { arn: {}, creationDate: {}, lastModificationDate: {}, state: {}, region: {}, tagsAll: {} },

  async create(aws, { name, tags = {} }, { signal }) {
    const scheduler = aws.use("scheduler");
    await scheduler.send(new CreateScheduleGroupCommand({ Name: name, Tags: tagsToService(tags) }), {
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
    const listed = await scheduler.send(new ListTagsForResourceCommand({ ResourceArn: arn }), {
      abortSignal: signal,
    });
    const tags = tagsFromService(listed.Tags);
    return {
      id,
      state: {
        name: present(found.Name, "the group's name"),
        arn,
        creationDate: found.CreationDate?.toISOString() ?? "",
        lastModificationDate: found.LastModificationDate?.toISOString() ?? "",
        state: found.State,
        region: aws.region,
        tags,
        tagsAll: tags,
      },
    };
  },

  async update(aws, _id, { before, after }, { signal }) {
    const scheduler = aws.use("scheduler");
    const options = { abortSignal: signal };
    const { arn: ResourceArn, tags = {} } = after;
    const TagKeys = Object.keys(before.tags ?? {}).filter((key) => !(key in tags));
    if (TagKeys.length > 0) await scheduler.send(new UntagResourceCommand({ ResourceArn, TagKeys }), options);
    const Tags = tagsToService(tags);
    if (Tags.length > 0) await scheduler.send(new TagResourceCommand({ ResourceArn, Tags }), options);
  },

  async delete(aws, id, _state, { signal }) {
    const scheduler = aws.use("scheduler");
    const options = { abortSignal: signal };
    const missing = "ResourceNotFoundException";
    // moto fails on a group that is not there, where AWS says so.
    if (
      (await unlessMissing(scheduler.send(new GetScheduleGroupCommand({ Name: id }), options), missing)) ===
      undefined
    )
      return;
    await unlessMissing(scheduler.send(new DeleteScheduleGroupCommand({ Name: id }), options), missing);
  },
});
