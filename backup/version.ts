/** The version of this program, which is part of every manifest. */
export const toolVersion = "0.1.0";
