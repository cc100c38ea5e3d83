/** Initials of the other people who follow a trace, as far as the server says who does. */
import { Suspense } from "react";
import { useHost } from "../hooks.ts";
import { lazyPart } from "../kit/lazyPart.tsx";

const Initials = lazyPart(async () => (await import("./Followers.tsx")).Initials);
const FollowedByOthers = lazyPart(async () => (await import("./Followers.tsx")).FollowedByOthers);

function useTold(): boolean {
  return useHost((host) => (host.followers?.().length ?? 0) > 0);
}

/** Beside the name of a trace, by its tokens; nothing while no one else follows any. */
export function FollowerMarks({ tokens }: { readonly tokens: readonly string[] }) {
  return useTold() ? <Suspense><Initials tokens={tokens} /></Suspense> : null;
}

/** The traces that others follow, in a list of their own. */
export function FollowerList() {
  return useTold() ? <Suspense><FollowedByOthers /></Suspense> : null;
}
