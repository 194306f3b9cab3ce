import { newQueryClient } from "@assay/client";
import { applyTheme, readTheme, Toaster } from "@assay/ui";
import { QueryClientProvider } from "@tanstack/react-query";
import { RouterProvider } from "@tanstack/react-router";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import "./console.css";
import { newRouter } from "./router";

applyTheme(readTheme());

const queryClient = newQueryClient(() => {
  if (window.location.pathname === "/sign-in") return;
  queryClient.clear();
  void router.navigate({ to: "/sign-in", search: { back: window.location.pathname + window.location.search } });
});
const router = newRouter(queryClient);

createRoot(document.getElementById("root")!).render(
  <StrictMode>
    <QueryClientProvider client={queryClient}>
      <RouterProvider router={router} />
      <Toaster />
    </QueryClientProvider>
  </StrictMode>,
);
