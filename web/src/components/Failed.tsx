import { ErrorState } from "./Blank";

/** How browsers say that a part of the page's own code was not to be had. */
const NOT_LOADED = /dynamically imported module|importing a module script/i;

/** A page that threw: the rest of the dashboard goes on. */
export function Failed({ error, reset }: { error: unknown; reset?: () => void }) {
  const shown = error instanceof Error ? error : new Error(String(error));
  if (NOT_LOADED.test(shown.message)) {
    const words =
      "This part of the page could not be loaded: the server does not answer, or is another version now. Reload the page.";
    return <Framed error={new Error(words)} retry={() => location.reload()} />;
  }
  return <Framed error={shown} retry={reset ?? (() => location.reload())} />;
}

function Framed({ error, retry }: { error: Error; retry: () => void }) {
  return (
    <div className="p-6">
      <ErrorState error={error} retry={retry} />
    </div>
  );
}
