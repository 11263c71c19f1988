// In the place of `react-style-singleton`, by which the libraries of dialogs hold the page still
// below them. It writes `<style>` elements, which the page's policy forbids; a sheet that a script
// adopts does the same, and no markup can bring one in.
import { useEffect } from "react";

/** A component that adds its style to the page while it is there; of several the first one's. */
export function styleSingleton(): (props: { styles: string }) => null {
  let users = 0;
  let sheet: CSSStyleSheet | undefined;
  const add = (css: string) => {
    users += 1;
    if (users > 1) return;
    sheet = new CSSStyleSheet();
    sheet.replaceSync(css);
    document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];
  };
  const remove = () => {
    users -= 1;
    if (users > 0) return;
    document.adoptedStyleSheets = document.adoptedStyleSheets.filter((its) => its !== sheet);
  };
  return function Sheet({ styles }) {
    // biome-ignore lint/correctness/useExhaustiveDependencies: what is there is not written anew
    useEffect(() => {
      add(styles);
      return remove;
    }, []);
    return null;
  };
}
