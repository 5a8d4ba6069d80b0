const identifier = '(?:"(?:[^"]|"")*"|[^\\s."]+)';
const addition = new RegExp(
  `^(ALTER (?:TABLE|FOREIGN TABLE|DOMAIN)) (?:ONLY )?(${identifier}\\.${identifier})\\s+ADD CONSTRAINT (${identifier}) (?:CHECK|FOREIGN KEY) .*;$`,
  "s",
);

/**
 * Returns the statements that create a foreign key or a check constraint for new rows only, and validate it for the
 * others; undefined for what is not such a constraint, or is not valid anyway.
 *
 * @param sql the statement of the archive
 */
export function notValidated(
  sql: string,
): { readonly create: string; readonly validate: string } | undefined {
  const [, alter, subject, name] = addition.exec(sql) ?? [];
  if (alter === undefined || / NOT VALID;$/.test(sql)) return undefined;
  return {
    create: `${sql.slice(0, -1)} NOT VALID;`,
    validate: `${alter} ${subject} VALIDATE CONSTRAINT ${name};`,
  };
}
