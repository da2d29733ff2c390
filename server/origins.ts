/**
 * Which web pages may speak to this server, and under which host names it answers: a fixed list, compared exactly. A page from
 * elsewhere, or a name that somebody else's DNS leads here, gets nothing.
 */

const LOOPBACK = ["127.0.0.1", "localhost", "[::1]"];

export class Origins {
  readonly #origins: ReadonlySet<string>;
  readonly #hosts: ReadonlySet<string>;
  /** On an open interface without --allow-origin the server cannot know its own names. */
  readonly #isAnyHost: boolean;

  /** @param allowed what `--allow-origin` adds, as `https://chat.example.org` */
  constructor({ host, port, allowed }: { host: string; port: number; allowed: readonly string[] }) {
    const own = [/^[^[].*:/.test(host) ? `[${host}]` : host, ...isLoopback(host) ? LOOPBACK : []];
    const origins = [...own.map((name) => `http://${name}:${port}`), ...allowed].map((url) => new URL(url));
    this.#origins = new Set(origins.map(({ origin }) => origin));
    this.#hosts = new Set(origins.map(({ host }) => host));
    this.#isAnyHost = !isLoopback(host) && allowed.length === 0;
  }

  /** @param host the `Host` header */
  isHost(host: string | null): boolean {
    return host !== null && (this.#isAnyHost || this.#hosts.has(host.toLowerCase().replace(/:80$/, "")));
  }

  /** @param origin the `Origin` header, null where there is none: then no page of a browser asks */
  isOrigin(origin: string | null, host: string | null): boolean {
    if (origin === null || this.#origins.has(origin)) return true;
    return this.#isAnyHost && origin === `http://${host}`;
  }
}

export function isLoopback(host: string): boolean {
  return host === "localhost" || host === "::1" || host === "[::1]" || /^127\./.test(host) ||
    host === "::ffff:127.0.0.1";
}
