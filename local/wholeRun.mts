// Has no imports, because vitest's configuration loads it without a bundler.

/** The variable that `npm test` sets if its arguments name no files. vitest's configuration then omits some of the long tests. */
export const wholeRunVariable = "WHOLE_TEST_RUN";
