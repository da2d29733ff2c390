/** A server that speaks `plain-websocket`, and makes mistakes on purpose. */

import type { Fault } from "./load_faulty_server.ts";

interface Member {
  readonly socket: WebSocket;
  readonly number: number;
  readonly held: string[];
}

export class FaultyWebSocketServer implements AsyncDisposable {
  readonly #server: Deno.HttpServer<Deno.NetAddr>;
  readonly #fault: Fault;
  readonly #rooms = new Map<string, Member[]>();
  #members = 0;

  constructor(fault: Fault) {
    this.#fault = fault;
    this.#server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, (request) => {
      const { socket, response } = Deno.upgradeWebSocket(request);
      const member = { socket, number: this.#members++, held: [] };
      socket.onmessage = ({ data }) => this.#handle(member, data);
      return response;
    });
  }

  get port(): number {
    return this.#server.addr.port;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server.shutdown();
  }

  #handle(member: Member, text: string): void {
    const [room = "", message = ""] = text.split(" ");
    if (room === "J") {
      this.#rooms.set(message, [...this.#rooms.get(message) ?? [], member]);
      return member.socket.send("OK");
    }
    for (const { socket, number, held } of this.#rooms.get(room) ?? []) {
      for (const line of this.#fault(text, number, held)) socket.send(line);
    }
  }
}
