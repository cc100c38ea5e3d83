/** The button's panel: taps the site of this tab, or makes this tab the one that shows the graph.
 * Chromium asks for each site.
 */

type Part = "tap" | "picture";

const FILES: Readonly<Record<Part, readonly (readonly [file: string, world: "MAIN" | "ISOLATED"])[]>> = {
  tap: [["page.js", "MAIN"], ["relay.js", "ISOLATED"]],
  picture: [["picture.js", "ISOLATED"]],
};

const element = (id: string): HTMLElement => document.getElementById(id) ?? document.body;
const idOf = (part: Part, file: string, origin: string): string => `${part} ${file} ${origin}`;

/** Which tab this is about: the one it was opened over, or the one its address names. */
async function tabOf(): Promise<{ id: number; origin: string } | null> {
  const named = new URLSearchParams(location.search).get("tab");
  const tab = named === null ? (await chrome.tabs.query({ active: true, currentWindow: true }))[0] : await chrome.tabs.get(Number(named));
  if (tab?.id === undefined || !tab.url?.startsWith("http")) return null;
  return { id: tab.id, origin: new URL(tab.url).origin };
}

async function begin(part: Part, tab: { id: number; origin: string }): Promise<string> {
  const matches = [`${tab.origin}/*`];
  // First of all: Chromium asks only in answer to a press.
  if (!(await chrome.permissions.request({ origins: matches }))) return "Without your leave nothing is read here.";
  await stop(tab.origin);
  await chrome.scripting.registerContentScripts(FILES[part].map(([file, world]) => ({ id: idOf(part, file, tab.origin), matches, js: [file], runAt: "document_start", world, allFrames: part === "tap" })));
  for (const [file, world] of FILES[part]) await chrome.scripting.executeScript({ target: { tabId: tab.id, allFrames: part === "tap" }, world, files: [file] });
  return part === "tap" ? "Its events go to your Realtime tab. Calls from before are heard after a reload." : "Tapped sites show here.";
}

async function stop(origin: string): Promise<void> {
  const ids = (await chrome.scripting.getRegisteredContentScripts()).map(({ id }) => id).filter((id) => id.endsWith(` ${origin}`));
  if (ids.length > 0) await chrome.scripting.unregisterContentScripts({ ids });
}

async function main(): Promise<void> {
  const tab = await tabOf();
  const buttons = ["tap", "picture", "stop"].map(element);
  if (!tab) {
    element("state").textContent = "This tab shows no site of the web.";
    for (const button of buttons) button.hidden = true;
    return;
  }
  element("site").textContent = tab.origin;
  const show = async (text = ""): Promise<void> => {
    const here = (await chrome.scripting.getRegisteredContentScripts()).filter(({ id }) => id.endsWith(` ${tab.origin}`)).map(({ id }) => id.split(" ")[0]);
    element("stop").hidden = here.length === 0;
    element("state").textContent = text || (here.includes("tap") ? "This site’s events go to your Realtime tab." : here.includes("picture") ? "Tapped sites show here." : "");
  };
  for (const part of ["tap", "picture"] as const) element(part).addEventListener("click", () => void begin(part, tab).then(show));
  element("stop").addEventListener("click", () => {
    void stop(tab.origin)
      .then(() => chrome.permissions.remove({ origins: [`${tab.origin}/*`] }))
      .then(() => show("Stopped. Reload the page to be rid of what runs in it."));
  });
  await show();
}

void main();
