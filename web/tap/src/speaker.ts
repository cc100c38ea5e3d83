/** Speaks for the page over one bus: offers itself until a Realtime tab welcomes it, then tells what the ring holds, each entry once to each tab. */
import { admission } from "./admit.ts";
import { leave, type Link, report, UNHEARD_MS } from "./link.ts";
import { quietly } from "./quietly.ts";
import type { Ring } from "./ring.ts";
import { type FromPage, MARK, marked, type Rules, type SdkSeen } from "./wire.ts";

/** Carries messages towards Realtime. */
export interface Bus {
  post(message: FromPage): void;
  close(): void;
}
/** A way to Realtime: is given where to put what comes back. */
export type Sink = (hear: (message: unknown) => void) => Bus;

/** What a speaker knows of its page: `nonce` must come back with a welcome, `stir` says that there is something to tell. */
export interface Speech {
  readonly page: string;
  readonly nonce: string;
  readonly ring: Ring;
  readonly sdks: readonly SdkSeen[];
  readonly stir: () => void;
}

export interface Speaker {
  /** Says who is here. */
  offer(): void;
  /** Tells what there is, `skipped` having been left out by the page; answers whether there is more. */
  tell(now: number, skipped: number): boolean;
  /** Tells all there is and says goodbye, before the page is gone; said again after each call that the page makes on its way out. */
  bye(now: number, skipped: number): void;
  /** Everything before it has been answered for by every tab. */
  settled(): number;
  readonly close: () => void;
}

/** Milliseconds between two offers: quick at first, patient later. */
const OFFER_MS = 100;
const PATIENT_MS = 2_000;
/** Realtime tabs that one bus speaks to. */
const LINKS = 4;

export function speak(sink: Sink, { page, nonce, ring, sdks, stir }: Speech): Speaker {
  const links: Link[] = [];
  let offers = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const post = (message: FromPage): void => { quietly(() => { bus?.post(message); }); };
  const offer = (): void => {
    post({ dagnet: MARK, kind: "hello", page, nonce, url: location.origin + location.pathname, sdks: [...sdks] });
  };
  const offering = (): void => {
    clearTimeout(timer);
    if (links.some(({ on }) => on)) return;
    offer();
    timer = setTimeout(offering, Math.min(PATIENT_MS, OFFER_MS * 2 ** offers++));
  };
  const away = (link: Link): void => {
    leave(link);
    offers = 0;
    offering();
  };
  const hear = (message: unknown): void => {
    if (!marked(message)) return;
    const { kind, session, to } = message;
    let link = links.find((one) => one.session === session);
    if (kind === "call") offer();
    if (kind === "gone" && link) away(link);
    if (message["page"] !== page) return;
    if (kind === "ack" && link) link.acked = Math.max(link.acked, Math.min(Number(to), link.next));
    if (kind !== "welcome" || message["nonce"] !== nonce || (!link && links.length >= LINKS)) return;
    if (!link) links.push((link = { session, next: 0, acked: 0, missed: 0, toldAt: 0 } as Link));
    link.admit = admission(message["rules"] as Rules);
    link.on = true;
    stir();
  };
  const bus = quietly(() => sink((message) => { quietly(() => { hear(message); }); }));
  offering();
  return {
    offer,
    tell: (now, skipped) =>
      links.map((link) => {
        if (link.on && link.acked < link.next && now - link.toldAt > UNHEARD_MS) away(link);
        const told = link.on && report(link, ring, page, now, skipped, sdks);
        if (told) post(told);
        return link.on && (link.next < ring.end || link.acked < link.next);
      }).includes(true),
    settled: () => Math.min(...links.map(({ acked }) => acked), ring.end),
    bye: (now, skipped) => {
      const bye = (session: string, told: number): void => { post({ dagnet: MARK, kind: "bye", page, session, told, end: ring.end }); };
      const there = links.filter(({ on }) => on);
      for (const link of there) {
        for (let told; (told = report(link, ring, page, now, skipped, sdks, true)); ) post(told);
        bye(link.session, link.next);
      }
      // Whoever knows the page by its offer alone learns how much there was.
      if (!there.length) bye("", 0);
    },
    close: () => {
      clearTimeout(timer);
      links.length = 0;
      quietly(() => { bus?.close(); });
    },
  };
}
