// Who had the focus before a dialog has it again after it: a dialog that is opened by what a page
// knows, not by a trigger of its own, would leave it nowhere.
import { useRef } from "react";

/** For `onCloseAutoFocus` of a dialog's content. */
export function useFocusBack(open: boolean): (event: Event) => void {
  const opener = useRef<HTMLElement | null>(null);
  const wasOpen = useRef(false);
  // While it is drawn for the first time the focus is still where the dialog was asked for.
  if (open && !wasOpen.current) opener.current = asker();
  wasOpen.current = open;
  return (event) => {
    event.preventDefault();
    const main = document.querySelector<HTMLElement>("main");
    const back = opener.current?.isConnected ? opener.current : main;
    back?.focus({ preventScroll: true });
  };
}

/** An entry of a menu is gone with it: its button stays. */
function asker(): HTMLElement | null {
  const active = document.activeElement;
  const button = active?.closest("[role=menu]")?.getAttribute("aria-labelledby");
  const found = (button && document.getElementById(button)) || active;
  return found instanceof HTMLElement && found !== document.body ? found : null;
}
