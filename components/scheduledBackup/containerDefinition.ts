/** What the container of the backup task is made of. */
export interface ContainerSettings {
  readonly image: string;
  readonly region: string;
  readonly logGroupName: string;
  readonly databasePasswordSecretArn: string;
  /** Plain environment variables; secrets go by reference. */
  readonly environment: Readonly<Record<string, string>>;
}

export const containerName = "backup";

/** Numeric, because Fargate resolves no names; the image has a user of this number. */
const userId = 10001;

/**
 * The container definition of the backup task: not root, read-only root file system, no capabilities, secrets by
 * reference (FSBP ECS.4, ECS.5, ECS.8, ECS.20). It streams, so it needs no disk to work on.
 */
export function containerDefinition(settings: ContainerSettings): Record<string, unknown> {
  return {
    name: containerName,
    image: settings.image,
    command: ["run"],
    essential: true,
    user: `${userId}:${userId}`,
    readonlyRootFilesystem: true,
    privileged: false,
    linuxParameters: {
      capabilities: { drop: ["ALL"] },
      // An init process hands SIGTERM on, so that a stopped task ends its dumps and aborts its uploads.
      initProcessEnabled: true,
    },
    stopTimeout: 120,
    environment: Object.entries(settings.environment)
      .map(([name, value]) => ({ name, value }))
      .sort((a, b) => (a.name < b.name ? -1 : 1)),
    secrets: [{ name: "PGPASSWORD", valueFrom: settings.databasePasswordSecretArn }],
    logConfiguration: {
      logDriver: "awslogs",
      options: {
        "awslogs-group": settings.logGroupName,
        "awslogs-region": settings.region,
        "awslogs-stream-prefix": containerName,
        // Losing the last lines of a failing backup would be worse than a slow one.
        mode: "blocking",
      },
    },
  };
}
