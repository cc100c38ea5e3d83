/** What a run is known to lack, in sentences: why an absence proves nothing. */
import { refusals, type Run } from "./run.ts";
import { cut, type Scope } from "./scope.ts";
import { clean, counted, listed, times } from "./words.ts";

const REFUSED: Readonly<Record<string, string>> = {
  unauthorized: "the write key or the signature is another",
  invalid: "they could not be read",
  too_large: "they were too large",
  rate_limited: "they came faster than this source may send",
  not_found: "there is no such source",
  unavailable: "the server could not take them",
};

/** Why nothing that rests on an absence can be believed; empty if the view is complete. `traced`
 * asks for traces too. */
export function lacking(run: Run, scope: Scope, traced: boolean): readonly string[] {
  const { loss, uncarried } = run;
  const why = loss.reasons.size === 0 ? "" : `: ${clean([...loss.reasons].slice(0, 3).join("; "))}`;
  const reasons: string[] = [];
  if (loss.missed > 0) reasons.push(`${counted(loss.missed, "event was", "events were")} missed${why}`);
  if (loss.unknown > 0) reasons.push(`events were missed ${times(loss.unknown)}, and nothing says how many${loss.missed > 0 ? "" : why}`);
  const untold = Math.max([...uncarried.values()].reduce((sum, n) => sum + n, 0), loss.thinned);
  if (untold > 0) reasons.push(`${counted(untold, "event was", "events were")} counted but not carried, as the server thins what is above its budget`);
  if (loss.sampled > 0) reasons.push(`${counted(loss.sampled, "event was", "events were")} left out by the server's \`sample\``);
  if (loss.forgotten > 0) reasons.push("events of a person who was deleted are gone");
  if (loss.filtered > 0) reasons.push(`${counted(loss.filtered, "event was", "events were")} hidden by a filter`);
  if (loss.overflow > 0) reasons.push(`${counted(loss.overflow, "event was", "events were")} more than one run holds`);
  if (loss.graphs > 0) reasons.push("the graph's files changed during the run, or were others than those here");
  const refused = refusedText(run);
  if (refused !== "") reasons.push(refused);
  if (scope.ambiguous > 0) reasons.push(`${counted(scope.ambiguous, "event belongs", "events belong")} to another test as well: give each test its own user, or name its identifiers with \`also\``);
  if (traced && scope.partial > 0) reasons.push(`${counted(scope.partial, "event is", "events are")} of traces that were not carried whole`);
  if (traced && cut(scope)) reasons.push("a trace had more events or identifiers than one run keeps");
  return reasons;
}

/** "12 were refused: the write key is another", "" if none was. */
export function refusedText(run: Run): string {
  const all = [...refusals(run.doors)].map(([code, n]) => `${counted(n, "delivery was", "deliveries were")} refused: ${REFUSED[code] ?? clean(code)}`);
  return listed(all);
}

/** What is said if nothing came at all. */
export function nothingCame(run: Run): string {
  if (run.loss.missed + run.loss.unknown > 0) return `No event arrived; ${lacking(run, run.whole, false).join("; ")}`;
  const refused = [...refusals(run.doors)].map(([code, n]) => `${n} ${n === 1 ? "was" : "were"} refused: ${REFUSED[code] ?? clean(code)}`);
  if (refused.length > 0) return `No event arrived; ${listed(refused)}`;
  return "No event arrived. Does the SDK start? Its settings come from cdnURL; a consent banner, `disable: true`, a content security policy and a queue that is never flushed look the same";
}
