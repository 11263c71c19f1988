import "@paceline/react/styles.css";
import "uplot/dist/uPlot.min.css";
import "./styles.css";
import { PacelineProvider } from "@paceline/react";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { App } from "./App";

const root = document.getElementById("root");
if (!root) throw new Error("the page has no #root");
createRoot(root).render(
  <StrictMode>
    <PacelineProvider>
      <App />
    </PacelineProvider>
  </StrictMode>,
);
