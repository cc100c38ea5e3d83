/** The entry `.`: graphs and sessions, without React, React Flow, styles or YAML. */
export { graphFrom, type GraphInput } from "../../client/src/graph/graphFrom.ts";
