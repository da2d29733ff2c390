/** Whether desktop notifications are wanted here, and whether the browser lets them through. */

import { computed, signal } from "@preact/signals";
import { preference } from "../storage/preferences.ts";

/** `unsupported`: not over plain HTTP from another machine, and not in every browser. */
export type NotificationState = "on" | "off" | "blocked" | "unsupported";

const wanted = preference("notifications", ["off", "on"]);
const permission = signal(readPermission());

export const notificationState = computed<NotificationState>(() => {
  if (permission.value === undefined) return "unsupported";
  if (permission.value === "denied") return "blocked";
  return wanted.value.value === "on" && permission.value === "granted" ? "on" : "off";
});

/** Asks the browser where that was not done yet. Only a gesture of the user's may lead here. */
export async function turnOnNotifications(): Promise<void> {
  permission.value = await Notification.requestPermission();
  if (permission.value === "granted") wanted.set("on");
}

export function turnOffNotifications(): void {
  wanted.set("off");
}

/** It is given and taken in the browser's own settings too. */
addEventListener("focus", () => permission.value = readPermission());

function readPermission(): NotificationPermission | undefined {
  return isSecureContext && "Notification" in globalThis ? Notification.permission : undefined;
}
