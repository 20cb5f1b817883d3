/** The one page without a session: an API key is exchanged for one. */
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useEffect, useRef, useState } from 'react';
import { api, bodyOf, messageOf } from './api.ts';
import { changeSession } from './session.ts';
import { strings } from './strings/index.ts';
import { Button, inputClass } from './ui/button.tsx';
import { Mark } from './ui/icon.tsx';

export function SignIn({ hasEnded }: { hasEnded: boolean }) {
  const queries = useQueryClient();
  const [problem, setProblem] = useState<string | null>(null);
  const input = useRef<HTMLInputElement>(null);
  const signIn = useMutation({
    meta: { isSignIn: true },
    mutationFn: async (key: string) => await bodyOf(api.POST('/api/v2/session', { body: { key } })),
    onSuccess: (session) => changeSession(queries, session),
    onError: (error) => {
      setProblem(messageOf(error));
      input.current?.focus();
    },
  });
  useEffect(() => {
    document.title = `${strings.signIn.title} · ${strings.product}`;
    input.current?.focus();
  }, []);
  return (
    <main className="flex min-h-full items-center justify-center bg-paper p-6">
      <form
        className="w-full max-w-md rounded-2xl border border-line bg-surface p-8 shadow-raised sm:p-10"
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          const key = input.current!.value.trim();
          if (!key) {
            setProblem(strings.signIn.empty);
            input.current?.focus();
          } else {
            setProblem(null);
            signIn.mutate(key);
          }
        }}
      >
        <div className="flex items-center gap-3">
          <Mark className="size-8" />
          <span className="text-lg font-semibold tracking-tight">{strings.product}</span>
        </div>
        <h1 className="mt-8 text-2xl font-semibold tracking-tight">{strings.signIn.title}</h1>
        <p className="mt-2 text-muted text-pretty">{hasEnded ? strings.signIn.ended : strings.signIn.lead}</p>
        <label htmlFor="key" className="mt-6 block text-sm font-medium">
          {strings.signIn.key}
        </label>
        <input
          ref={input}
          id="key"
          name="key"
          type="password"
          autoComplete="off"
          spellCheck={false}
          placeholder="clt_…"
          aria-describedby="key-hint"
          aria-invalid={problem !== null}
          className={`mt-1.5 min-h-11 font-mono ${inputClass}`}
        />
        <p
          id="key-hint"
          className={`mt-2 min-h-11 text-sm ${problem ? 'text-danger' : 'text-muted'}`}
          role="status"
        >
          {problem ?? strings.signIn.hint}
        </p>
        <Button type="submit" weight="primary" className="mt-4 min-h-11 w-full" disabled={signIn.isPending}>
          {signIn.isPending ? strings.signIn.busy : strings.signIn.submit}
        </Button>
      </form>
    </main>
  );
}
