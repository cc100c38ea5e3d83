/** Who else follows which trace: initials, names, and a list from which a trace is taken over. */
import { followedAs } from "@dagnet-realtime/client/follows";
import { tokensOf } from "@dagnet-realtime/engine/select/traces";
import type { Follower } from "@dagnet-realtime/engine/wire.gen";
import { Crosshair } from "lucide-react";
import { useActions, useEngine, useHost, useSession } from "../hooks.ts";
import { Button } from "../kit/controls.tsx";
import { StillList } from "../kit/RovingList.tsx";
import { TraceName, useTraceName } from "./TraceName.tsx";
import "../styles/followers.css";

/** Initials beside a trace before the rest becomes a number. */
const INITIALS = 3;
const NONE: readonly Follower[] = [];

function useFollowers(): readonly Follower[] {
  return useHost((host) => host.followers?.() ?? NONE);
}

/** Names of the others who follow the trace with these tokens. */
export function namesOf(followers: readonly Follower[], tokens: readonly string[]): readonly string[] {
  return followers.filter((one) => one.tokens.some((token) => tokens.includes(token))).map(({ name }) => name);
}

/** "AB" of "ann.brown@shop.example" and of "Ann Brown", "A" of "ann". */
export function initials(name: string): string {
  const words = (name.split("@")[0] ?? "").split(/[^\p{L}\p{N}]+/u).filter(Boolean);
  const letters = [words[0], words.length > 1 ? words.at(-1) : undefined].map((word) => Array.from(word ?? "")[0] ?? "").join("");
  return (letters === "" ? (Array.from(name)[0] ?? "?") : letters).toUpperCase();
}

/** Each trace that others follow, once, with their names; the ones followed by most come first. */
export function followedTraces(followers: readonly Follower[], tokensOfTrace: (token: string) => readonly string[]): readonly { readonly token: string; readonly names: readonly string[] }[] {
  const found = new Map<string, Set<string>>();
  for (const { name, tokens } of followers)
    for (const token of tokens) {
      const trace = tokensOfTrace(token)[0] ?? token;
      found.set(trace, (found.get(trace) ?? new Set()).add(name));
    }
  return [...found].map(([token, names]) => ({ token, names: [...names] })).sort((a, b) => b.names.length - a.names.length || (a.token < b.token ? -1 : 1));
}

/** A disc with initials for each of the others who follow a trace. */
export function Initials({ tokens }: { readonly tokens: readonly string[] }) {
  const names = namesOf(useFollowers(), tokens);
  if (names.length === 0) return null;
  return (
    <span className="followers" title={`Followed by ${names.join(", ")}`}>
      <span className="out-of-sight">, followed by {names.join(", ")}</span>
      {names.slice(0, INITIALS).map((name) => (
        <i key={name} className="follower" aria-hidden="true">{initials(name)}</i>
      ))}
      {names.length > INITIALS && <i className="follower" aria-hidden="true">+{names.length - INITIALS}</i>}
    </span>
  );
}

/** "Also followed by ann, bob", on an open trace. */
export function AlsoFollowed({ token }: { readonly token: string }) {
  const tokens = useEngine("rows", (state) => tokensOf(state, token));
  const names = namesOf(useFollowers(), tokens);
  const own = useEngine("rows", (state) => followedAs(state, token) !== null);
  if (names.length === 0) return null;
  return <p className="quiet followers-says">{own ? "Also followed" : "Followed"} by {names.map((name, index) => <span key={name}>{index > 0 && ", "}<bdi>{name}</bdi></span>)}.</p>;
}

/** The traces that others follow on this graph. */
export function FollowedByOthers() {
  const followers = useFollowers();
  const rows = useEngine("rows", (state) => followedTraces(followers, (token) => tokensOf(state, token)));
  return (
    <section className="side-part" aria-label="Followed by others">
      <header className="side-head">
        <h2>Followed by others</h2>
        <span className="quiet">{rows.length}</span>
      </header>
      <StillList className="followed-by" items={rows} keyOf={({ token }) => token}>
        {(row) => <Row {...row} />}
      </StillList>
    </section>
  );
}

function Row({ token, names }: { readonly token: string; readonly names: readonly string[] }) {
  const actions = useActions();
  const called = useTraceName(token);
  const on = useSession((state) => state.phase === "on");
  const own = useEngine("rows", (state) => followedAs(state, token) !== null);
  return (
    <li>
      <span className="followed-by-says">
        <button type="button" className="link" onClick={() => { actions.showTrace(token); }}><TraceName token={token} /></button>
        <span className="quiet">{names.map((name, index) => <span key={name}>{index > 0 && ", "}<bdi>{name}</bdi></span>)}</span>
      </span>
      {own ? <span className="quiet">and you</span> : (
        <Button
          className="button-small"
          icon={<Crosshair size={14} />}
          disabled={!on}
          aria-label={`Take over ${called}`}
          title="Follow it yourself; the others go on following it"
          onClick={() => { actions.follow.toggle(token); }}
        >
          Take over
        </Button>
      )}
    </li>
  );
}
