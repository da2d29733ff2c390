/** A click on a notification: the page comes to the front and shows what it is about. */

declare const self: ServiceWorkerGlobalScope;

export async function openConversation({ data }: Notification): Promise<void> {
  const pages = await self.clients.matchAll({ type: "window", includeUncontrolled: true });
  const page = pages.find(({ url }) => isChat(url));
  if (!page) {
    return void await self.clients.openWindow(new URL(String(data?.address ?? ""), self.registration.scope));
  }
  page.postMessage({ type: "notification_clicked", data });
  await page.focus();
}

function isChat(url: string): boolean {
  return new URL(url).pathname === new URL(self.registration.scope).pathname;
}
