import { backupImage } from "../../foundation/backupContract";

/** The parts of a backup task's container. */
export interface ContainerSettings {
  /** `backup`, `prune` or `drill`; the prefix of the log streams. */
  readonly name: string;
  readonly image: string;
  /** ARN of the secret with which ECS logs in to a private registry other than ECR. Default: none. */
  readonly registrySecretArn?: string | undefined;
  /** Arguments of the image's program. */
  readonly command: readonly string[];
  readonly region: string;
  readonly logGroupName: string;
  /** Plain environment variables, without undefined ones. Secrets are passed by reference. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** ARNs of the secrets that ECS puts into these variables. Default: none. */
  readonly secrets?: Readonly<Record<string, string>>;
  /**
   * Mounts the volume `workVolume` where the image has a folder for it. Default false: the container cannot write
   * anything.
   */
  readonly hasWorkFolder?: boolean;
}

const { userId, workFolder } = backupImage;

/** The volume for the data of a drill's server. It takes its owner from the image's folder. */
export const workVolume = "work";

/**
 * Returns the container definition of a backup task: not root, read-only root file system, no capabilities, secrets by
 * reference (FSBP ECS.4, ECS.5, ECS.8, ECS.20). A backup is streamed, so it needs no disk.
 */
export function containerDefinition(settings: ContainerSettings): Record<string, unknown> {
  const hasWorkFolder = settings.hasWorkFolder ?? false;
  const environment = { ...settings.environment, ...(hasWorkFolder && { TMPDIR: workFolder }) };
  return {
    name: settings.name,
    image: settings.image,
    ...(settings.registrySecretArn !== undefined && {
      repositoryCredentials: { credentialsParameter: settings.registrySecretArn },
    }),
    command: settings.command,
    essential: true,
    user: `${userId}:${userId}`,
    readonlyRootFilesystem: true,
    privileged: false,
    linuxParameters: {
      capabilities: { drop: ["ALL"] },
      // An init process forwards SIGTERM, so a stopped task ends its dumps and aborts its uploads.
      initProcessEnabled: true,
    },
    stopTimeout: 120,
    environment: byName(environment).map(([name, value]) => ({ name, value })),
    secrets: byName(settings.secrets ?? {}).map(([name, valueFrom]) => ({ name, valueFrom })),
    ...(hasWorkFolder && {
      mountPoints: [{ sourceVolume: workVolume, containerPath: workFolder, readOnly: false }],
    }),
    logConfiguration: {
      logDriver: "awslogs",
      options: {
        "awslogs-group": settings.logGroupName,
        "awslogs-region": settings.region,
        "awslogs-stream-prefix": settings.name,
        // Losing the last lines of a failing backup would be worse than a slow backup.
        mode: "blocking",
      },
    },
  };
}

function byName(variables: Readonly<Record<string, string | undefined>>): [string, string][] {
  return Object.entries(variables)
    .flatMap(([name, value]): [string, string][] => (value === undefined ? [] : [[name, value]]))
    .sort(([a], [b]) => (a < b ? -1 : 1));
}
