import type * as pulumi from "@pulumi/pulumi";

/** PostgreSQL parameters. Default of each: by compute size. */
export interface DatabaseParameters {
  readonly maxConnections?: pulumi.Input<number> | undefined;
  readonly sharedBuffersMegabytes?: pulumi.Input<number> | undefined;
  readonly effectiveCacheSizeMegabytes?: pulumi.Input<number> | undefined;
  readonly workMemMegabytes?: pulumi.Input<number> | undefined;
  readonly maintenanceWorkMemMegabytes?: pulumi.Input<number> | undefined;
  readonly maxWalSenders?: pulumi.Input<number> | undefined;
  readonly maxReplicationSlots?: pulumi.Input<number> | undefined;
}

type Memory = `${number}MB`;

/** The keys of `PUT config/database/postgres` that this stack sets. The provider silently drops any other. */
export interface DatabaseSettings {
  readonly max_connections?: number | undefined;
  readonly shared_buffers?: Memory | undefined;
  readonly effective_cache_size?: Memory | undefined;
  readonly work_mem?: Memory | undefined;
  readonly maintenance_work_mem?: Memory | undefined;
  readonly max_wal_senders?: number | undefined;
  readonly max_replication_slots?: number | undefined;
}

/**
 * Returns the PostgreSQL parameters that override those of the compute size; undefined if none is set, so the section is
 * not sent.
 */
export function databaseSettings(settings: pulumi.Unwrap<DatabaseParameters>): DatabaseSettings | undefined {
  if (Object.values(settings).every((value) => value === undefined)) return undefined;
  return {
    max_connections: settings.maxConnections,
    shared_buffers: megabytes(settings.sharedBuffersMegabytes),
    effective_cache_size: megabytes(settings.effectiveCacheSizeMegabytes),
    work_mem: megabytes(settings.workMemMegabytes),
    maintenance_work_mem: megabytes(settings.maintenanceWorkMemMegabytes),
    max_wal_senders: settings.maxWalSenders,
    max_replication_slots: settings.maxReplicationSlots,
  };
}

function megabytes(amount: number | undefined): Memory | undefined {
  return amount === undefined ? undefined : `${amount}MB`;
}
