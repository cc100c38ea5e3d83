/* Before the first paint: the remembered theme, or the system's, as `readPreferences` reads it. */
{
  let theme = matchMedia("(prefers-color-scheme: light)").matches ? "light" : "dark";
  try {
    const kept = JSON.parse(localStorage.getItem("dagnet-realtime") ?? "{}")?.theme;
    if (kept === "dark" || kept === "light") theme = kept;
  } catch {
    // Storage is forbidden or malformed: the system's theme stands.
  }
  document.documentElement.dataset.theme = theme;
  document.querySelector("meta[name=color-scheme]").content = theme;
}
