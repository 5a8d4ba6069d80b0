import type { PolicyStatement } from "./policyDocument";

/** Returns a statement on the key, only through one service; none if there is no key of our own. */
export function useKey(
  sid: string,
  {
    keyArn,
    actions,
    viaService,
  }: {
    readonly keyArn: string | undefined;
    readonly actions: readonly string[];
    readonly viaService: string;
  },
): PolicyStatement[] {
  if (keyArn === undefined) return [];
  return [
    {
      Sid: sid,
      Effect: "Allow",
      Action: actions,
      Resource: keyArn,
      Condition: { StringEquals: { "kms:ViaService": viaService } },
    },
  ];
}
