/** Changing one's name and password, and logging out while something would be lost by it. */

import { useSignal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { logOut } from "../../state/session.ts";
import type { DialogName } from "../../state/surfaces.ts";
import { words } from "../../state/words.ts";
import { useChat } from "../chat_context.ts";
import { Dialog } from "./dialog.tsx";
import { Field } from "../controls/field.tsx";
import { losses, rename, setPassword } from "../../state/account.ts";

export function AccountDialogs({ name, onClose }: { name: DialogName; onClose: () => void }) {
  if (name === "name") return <NameDialog onClose={onClose} />;
  if (name === "password") return <PasswordDialog onClose={onClose} />;
  if (name === "logout") return <LogOutDialog onClose={onClose} />;
  return null;
}

function LogOutDialog({ onClose }: { onClose: () => void }) {
  const lost = losses(useChat()).join(" and ");
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    onClose();
    logOut();
  };
  return (
    <Dialog title="Log out?" onClose={onClose}>
      <form class="stack" onSubmit={submit}>
        <p>{`This discards ${lost}.`}</p>
        <Actions onClose={onClose}>Discard and log out</Actions>
      </form>
    </Dialog>
  );
}

function NameDialog({ onClose }: { onClose: () => void }) {
  const chat = useChat();
  const name = useSignal(chat.me.value);
  const { problem, submit } = useSubmit(() => rename(chat, name.value.trim()), onClose);
  return (
    <Dialog title="Change your name" onClose={onClose}>
      <form class="stack" onSubmit={submit}>
        <Field label="New name" name="nick" value={name} problem={problem} required focused />
        <Actions onClose={onClose}>Change name</Actions>
      </form>
    </Dialog>
  );
}

function PasswordDialog({ onClose }: { onClose: () => void }) {
  const chat = useChat();
  const old = useSignal("");
  const next = useSignal("");
  const hasOne = chat.isProtected.value;
  const { problem, submit } = useSubmit(() => setPassword(chat, next.value, old.value), () => {
    onClose();
    chat.notice("Your password is set. From now on your name is yours alone.");
  });
  return (
    <Dialog title={hasOne ? "Change your password" : "Set a password"} onClose={onClose}>
      <form class="stack" onSubmit={submit}>
        {/* Tells password managers whose password this is. */}
        <input type="text" name="username" autocomplete="username" value={chat.me.value} readOnly hidden />
        {!hasOne && <p class="quiet">Without one, anyone can take your name while you are away.</p>}
        {hasOne && (
          <Field
            label="Present password"
            name="old"
            type="password"
            autocomplete="current-password"
            value={old}
            required
            focused
          />
        )}
        <Field
          label="New password"
          name="new"
          type="password"
          autocomplete="new-password"
          value={next}
          problem={problem}
          required
          focused={!hasOne}
        />
        <Actions onClose={onClose}>{hasOne ? "Change password" : "Set password"}</Actions>
      </form>
    </Dialog>
  );
}

function Actions({ onClose, children }: { onClose: () => void; children: ComponentChildren }) {
  return (
    <div class="row row-end dialog-actions">
      <button type="button" class="button" onClick={onClose}>Cancel</button>
      <button type="submit" class="button button-primary">{children}</button>
    </div>
  );
}

/** A form that does one thing, and closes, or says why it could not. */
export function useSubmit(action: () => Promise<void>, done: () => void) {
  const problem = useSignal("");
  const submit = async (event: SubmitEvent) => {
    event.preventDefault();
    problem.value = "";
    try {
      await action();
      done();
    } catch (error) {
      problem.value = words(error);
    }
  };
  return { problem: problem.value, submit };
}
