/** Who is signed in on this page: signing in, resuming what this browser kept, logging out. */

import { effect, signal } from "@preact/signals";
import type { ChatClientOptions } from "../../client/chat_client.ts";
import { ChatError } from "../../protocol/errors.ts";
import { requireUserName } from "../../protocol/names.ts";
import type { Chat } from "./chat.ts";
import { watchConnection } from "./connecting.ts";
import { database } from "./storage/database.ts";
import { readLocal, removeLocal, writeLocal } from "./storage/local_storage.ts";
import { leaveAddress } from "./finding/navigation.ts";
import { forgetRecentEmoji } from "./writing/emoji.ts";
import { connectToServer } from "./server.ts";
import { NotificationLevels } from "./notifying/notification_levels.ts";
import { tabs } from "./storage/tabs.ts";
import { words } from "./words.ts";

const STORAGE_KEY = "parley.session";
/** There while what was kept for a user who logged out is being forgotten. */
const FORGETTING_KEY = "parley.forgetting";

/** For so long the server is waited for before what was kept is shown. */
const PATIENCE_MS = 400;

interface SavedSession {
  readonly name: string;
  readonly token: string;
}

/** Set while somebody is signed in. */
export const chat = signal<Chat | null>(null);
/** Set while a sign-in is under way. */
export const pending = signal<Chat | null>(null);
/** Set while the chat's code is on its way to a sign-in. */
export const isLoading = signal(false);
/** Why the last sign-in failed, or why the user was signed out. */
export const signInError = signal<Error | null>(null);

/** Signs in with what this browser kept from the last time; without it, the sign-in form shows. */
export function resumeSession(): void {
  if (readLocal(FORGETTING_KEY) !== null) forgetAll();
  const saved = readSaved();
  if (saved) void resume(saved);
  addEventListener("storage", (event) => {
    // Another tab logged out, or signed in as somebody else.
    if (event.key === STORAGE_KEY && event.newValue === null) leave();
  });
  tabs.listen(({ kind }) => kind === "loggedOut" && forget());
}

/** A server that answers at once says what is new; without it, what this browser kept is shown. */
async function resume(saved: SavedSession): Promise<void> {
  const next = await begin(saved);
  if (!next) return;
  const isKept = await next.restore(saved.name);
  if (pending.value !== next) return;
  const started = start(next, true);
  if (!isKept) return await started;
  await Promise.race([started, new Promise((resolve) => setTimeout(resolve, PATIENCE_MS))]);
  if (pending.value !== next) return;
  next.openRestored();
  enter(next);
  // A link that leads further is followed when the server is there.
  if (next.navigation.isKnown) next.navigation.keepAddress();
}

/** Nothing at all signs in as a fresh guest. */
export async function signIn(login: ChatClientOptions["login"]): Promise<void> {
  const next = await begin(login);
  if (next) await start(next, login.token !== undefined, login.name);
}

/** The chat's code is not part of the sign-in: it comes while the form is seen. */
export async function loadChat(): Promise<typeof Chat> {
  return (await import("./chat.ts")).Chat;
}

/** Undefined where the chat's code does not come. */
async function begin(login: ChatClientOptions["login"]): Promise<Chat | undefined> {
  signInError.value = null;
  isLoading.value = true;
  try {
    const Chat = await loadChat();
    return pending.value = new Chat(connectToServer(), login);
  } catch (cause) {
    signInError.value = new Error("A part of the page could not be loaded. Try again.", { cause });
    return undefined;
  } finally {
    isLoading.value = false;
  }
}

async function start(next: Chat, isResumed: boolean, name?: string): Promise<void> {
  try {
    if (name !== undefined) requireUserName(name);
    await next.start();
    if (pending.value === next) enter(next);
    if (chat.value === next) next.navigation.keepAddress();
  } catch (error) {
    next.close();
    // Where it is shown already, its end is noticed there.
    if (pending.value === next) refuse(error, isResumed);
  }
}

/** Ends a sign-in that is under way. */
export function cancelSignIn(): void {
  pending.value?.close();
  pending.value = null;
}

/** Leaves nothing in this browser, whether there is a connection or not. */
export function logOut(): void {
  if (chat.value) endToken(chat.value);
  tabs.tell({ kind: "loggedOut" });
  forget();
}

/** Forgets all that was kept: of every user, since whoever logs out leaves the browser to others. */
function forget(): void {
  leave();
  removeLocal(STORAGE_KEY);
  forgetRecentEmoji();
  forgetAll();
}

/** A page that goes away meanwhile leaves it to the next. */
function forgetAll(): void {
  writeLocal(FORGETTING_KEY, "");
  NotificationLevels.forgetAll();
  void database.wipe().then(() => removeLocal(FORGETTING_KEY));
}

/** Forgets why the last sign-in failed. */
export function clearSignInError(): void {
  signInError.value = null;
}

/** The command is on its way before its connection closes; between two connections the token is ended over HTTP, if that gets through. */
function endToken({ client, status }: Chat): void {
  if (status.value.state === "online") return client.signal("/logout");
  const headers = { authorization: `Bearer ${client.token || readSaved()?.token}` };
  fetch("api/logout", { method: "POST", headers, keepalive: true }).catch(() => {});
}

function enter(next: Chat): void {
  pending.value = null;
  chat.value = next;
  next.onCredentials((name, token) => writeLocal(STORAGE_KEY, JSON.stringify({ name, token })));
  const watching = new AbortController();
  watchConnection(next.client, watching.signal);
  const stop = effect(() => {
    if (chat.value !== next) {
      watching.abort();
      return stop?.();
    }
    const status = next.status.value;
    if (status.state === "closed") endedByServer(status.error);
  });
}

function refuse(error: unknown, wasResumed: boolean): void {
  pending.value = null;
  if (wasResumed && error instanceof ChatError && error.code === "bad_credentials") {
    removeLocal(STORAGE_KEY);
    signInError.value = sessionEnded();
  } else signInError.value = error instanceof Error ? error : new Error(words(error));
}

function endedByServer(error: Error | undefined): void {
  const isTokenOver = error instanceof ChatError && error.code === "bad_credentials";
  if (isTokenOver) removeLocal(STORAGE_KEY);
  end();
  signInError.value = isTokenOver ? sessionEnded() : error ?? null;
}

function sessionEnded(): Error {
  return new Error("Your last session has ended. Sign in again.");
}

/** Whoever signs in next shall not begin where this user was. */
function leave(): void {
  end();
  leaveAddress();
}

/** The address stays: a link that was opened is followed after the next sign-in. */
function end(): void {
  cancelSignIn();
  chat.value?.close();
  chat.value = null;
  signInError.value = null;
}

function readSaved(): SavedSession | undefined {
  try {
    const { name, token } = JSON.parse(readLocal(STORAGE_KEY) ?? "{}");
    return typeof name === "string" && typeof token === "string" ? { name, token } : undefined;
  } catch {
    return undefined;
  }
}
