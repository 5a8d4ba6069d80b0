export declare function nodeFault(version?: string): string | undefined;
export declare function installPackages(
  root: string,
  say: (line: string) => void,
): Promise<string | undefined>;
