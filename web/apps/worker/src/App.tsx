import { newQueryClient } from "@assay/client";
import { EmptyState, Toaster, buttonClass } from "@assay/ui";
import { QueryClientProvider } from "@tanstack/react-query";
import { Suspense, lazy, useState } from "react";
import { work } from "./api";
import { Home } from "./pages/Home";
import { homePath, onLink, placeOf, usePath } from "./route";
import { type Draft, sweepDrafts } from "./work/drafts";
import { browserKeep } from "./work/keep";
import { Outbox, type Parcel } from "./work/outbox";

// The drawing page is most of the code; the list of projects does not wait for it.
const loadTurnsPage = () => import("./pages/TurnsPage");
const CorrectPage = lazy(async () => ({ default: (await import("./pages/CorrectPage")).CorrectPage }));
const EngagementPage = lazy(async () => ({ default: (await import("./market/EngagementPage")).EngagementPage }));
const MarketPages = lazy(async () => ({ default: (await import("./market/MarketPages")).MarketPages }));
const SignUpPage = lazy(async () => ({ default: (await import("./market/SignUpPage")).SignUpPage }));
const TurnsPage = lazy(async () => ({ default: (await loadTurnsPage()).TurnsPage }));

/** What lives as long as the page: answers on their way, and drafts. */
function newStores() {
  const outbox = new Outbox(browserKeep<Parcel>("outbox"), work);
  const drafts = browserKeep<Draft>("drafts");
  void outbox.open();
  void sweepDrafts(drafts, Date.now());
  window.addEventListener("online", () => void outbox.flush());
  return { outbox, drafts };
}

export function App() {
  const [{ outbox, drafts }] = useState(newStores);
  const [signedOut, setSignedOut] = useState(false);
  const [queries] = useState(() => newQueryClient(() => setSignedOut(true)));
  const path = usePath();
  if (signedOut) return <SignedOut />;
  return (
    <QueryClientProvider client={queries}>
      <Page path={path} outbox={outbox} drafts={drafts} onSignedOut={() => setSignedOut(true)} />
      <Toaster />
    </QueryClientProvider>
  );
}

function Page({ path, outbox, drafts, onSignedOut }: { path: string; outbox: Outbox; drafts: ReturnType<typeof browserKeep<Draft>>; onSignedOut: () => void }) {
  const place = placeOf(path);
  if (place.name === "home") {
    // Fetched while the worker reads what there is to do, so that "Start" opens at once.
    requestIdleCallback?.(() => void loadTurnsPage());
    return <Home outbox={outbox} onSignedOut={onSignedOut} />;
  }
  if (place.name === "turns") {
    return (
      <Suspense fallback={null}>
        <TurnsPage key={path} projectId={place.projectId} stage={place.stage} outbox={outbox} drafts={drafts} onSignedOut={onSignedOut} />
      </Suspense>
    );
  }
  if (place.name === "correct") {
    return (
      <Suspense fallback={null}>
        <CorrectPage key={path} taskId={place.taskId} />
      </Suspense>
    );
  }
  if (place.name === "market") {
    return (
      <Suspense fallback={null}>
        <MarketPages page={place.page} onSignedOut={onSignedOut} />
      </Suspense>
    );
  }
  if (place.name === "engagement") {
    return (
      <Suspense fallback={null}>
        <EngagementPage key={place.engagementId} engagementId={place.engagementId} drafts={drafts} />
      </Suspense>
    );
  }
  if (place.name === "sign-up") {
    return (
      <Suspense fallback={null}>
        <SignUpPage />
      </Suspense>
    );
  }
  return (
    <main className="min-h-dvh grid place-items-center">
      <EmptyState icon="search" title="There is no such page" action={<a href={homePath} onClick={onLink} className={buttonClass("primary")}>All projects</a>} />
    </main>
  );
}

const SignedOut = () => (
  <main className="min-h-dvh grid place-items-center">
    <EmptyState icon="key" title="You are signed out" action={<a href="/sign-in" className={buttonClass("primary")}>Sign in</a>}>
      Open the sign-in link you were given, or ask a manager for a new one. What you drew is kept on this device.
    </EmptyState>
  </main>
);
