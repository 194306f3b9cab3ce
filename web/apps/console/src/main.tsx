import { applyTheme, readTheme } from "@assay/ui";
import { createRoot } from "react-dom/client";
import "./console.css";

applyTheme(readTheme());
createRoot(document.getElementById("root")!).render(<p className="bg-accent text-on-accent p-4 text-3 rounded-medium shadow-2">Assay</p>);
