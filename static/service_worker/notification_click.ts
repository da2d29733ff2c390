/** A click on a notification: the page comes to the front and shows what it is about. */

declare const self: ServiceWorkerGlobalScope;

/** Its data is what the page gave with it, as state/notifying/system_notification.ts says. */
export async function openConversation({ data: told }: Notification): Promise<void> {
  const { scope } = self.registration;
  const pages = (await self.clients.matchAll({ type: "window", includeUncontrolled: true })).filter(isChat);
  const page = pages.find(({ focused }) => focused) ?? pages[0];
  if (!page) return void await self.clients.openWindow(new URL(String(told?.address ?? ""), scope));
  page.postMessage({ type: "notification_clicked", told });
  await page.focus();
}

function isChat({ url }: WindowClient): boolean {
  return new URL(url).pathname === new URL(self.registration.scope).pathname;
}
