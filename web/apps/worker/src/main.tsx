import { applyTheme, readTheme } from "@assay/ui";
import { createRoot } from "react-dom/client";
import { App } from "./App";
import "./worker.css";

applyTheme(readTheme());
createRoot(document.getElementById("root")!).render(<App />);
