/** The way in: a name, a password where the name has one, or a guest's name with one click. */

import { type Signal, useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { ChatError } from "../../protocol/errors.ts";
import { cancelSignIn, clearSignInError, isLoading, pending, signIn, signInError } from "../state/session.ts";
import { ConnectionBanner } from "./connection_banner.tsx";
import { Field } from "./controls/field.tsx";
import { Icon } from "./controls/icon.tsx";
import { Sign } from "./controls/sign.tsx";
import { SampleTalk } from "./sample_talk.tsx";

export function SignIn() {
  const waiting = pending.value;
  return (
    <main class="sign-in">
      <SampleTalk />
      <div class="sign-in-card">
        <Wordmark />
        {waiting && waiting.status.value.state !== "closed" && (
          <ConnectionBanner
            status={waiting.status.value}
            onRetry={() => waiting.client.retryNow()}
          />
        )}
        <SignInForm busy={isLoading.value || waiting !== null} />
      </div>
    </main>
  );
}

function Wordmark() {
  return (
    <header class="wordmark">
      <Sign />
      <h1>Parley</h1>
      <p class="quiet">People, bots and devices, talking</p>
    </header>
  );
}

function SignInForm({ busy }: { busy: boolean }) {
  const name = useSignal("");
  const password = useSignal("");
  const isNew = useSignal(false);
  const asksPassword = useSignal(false);
  const problems = problemsOf(signInError.value, password.value !== "");
  useEffect(() => {
    if (problems.password !== "") asksPassword.value = true;
  }, [problems.password]);

  const hasPassword = asksPassword.value || isNew.value;
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    void signIn({
      name: name.value.trim(),
      ...(password.value !== "" && { password: password.value }),
      ...(isNew.value && { register: true }),
    });
  };
  const switchWay = () => {
    isNew.value = !isNew.value;
    password.value = "";
    clearSignInError();
  };
  const switchPassword = () => {
    asksPassword.value = !asksPassword.value;
    password.value = "";
    clearSignInError();
  };
  return (
    // A new form where it gets a password: password managers look at the fields of a form once, together.
    <form key={hasPassword ? "password" : "name"} class="stack" onSubmit={submit} aria-busy={busy}>
      <Field
        label="Your name"
        value={name}
        name="username"
        autocomplete="username"
        problem={problems.name}
        required
        focused
      />
      {hasPassword && <PasswordField value={password} problem={problems.password} isNew={isNew.value} />}
      {problems.other !== "" && <p class="problem" role="alert">{problems.other}</p>}
      <button type="submit" class="button button-primary button-wide" disabled={busy}>
        {busy ? "Signing in…" : isNew.value ? "Create account" : "Sign in"}
      </button>
      {busy
        ? <button type="button" class="button button-wide" onClick={cancelSignIn}>Cancel</button>
        : (
          <OtherWays
            asksPassword={asksPassword}
            isNew={isNew}
            onPassword={switchPassword}
            onSwitch={switchWay}
          />
        )}
    </form>
  );
}

function PasswordField(props: { value: Signal<string>; problem: string; isNew: boolean }) {
  return (
    <Field
      label={props.isNew ? "Password (optional)" : "Password"}
      value={props.value}
      name="password"
      type="password"
      autocomplete={props.isNew ? "new-password" : "current-password"}
      problem={props.problem}
      focused={!props.isNew}
    />
  );
}

function OtherWays(
  { asksPassword, isNew, onPassword, onSwitch }: {
    asksPassword: Signal<boolean>;
    isNew: Signal<boolean>;
    onPassword: () => void;
    onSwitch: () => void;
  },
) {
  return (
    <>
      <p class="or">or</p>
      <button type="button" class="button button-wide" onClick={() => void signIn({})}>
        <Icon name="person" /> Continue as a guest
      </button>
      <div class="links">
        {!isNew.value && (
          <button type="button" class="link" onClick={onPassword}>
            {asksPassword.value ? "No password" : "I have a password"}
          </button>
        )}
        <button type="button" class="link" onClick={onSwitch}>
          {isNew.value ? "I have an account" : "Create an account"}
        </button>
      </div>
    </>
  );
}

interface Problems {
  readonly name: string;
  readonly password: string;
  readonly other: string;
}

/** Where in the form an error belongs. */
function problemsOf(error: Error | null, hadPassword: boolean): Problems {
  const none = { name: "", password: "", other: "" };
  if (!error) return none;
  if (!(error instanceof ChatError)) return { ...none, other: error.message };
  switch (error.code) {
    case "bad_name":
    case "name_in_use":
      return { ...none, name: error.message };
    case "bad_credentials":
      return {
        ...none,
        password: hadPassword
          ? "The name or the password is wrong."
          : "This name has a password. Enter it to go on.",
      };
    default:
      return { ...none, other: error.message };
  }
}
