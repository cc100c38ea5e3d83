/** The entry `.`: graphs and sessions, without React, React Flow, styles or YAML. */
export * from "../../client/src/index.ts";
export type { Connection } from "@dagnet-realtime/engine/actions";
export type { Warning } from "@dagnet-realtime/engine/wire.gen";
