/**
 * Signing in by a link. The token is in the fragment, which browsers never send: it is posted once and taken out of
 * the address at once, so that it stays in no history and no log.
 */
import { api, ApiError } from "@assay/client";
import { Button, buttonClass, Icon, Spinner, ThemeToggle } from "@assay/ui";
import { useQueryClient } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { useEffect, useState } from "react";
import { meQuery } from "../queries";
import { Wordmark } from "../shell/Shell";
import { useTitle } from "../shell/page";

type State = { kind: "asking" } | { kind: "no-link" } | { kind: "sent" } | { kind: "refused" } | { kind: "broken"; reason: string };

function takeToken(): string | null {
  const token = new URLSearchParams(window.location.hash.slice(1)).get("token");
  if (token) window.history.replaceState(window.history.state, "", window.location.pathname + window.location.search);
  return token;
}

// Read when the module loads: in development React mounts twice, and the second time the address is clean already.
const firstToken = takeToken();

/** Tokens on their way, so that no effect that runs twice uses a single-use link twice. */
const sending = new Set<string>();
const route = getRouteApi("/sign-in");

export function SignInPage() {
  useTitle("Sign in");
  const { back } = route.useSearch();
  const navigate = route.useNavigate();
  const queryClient = useQueryClient();
  const [token, setToken] = useState(firstToken);
  const [state, setState] = useState<State>(() => (token ? { kind: "asking" } : { kind: "no-link" }));

  useEffect(() => {
    // A second link opened in the same tab changes only the fragment.
    const onHash = () => {
      const fresh = takeToken();
      if (!fresh) return;
      setToken(fresh);
      setState({ kind: "asking" });
    };
    window.addEventListener("hashchange", onHash);
    return () => window.removeEventListener("hashchange", onHash);
  }, []);

  useEffect(() => {
    if (state.kind !== "asking" || !token || sending.has(token)) return;
    sending.add(token);
    void (async () => {
      try {
        const me = await api.sessions.create(token);
        queryClient.clear();
        queryClient.setQueryData(meQuery.queryKey, me);
        setState({ kind: "sent" });
        const ownsConsole = me.permissions.includes("project.read") && me.role !== "reviewer";
        if (back !== undefined || ownsConsole) await navigate({ to: back ?? "/console", replace: true });
        // The server knows where people of each role work.
        else window.location.replace("/");
      } catch (error) {
        sending.delete(token);
        if (error instanceof ApiError && error.transient) setState({ kind: "broken", reason: error.detail });
        else setState({ kind: "refused" });
      }
    })();
  }, [state, token, back, navigate, queryClient]);

  return (
    <div className="min-h-dvh flex flex-col">
      <header className="flex items-center h-12 px-4">
        <Wordmark />
        <span className="grow" />
        <ThemeToggle />
      </header>
      <main className="grow grid place-items-center px-4 pb-24">
        <div className="w-full max-w-100 bg-surface border border-border rounded-large shadow-2 p-6" aria-live="polite">
          {(state.kind === "asking" || state.kind === "sent") && (
            <p className="flex items-center gap-3 text-4">
              <Spinner size={18} /> Signing you in…
            </p>
          )}
          {state.kind === "no-link" && (
            <>
              <h1 className="text-5 font-semibold">You are signed out</h1>
              <p className="text-3 text-muted mt-2">
                Assay is opened with a personal sign-in link, not a password. Open the link you were sent; if you have
                none, ask the person who runs your organization for a new one.
              </p>
              <p className="text-3 text-muted mt-3">
                On the machine that runs the demo, the links are printed in the terminal by <code className="font-mono text-2">make run</code>.
              </p>
            </>
          )}
          {state.kind === "refused" && (
            <>
              <h1 className="text-5 font-semibold flex items-center gap-2">
                <Icon name="link" className="text-danger" /> This link no longer works
              </h1>
              <p className="text-3 text-muted mt-2">
                A sign-in link works once and for a limited time; this one was used before or has expired. Ask the person
                who runs your organization for a new one.
              </p>
              <p className="text-3 text-muted mt-3">Signed in on this browser already? Then go straight in.</p>
              <div className="mt-4 flex gap-2">
                <a href="/" className={buttonClass("secondary")}>
                  Open Assay
                </a>
              </div>
            </>
          )}
          {state.kind === "broken" && (
            <>
              <h1 className="text-5 font-semibold flex items-center gap-2">
                <Icon name="alert" className="text-danger" /> Signing in did not work yet
              </h1>
              <p className="text-3 text-muted mt-2">{state.reason} The link has not been used up.</p>
              <Button variant="primary" icon="retry" className="mt-4" onClick={() => setState({ kind: "asking" })}>
                Try again
              </Button>
            </>
          )}
        </div>
      </main>
    </div>
  );
}
