import {
  GetObjectLockConfigurationCommand,
  type ObjectLockRetentionMode,
  PutObjectLockConfigurationCommand,
} from "@aws-sdk/client-s3";
import { structure } from "../properties";
import { bucketPart } from "./bucketPart";

type Retention = { mode?: string; days?: number; years?: number };
type State = { objectLockEnabled: string; rule?: { defaultRetention: Retention } };

export const bucketObjectLock = bucketPart<State>({
  inputs: {
    objectLockEnabled: { type: "string", default: "Enabled", replaces: true },
    rule: structure("map"),
  },
  missing: ["ObjectLockConfigurationNotFoundError"],
  async put(s3, bucket, { rule }, options) {
    const retention = rule?.defaultRetention;
    const Rule = retention && {
      DefaultRetention: {
        Mode: retention.mode as ObjectLockRetentionMode | undefined,
        Days: retention.days,
        Years: retention.years,
      },
    };
    await s3.send(
      new PutObjectLockConfigurationCommand({
        Bucket: bucket,
        ObjectLockConfiguration: { ObjectLockEnabled: "Enabled", Rule },
      }),
      options,
    );
  },
  async get(s3, bucket, options) {
    const { ObjectLockConfiguration: found } = await s3.send(
      new GetObjectLockConfigurationCommand({ Bucket: bucket }),
      options,
    );
    if (found?.ObjectLockEnabled !== "Enabled") return undefined;
    const { Mode, Days, Years } = found.Rule?.DefaultRetention ?? {};
    const defaultRetention = {
      ...(Mode && { mode: Mode }),
      ...(Days && { days: Days }),
      ...(Years && { years: Years }),
    };
    // An empty rule instead of none, because an absent property keeps its old value.
    return { objectLockEnabled: "Enabled", rule: Mode ? { defaultRetention } : ({} as State["rule"]) };
  },
  async remove(s3, bucket, options) {
    // Object lock of a bucket cannot be disabled. The default retention of new objects can be removed.
    await s3.send(
      new PutObjectLockConfigurationCommand({
        Bucket: bucket,
        ObjectLockConfiguration: { ObjectLockEnabled: "Enabled" },
      }),
      options,
    );
  },
});
