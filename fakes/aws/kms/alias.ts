import {
  CreateAliasCommand,
  DeleteAliasCommand,
  ListAliasesCommand,
  UpdateAliasCommand,
} from "@aws-sdk/client-kms";
import { resource } from "../../engine/table";
import type { Aws } from "../client";
import { unlessMissing } from "../errors";
import { fixedText, requiredText } from "../properties";

type AliasState = { name: string; targetKeyId: string; arn: string; targetKeyArn: string; region: string };

/** An alias of a key. Its id is its name, which begins with `alias/`. */
export const alias = resource<Aws, AliasState>({
  autoname: { maxLength: 256 },
  inputs: { name: fixedText, targetKeyId: requiredText },
  outputs: { arn: {}, targetKeyArn: { volatile: true }, region: {} },

  async create(aws, state, { signal }) {
    await aws
      .use("kms")
      .send(new CreateAliasCommand({ AliasName: state.name, TargetKeyId: state.targetKeyId }), {
        abortSignal: signal,
      });
    return { id: state.name };
  },

  async read(aws, id, known, { signal }) {
    const kms = aws.use("kms");
    let marker: string | undefined;
    do {
      const page = await kms.send(new ListAliasesCommand({ Marker: marker }), { abortSignal: signal });
      const found = page.Aliases?.find(({ AliasName }) => AliasName === id);
      if (found !== undefined) {
        const keyId = found.TargetKeyId ?? "";
        const keyArn = (found.AliasArn ?? "").replace(/:alias\/.*$/, `:key/${keyId}`);
        // Programs may use the key's ARN instead of its id. The service returns the id.
        const targetKeyId = known.targetKeyId === keyArn ? keyArn : keyId;
        return {
          id,
          state: { name: id, targetKeyId, arn: found.AliasArn, targetKeyArn: keyArn, region: aws.region },
        };
      }
      marker = page.Truncated ? page.NextMarker : undefined;
    } while (marker !== undefined);
    return undefined;
  },

  async update(aws, id, { after }, { signal }) {
    await aws.use("kms").send(new UpdateAliasCommand({ AliasName: id, TargetKeyId: after.targetKeyId }), {
      abortSignal: signal,
    });
  },

  async delete(aws, id, _state, { signal }) {
    await unlessMissing(
      aws.use("kms").send(new DeleteAliasCommand({ AliasName: id }), { abortSignal: signal }),
      "NotFoundException",
    );
  },
});
