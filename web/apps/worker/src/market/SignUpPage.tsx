/** For somebody new: asking to be let into a market. The link that comes by mail is the way in. */

import { ApiError } from "@assay/client";
import { Button, EmptyState, ErrorState, Field, Icon, Input, Spinner, ThemeToggle, buttonClass } from "@assay/ui";
import { useMutation, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTitle } from "../pages/useTitle";
import { type Market, market } from "./api";

export function SignUpPage() {
  const [id] = useState(() => new URLSearchParams(location.search).get("market") ?? "");
  const found = useQuery({ queryKey: ["market", "sign-up", id], queryFn: ({ signal }) => market.market(id, signal), enabled: id !== "", staleTime: Infinity, retry: false });
  useTitle(found.data ? `Work on ${found.data.name}` : "Sign up");
  return (
    <div className="min-h-dvh flex flex-col">
      <header className="h-12 flex items-center gap-2 px-4">
        <span className="font-semibold text-4 tracking-tight">Assay</span>
        <span className="grow" />
        <ThemeToggle />
      </header>
      <main className="grow grid place-items-center px-4 pb-24">
        <div className="w-full max-w-100 bg-surface border border-border rounded-large shadow-2 p-6">
          {id === "" || (found.isError && found.error instanceof ApiError && !found.error.transient) ? (
            <EmptyState icon="search" title="There is no such market">
              Open the address that the market gives to those who want to work there.
            </EmptyState>
          ) : found.isError ? (
            <ErrorState error={found.error} onRetry={() => void found.refetch()} />
          ) : found.isPending ? (
            <p role="status" className="flex items-center gap-2 text-3 text-muted">
              <Spinner /> Opening…
            </p>
          ) : found.data.sign_up === "open" ? (
            <SignUpForm to={found.data} />
          ) : (
            <EmptyState icon="key" title={found.data.name} action={<a href="/sign-in" className={buttonClass("secondary")}>I have a link</a>}>
              {found.data.sign_up === "invitation" ? "People come here by invitation. Open the link that you were sent." : "This market takes nobody new at present."}
            </EmptyState>
          )}
        </div>
      </main>
    </div>
  );
}

function SignUpForm({ to }: { to: Market }) {
  const [name, setName] = useState("");
  const [email, setEmail] = useState("");
  const send = useMutation({ mutationFn: () => market.signUp(to.id, name.trim(), email.trim()) });
  const problems = send.error instanceof ApiError ? send.error.problems : [];
  const problem = (field: string): string | undefined => problems.find((one) => one.field === field)?.message;
  if (send.isSuccess) {
    return (
      <div role="status">
        <h1 className="text-5 font-semibold flex items-center gap-2">
          <Icon name="send" className="text-ok" /> Look into your mail
        </h1>
        <p className="text-3 text-muted mt-2">A link is on its way to {email.trim()}. It lets you in, once, within a day. Nothing came? Look among what was taken for spam.</p>
      </div>
    );
  }
  return (
    <form
      noValidate
      aria-labelledby="sign-up"
      className="flex flex-col gap-4"
      onSubmit={(event) => {
        event.preventDefault();
        if (name.trim() && email.trim() && !send.isPending) send.mutate();
      }}
    >
      <div>
        <h1 id="sign-up" className="text-5 font-semibold">
          Work on {to.name}
        </h1>
        <p className="text-3 text-muted mt-1">Do small jobs when you like, and be paid for each that is approved. There is no password: you come in by a link that is sent to you.</p>
      </div>
      <Field label="Your name" hint="Requesters never see it." error={problem("name")}>
        {(control) => <Input {...control} autoFocus autoComplete="name" maxLength={200} value={name} onChange={(event) => setName(event.target.value)} className="max-md:h-10" />}
      </Field>
      <Field label="Mail address" error={problem("email")}>
        {(control) => <Input {...control} type="email" autoComplete="email" maxLength={254} value={email} onChange={(event) => setEmail(event.target.value)} className="max-md:h-10" />}
      </Field>
      {send.isError && problems.length === 0 && (
        <p role="alert" className="text-3 text-danger">
          {send.error.message}
        </p>
      )}
      <Button type="submit" variant="primary" busy={send.isPending} disabled={name.trim() === "" || email.trim() === ""} className="max-md:h-10">
        Send me a link
      </Button>
      <p className="text-2 text-muted">
        Here before? The same address gets you a new link, or <a href="/sign-in" className="text-accent underline">open the one you have</a>.
      </p>
    </form>
  );
}
