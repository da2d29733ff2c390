/** A proxy that cuts connections after a given byte: of what the client sends (`up`) or of what the server does (`down`). */

import { connect, createServer, type Server, type Socket } from "node:net";
import { once } from "node:events";

export interface Cut {
  readonly direction: "up" | "down";
  /** So many bytes pass. */
  readonly after: number;
  readonly how: "fin" | "rst";
}

export class CuttingProxy implements AsyncDisposable {
  readonly #server: Server;
  readonly #open = new Set<Socket>();
  readonly #target: () => number;
  #cuts: Cut[] = [];
  /** What passed on the last connection. */
  passed = { up: 0, down: 0 };
  /** Cuts that happened. */
  cuts = 0;

  private constructor(target: () => number) {
    this.#target = target;
    this.#server = createServer({ allowHalfOpen: true, noDelay: true }, (client) => this.#relay(client));
  }

  /** @param target the port on this machine that it leads to */
  static async start(target: () => number): Promise<CuttingProxy> {
    const proxy = new CuttingProxy(target);
    proxy.#server.listen(0, "127.0.0.1");
    await once(proxy.#server, "listening");
    return proxy;
  }

  get port(): number {
    return (this.#server.address() as { port: number }).port;
  }

  /** The next connections are cut so, one after the other; those after them are left whole. */
  plan(...cuts: Cut[]): void {
    this.#cuts = cuts;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const socket of this.#open) socket.destroy();
    this.#server.close();
    await once(this.#server, "close");
  }

  #relay(client: Socket): void {
    const server = connect({ port: this.#target(), host: "127.0.0.1", allowHalfOpen: true, noDelay: true });
    this.#keep(client);
    this.#keep(server);
    const cut = this.#cuts.shift();
    const passed = this.passed = { up: 0, down: 0 };
    const end = (how: Cut["how"]) => {
      this.cuts++;
      for (const socket of [client, server]) hangUp(socket, how);
    };
    pass(client, server, {
      cut: cut?.direction === "up" ? cut : undefined,
      count: (n) => passed.up += n,
      end,
    });
    pass(server, client, {
      cut: cut?.direction === "down" ? cut : undefined,
      count: (n) => passed.down += n,
      end,
    });
  }

  #keep(socket: Socket): void {
    this.#open.add(socket);
    // Whatever broke it, `close` follows.
    socket.on("error", () => {});
    socket.once("close", () => this.#open.delete(socket));
  }
}

interface Passing {
  readonly cut: Cut | undefined;
  readonly count: (bytes: number) => void;
  readonly end: (how: Cut["how"]) => void;
}

/** Passes on what comes until the cut; from there on both directions are dumb. */
function pass(from: Socket, to: Socket, { cut, count, end }: Passing): void {
  let left = cut?.after ?? Infinity;
  if (cut && left === 0) return end(cut.how);
  from.on("data", (bytes: Uint8Array) => {
    if (!to.writable) return;
    const part = bytes.subarray(0, Math.min(bytes.length, left));
    left -= part.length;
    count(part.length);
    if (cut && left === 0) to.write(part, () => end(cut.how));
    else if (part.length > 0) to.write(part);
  });
  from.once("end", () => to.end());
  from.once("close", () => to.destroyed || to.end());
}

/** What still comes is read and dropped: closing with unread bytes would turn the FIN into a RST. */
function hangUp(socket: Socket, how: Cut["how"]): void {
  if (how === "rst") socket.resetAndDestroy();
  else socket.end();
}
