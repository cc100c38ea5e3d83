/** Types of Chromium's extension interface, as far as it is used here. */
interface ChromePort {
  readonly name: string;
  readonly sender?: { readonly origin?: string };
  readonly onMessage: { addListener(onMessage: (message: unknown) => void): void };
  readonly onDisconnect: { addListener(onMessage: () => void): void };
  postMessage(message: unknown): void;
}

interface ChromeScript {
  readonly id: string;
  readonly matches: readonly string[];
  readonly js: readonly string[];
  readonly runAt: "document_start";
  readonly world: "MAIN" | "ISOLATED";
  readonly allFrames: boolean;
}

declare const chrome: {
  readonly runtime: {
    readonly id?: string;
    connect(how: { name: string }): ChromePort;
    readonly onConnect: { addListener(onMessage: (port: ChromePort) => void): void };
  };
  readonly permissions: { request(what: { origins: string[] }): Promise<boolean>; remove(what: { origins: string[] }): Promise<boolean> };
  readonly scripting: {
    registerContentScripts(scripts: readonly ChromeScript[]): Promise<void>;
    unregisterContentScripts(which: { ids: string[] }): Promise<void>;
    getRegisteredContentScripts(): Promise<readonly { readonly id: string }[]>;
    executeScript(what: { target: { tabId: number; allFrames: boolean }; world: "MAIN" | "ISOLATED"; files: readonly string[] }): Promise<unknown>;
  };
  readonly tabs: {
    get(id: number): Promise<{ readonly id?: number; readonly url?: string }>;
    query(which: { active: true; currentWindow: true }): Promise<readonly { readonly id?: number; readonly url?: string }[]>;
  };
};
