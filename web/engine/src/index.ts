/** The engine's public face. */
export { parseFilter, printFilter, type ViewFilter } from "./filter.ts";
export type { Connection, Input, LaneName } from "./input.ts";
export { candidateNames, shownName } from "./names.ts";
export { createTable, listensTo, match, type Table } from "./matching.ts";
export { type Hit, type Out, SILENT, type Step } from "./out.ts";
export { isProblem, type Problem } from "./problem.ts";
export { reduce } from "./reduce.ts";
export type { Row, Way } from "./ring.ts";
export { LOCAL, REMOTE } from "./seen.ts";
export { feed, type Feed, row } from "./select/feed.ts";
export { nodeLight, type NodeLight, totals, type TotalsOfState } from "./select/light.ts";
export { initial, type Options, OPTIONS, type State } from "./state.ts";
export type { TapMessage, TapStage } from "./tap.ts";
export type * from "./wire.gen.ts";
