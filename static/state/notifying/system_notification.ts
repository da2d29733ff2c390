/** One notification of the system, through the service worker where there is one: phones know no other way. */

import { visible } from "../../view/text/visible_text.ts";
import { isRoom } from "../keys.ts";

/** What a notification says, and where a click on it leads. The service worker hands it back. */
export interface Told {
  /** The conversation. */
  readonly name: string;
  readonly sender: string;
  readonly text: string;
  /** So many messages have come, the last of which is told. */
  readonly count: number;
  /** To whom it is told. */
  readonly user: string;
  readonly seq: number;
  readonly address: string;
  /** Of the same tag there is one. */
  readonly tag: string;
}

const MAX_TEXT_UNITS = 240;
/** Of all tabs one at a time shows or withdraws. */
const LOCK = "parley.system_notifications";

/** @param open called on a click where no service worker takes it */
export function show(told: Told, open: (told: Told) => void): Promise<void> {
  return inTurn(() => showNow(told, open));
}

/** Takes back what was told. Without a service worker it stays until it is closed. */
export function withdraw(tag: string): Promise<void> {
  return inTurn(() => withdrawNow(tag));
}

/** Chromium forgets what it is asked to show while it looks up what is shown. */
function inTurn(action: () => Promise<void>): Promise<void> {
  return navigator.locks.request(LOCK, action);
}

async function showNow(told: Told, open: (told: Told) => void): Promise<void> {
  const title = titleOf(told);
  const options = { body: bodyOf(told), tag: told.tag, renotify: true, icon: iconUrl(), data: told };
  const registration = await activeRegistration();
  if (registration) return await registration.showNotification(title, options);
  const notification = new Notification(title, options);
  notification.onclick = () => {
    focus();
    notification.close();
    open(told);
  };
}

async function withdrawNow(tag: string): Promise<void> {
  const registration = await activeRegistration();
  for (const notification of await registration?.getNotifications({ tag }) ?? []) notification.close();
}

function titleOf({ name, sender, count }: Told): string {
  if (count > 1) return `${count} messages ${isRoom(name) ? "in" : "from"} ${name}`;
  return isRoom(name) ? `${sender} in ${name}` : sender;
}

/** Systems take it as plain text; line breaks stay within bounds by themselves. */
function bodyOf({ name, sender, text, count }: Told): string {
  const who = count > 1 && isRoom(name) ? `${sender}: ` : "";
  const body = who + visible(text);
  return body.length > MAX_TEXT_UNITS ? `${body.slice(0, MAX_TEXT_UNITS).toWellFormed()} …` : body;
}

function iconUrl(): string {
  return document.querySelector<HTMLLinkElement>('link[rel="apple-touch-icon"]')?.href ?? "";
}

async function activeRegistration(): Promise<ServiceWorkerRegistration | undefined> {
  const registration = await navigator.serviceWorker?.getRegistration();
  return registration?.active ? registration : undefined;
}
