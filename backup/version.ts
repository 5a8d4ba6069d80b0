/** Of this program; stands in every manifest. */
export const toolVersion = "0.1.0";
