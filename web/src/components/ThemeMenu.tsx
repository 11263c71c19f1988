import { Monitor, Moon, Sun } from "lucide-react";
import { setTheme, type Theme, useTheme } from "~/lib/theme";
import { IconButton } from "./Button";
import { Menu } from "./Menu";

const CHOICES = [
  { theme: "system", label: "As the system", icon: Monitor },
  { theme: "light", label: "Light", icon: Sun },
  { theme: "dark", label: "Dark", icon: Moon },
] as const satisfies readonly { theme: Theme; label: string; icon: unknown }[];

export function ThemeMenu() {
  const theme = useTheme();
  const Icon = CHOICES.find((choice) => choice.theme === theme)?.icon ?? Monitor;
  const entries = CHOICES.map((choice) => ({
    label: choice.label,
    icon: choice.icon,
    checked: choice.theme === theme,
    run: () => setTheme(choice.theme),
  }));
  return (
    <Menu entries={entries}>
      <IconButton label="Light or dark">
        <Icon size={16} aria-hidden="true" />
      </IconButton>
    </Menu>
  );
}
