import {
  AddClientIDToOpenIDConnectProviderCommand,
  CreateOpenIDConnectProviderCommand,
  DeleteOpenIDConnectProviderCommand,
  GetOpenIDConnectProviderCommand,
  RemoveClientIDFromOpenIDConnectProviderCommand,
  UpdateOpenIDConnectProviderThumbprintCommand,
} from "@aws-sdk/client-iam";
import { resource } from "../../engine/table";
import type { Aws } from "../client";
import { present, unlessMissing } from "../errors";

type OpenIdConnectProviderState = {
  url: string;
  clientIdLists: string[];
  thumbprintLists?: string[];
  arn: string;
};

const missing = ["NoSuchEntity", "NoSuchEntityException"] as const;

/** An external identity provider that roles may trust. Its id is its ARN. */
export const openIdConnectProvider = resource<Aws, OpenIdConnectProviderState>({
  inputs: {
    url: {
      type: "string",
      required: true,
      replaces: true,
      // IAM stores the address without its scheme.
      normal: (value) => String(value).replace(/^https:\/\//, ""),
    },
    clientIdLists: { type: "list", required: true, unordered: true },
    thumbprintLists: { type: "list", computed: true },
  },
  outputs: { arn: {} },

  async create(aws, state, { signal }) {
    const { OpenIDConnectProviderArn } = await aws.use("iam").send(
      new CreateOpenIDConnectProviderCommand({
        Url: state.url,
        ClientIDList: state.clientIdLists,
        ThumbprintList: state.thumbprintLists,
      }),
      { abortSignal: signal },
    );
    return { id: present(OpenIDConnectProviderArn, "the ARN of the new OpenID Connect provider") };
  },

  async read(aws, id, _known, { signal }) {
    const found = await unlessMissing(
      aws.use("iam").send(new GetOpenIDConnectProviderCommand({ OpenIDConnectProviderArn: id }), {
        abortSignal: signal,
      }),
      ...missing,
    );
    if (found === undefined) return undefined;
    return {
      id,
      state: {
        url: found.Url ?? "",
        clientIdLists: found.ClientIDList ?? [],
        thumbprintLists: found.ThumbprintList ?? [],
        arn: id,
      },
    };
  },

  async update(aws, id, { before, after }, { signal }) {
    const iam = aws.use("iam");
    const options = { abortSignal: signal };
    const place = { OpenIDConnectProviderArn: id };
    for (const ClientID of after.clientIdLists.filter((one) => !before.clientIdLists.includes(one)))
      await iam.send(new AddClientIDToOpenIDConnectProviderCommand({ ...place, ClientID }), options);
    for (const ClientID of before.clientIdLists.filter((one) => !after.clientIdLists.includes(one)))
      await iam.send(new RemoveClientIDFromOpenIDConnectProviderCommand({ ...place, ClientID }), options);
    if (after.thumbprintLists !== undefined)
      await iam.send(
        new UpdateOpenIDConnectProviderThumbprintCommand({ ...place, ThumbprintList: after.thumbprintLists }),
        options,
      );
  },

  async delete(aws, id, _state, { signal }) {
    await unlessMissing(
      aws.use("iam").send(new DeleteOpenIDConnectProviderCommand({ OpenIDConnectProviderArn: id }), {
        abortSignal: signal,
      }),
      ...missing,
    );
  },
});
