/** What a browser may do with what the web port gives it. */

import type { MiddlewareHandler } from "hono";
import { secureHeaders } from "hono/secure-headers";

/** Nothing that a chat needs; notifications ask for themselves. */
const NOT_USED = [
  "accelerometer",
  "browsingTopics",
  "camera",
  "displayCapture",
  "geolocation",
  "gyroscope",
  "hid",
  "idleDetection",
  "localFonts",
  "magnetometer",
  "microphone",
  "midi",
  "payment",
  "publickeyCredentialsGet",
  "screenWakeLock",
  "serial",
  "usb",
  "windowManagement",
  "xrSpatialTracking",
] as const;

/**
 * The page loads its own files only, is shown in no other page, and makes no markup of a text: where it tried, Trusted Types
 * would refuse. The one policy is the page's for the address of its service worker.
 */
export function pageHeaders(): MiddlewareHandler {
  return secureHeaders({
    contentSecurityPolicy: {
      defaultSrc: ["'none'"],
      scriptSrc: ["'self'"],
      styleSrc: ["'self'"],
      imgSrc: ["'self'", "data:"],
      fontSrc: ["'self'"],
      connectSrc: ["'self'"],
      manifestSrc: ["'self'"],
      workerSrc: ["'self'"],
      baseUri: ["'none'"],
      formAction: ["'none'"],
      frameAncestors: ["'none'"],
      requireTrustedTypesFor: ["'script'"],
      trustedTypes: ["parley-worker"],
    },
    permissionsPolicy: Object.fromEntries(NOT_USED.map((feature) => [feature, false])),
    strictTransportSecurity: false,
    xFrameOptions: "DENY",
  });
}
