// Starts the dashboard, a part at a time: to run all of its code at once would keep the browser from
// anything else for longer than people do not notice. The page's head names the parts, so that none
// of them waits for the one before to be fetched (`partsAhead` in vite.config.ts).
import "sonner/dist/styles.css";
import "@paceline/react/styles.css";
import "./app.css";

/** Lets the browser do what waits. */
function breathe(): Promise<void> {
  return new Promise((resume) => setTimeout(resume));
}

async function start(place: HTMLElement): Promise<void> {
  await import("react-dom/client");
  await breathe();
  await import("./components/Shell");
  await breathe();
  const { draw } = await import("./app");
  await breathe();
  await draw(place);
}

const place = document.getElementById("root");
if (place) void start(place);
