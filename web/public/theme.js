// Before anything is drawn, so that a dark page never flashes white.
try {
  const theme = localStorage.getItem("paceline.theme");
  if (theme === "light" || theme === "dark") document.documentElement.dataset.theme = theme;
} catch {
  // Without storage the system's theme holds.
}
