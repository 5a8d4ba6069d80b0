import {
  ListTargetsByRuleCommand,
  PutTargetsCommand,
  RemoveTargetsCommand,
} from "@aws-sdk/client-eventbridge";
import { UserError } from "../../../foundation/userError";
import { resource } from "../../engine/table";
import type { Aws } from "../client";
import { unlessMissing } from "../errors";
import { fixedText, flag, requiredText, structure } from "../properties";

type EventTargetState = {
  rule: string;
  targetId: string;
  arn: string;
  eventBusName: string;
  input?: string;
  inputTransformer?: { inputPaths?: Record<string, string>; inputTemplate: string };
  deadLetterConfig?: { arn?: string };
  forceDestroy: boolean;
  region: string;
};

/** A target of a rule's events. Its id is `<rule>-<target>`. */
export const eventTarget = resource<Aws, EventTargetState>({
  inputs: {
    rule: fixedText,
    // The official plugin generates one; the stand-in requires it.
    targetId: fixedText,
    arn: requiredText,
    eventBusName: { type: "string", default: "default", replaces: true },
    input: { type: "string" },
    inputTransformer: structure("map"),
    deadLetterConfig: structure("map"),
    forceDestroy: flag(false),
  },
  outputs: { region: {} },

  async create(aws, state, { signal }) {
    await put(aws, state, signal);
    return { id: `${state.rule}-${state.targetId}` };
  },

  async read(aws, id, known, { signal }) {
    // As with the official plugin, the id of an import is `<bus>/<rule>/<target>` or `<rule>/<target>`.
    const [targetId = "", rule] =
      known.targetId === undefined ? id.split("/").reverse() : [known.targetId, known.rule];
    if (rule === undefined)
      throw new UserError(`To import a target, use the ID <rule>/<target> instead of ${id}.`);
    const events = aws.use("events");
    const listed = await unlessMissing(
      events.send(new ListTargetsByRuleCommand({ Rule: rule }), { abortSignal: signal }),
      "ResourceNotFoundException",
    );
    const found = listed?.Targets?.find(({ Id }) => Id === targetId);
    if (found === undefined) return undefined;
    const transformer = found.InputTransformer;
    const none = {} as EventTargetState["inputTransformer"] & {};
    return {
      id: `${rule}-${targetId}`,
      state: {
        rule,
        targetId,
        arn: found.Arn,
        eventBusName: "default",
        input: found.Input ?? "",
        // Empty instead of absent, because an absent property keeps its old value.
        inputTransformer: transformer
          ? { inputPaths: transformer.InputPathsMap ?? {}, inputTemplate: transformer.InputTemplate ?? "" }
          : none,
        deadLetterConfig: found.DeadLetterConfig?.Arn ? { arn: found.DeadLetterConfig.Arn } : {},
        region: aws.region,
      },
    };
  },

  async update(aws, _id, { after }, { signal }) {
    await put(aws, after, signal);
  },

  async delete(aws, _id, { rule, targetId, forceDestroy }, { signal }) {
    const events = aws.use("events");
    await unlessMissing(
      events.send(new RemoveTargetsCommand({ Rule: rule, Ids: [targetId], Force: forceDestroy }), {
        abortSignal: signal,
      }),
      "ResourceNotFoundException",
    );
  },
});

async function put(aws: Aws, state: EventTargetState, signal: AbortSignal): Promise<void> {
  const events = aws.use("events");
  const { inputTransformer: transformer, deadLetterConfig } = state;
  const { FailedEntries = [] } = await events.send(
    new PutTargetsCommand({
      Rule: state.rule,
      Targets: [
        {
          Id: state.targetId,
          Arn: state.arn,
          Input: state.input || undefined,
          ...(transformer?.inputTemplate && {
            InputTransformer: {
              InputPathsMap: transformer.inputPaths,
              InputTemplate: transformer.inputTemplate,
            },
          }),
          ...(deadLetterConfig?.arn && { DeadLetterConfig: { Arn: deadLetterConfig.arn } }),
        },
      ],
    }),
    { abortSignal: signal },
  );
  const [failed] = FailedEntries;
  if (failed !== undefined) {
    throw new UserError(
      `The target ${state.targetId} was refused: ${failed.ErrorCode} ${failed.ErrorMessage}`,
    );
  }
}
