/** Who is signed in on this page: signing in, resuming what this browser kept, logging out. */

import { effect, signal } from "@preact/signals";
import type { ChatClientOptions } from "../../client/chat_client.ts";
import { ChatError } from "../../protocol/errors.ts";
import { requireUserName } from "../../protocol/names.ts";
import { Chat } from "./chat.ts";
import { leaveAddress } from "./navigation.ts";
import { connectToServer } from "./server.ts";
import { NotificationLevels } from "./notification_levels.ts";
import { TypedText } from "./typed_text.ts";
import { words } from "./words.ts";

const STORAGE_KEY = "parley.session";

interface SavedSession {
  readonly name: string;
  readonly token: string;
}

/** Set while somebody is signed in. */
export const chat = signal<Chat | null>(null);
/** Set while a sign-in is under way. */
export const pending = signal<Chat | null>(null);
/** Why the last sign-in failed, or why the user was signed out. */
export const signInError = signal<Error | null>(null);

/** Signs in with what this browser kept from the last time; without it, the sign-in form shows. */
export function resumeSession(): void {
  const saved = readSaved();
  if (saved) void signIn(saved);
  addEventListener("storage", (event) => {
    // Another tab logged out, or signed in as somebody else.
    if (event.key === STORAGE_KEY && event.newValue === null) leave();
  });
  addEventListener("online", () => (chat.value ?? pending.value)?.client.retryNow());
}

/** Nothing at all signs in as a fresh guest. */
export async function signIn(login: ChatClientOptions["login"]): Promise<void> {
  const next = new Chat(connectToServer, login);
  pending.value = next;
  signInError.value = null;
  try {
    if (login.name !== undefined) requireUserName(login.name);
    await next.start();
    if (pending.value === next) enter(next);
  } catch (error) {
    next.close();
    if (pending.value === next) refuse(error, login.token !== undefined);
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
  localStorage.removeItem(STORAGE_KEY);
  TypedText.forgetAll();
  NotificationLevels.forgetAll();
  leave();
}

/** Forgets why the last sign-in failed. */
export function clearSignInError(): void {
  signInError.value = null;
}

/** The command is on its way before its connection closes; between two connections the token is ended over HTTP, if that gets through. */
function endToken({ client, status }: Chat): void {
  if (status.value.state === "online") return client.signal("/logout");
  const headers = { authorization: `Bearer ${client.token}` };
  fetch("api/logout", { method: "POST", headers, keepalive: true }).catch(() => {});
}

function enter(next: Chat): void {
  pending.value = null;
  chat.value = next;
  next.onCredentials((name, token) => localStorage.setItem(STORAGE_KEY, JSON.stringify({ name, token })));
  next.navigation.keepAddress();
  const stop = effect(() => {
    if (chat.value !== next) return stop?.();
    const status = next.status.value;
    if (status.state === "closed") endedByServer(status.error);
  });
}

function refuse(error: unknown, wasResumed: boolean): void {
  pending.value = null;
  if (wasResumed && error instanceof ChatError && error.code === "bad_credentials") {
    localStorage.removeItem(STORAGE_KEY);
    signInError.value = sessionEnded();
  } else signInError.value = error instanceof Error ? error : new Error(words(error));
}

function endedByServer(error: Error | undefined): void {
  const isTokenOver = error instanceof ChatError && error.code === "bad_credentials";
  if (isTokenOver) localStorage.removeItem(STORAGE_KEY);
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
    const { name, token } = JSON.parse(localStorage.getItem(STORAGE_KEY) ?? "{}");
    return typeof name === "string" && typeof token === "string" ? { name, token } : undefined;
  } catch {
    return undefined;
  }
}
