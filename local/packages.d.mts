export declare function nodeIssue(version?: string): string | undefined;
export declare function installPackages(
  root: string,
  say: (line: string) => void,
): Promise<string | undefined>;
