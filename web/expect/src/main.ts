/** The bundle's entry: one function that a host without modules finds as `dagnetExpect`. */
import { call } from "./host.ts";

Object.assign(globalThis, { dagnetExpect: call });
