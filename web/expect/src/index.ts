/** The evaluator's public face: expectations on a graph, judged by what really came. */
export { parseCondition, type Condition } from "./condition.ts";
export { Judge, type Outcome, type Report, type Verdict } from "./judge.ts";
export { compileSpec, pathsOf, type Plan, type Unkept } from "./plan.ts";
export { record, runOfLog } from "./record.ts";
export { closeScope, createRun, feed, hear, lacks, openScope, refusals, type Kept, type Run } from "./run.ts";
export { seed, type Scope } from "./scope.ts";
export { FORMAT, readDuration, readExpectation, readPolicy, readSpec, type Issue, type Spec } from "./spec.ts";
export type { Unlit } from "./unlit.ts";
